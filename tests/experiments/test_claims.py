"""What a conclusion claims: chosen from lists, told in sentences, read by rules."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import translation

from classrooms.models import Seat
from experiments.exports.documents.log import experiment_log
from experiments.exports.record import record_of
from experiments.forecasts.outcomes import outcome_of
from experiments.models import Experiment, Interpretation, Run, Stage
from experiments.submit.conclusion import AnalysisForm
from tests import factories
from tests.conftest import Cast

CONDITIONS = [{"column": "mean_area", "kind": "range", "low": None, "high": 400.0}]


@pytest.fixture
def compared(cast: Cast) -> Experiment:
    """The participant's second experiment, compared to the first."""
    member = cast.participant
    one = factories.submit(
        member, "decision_tree", compared_to=cast.experiment, expected_effect=0.04
    )
    factories.finish(one)
    found = {"low": 0.02, "high": 0.08, "estimate": 0.05}
    Run.objects.filter(experiment=one).update(
        comparison={"differences": {"roc_auc": found}, "kind": "model"}
    )
    return Experiment.objects.with_results().get(pk=one.pk)


def send(client: Client, experiment: Experiment, **fields: str) -> int:
    data = {"analysis": "It knows.", "decision": "reject", "next_step": "Drop it"}
    client.cookies["django_language"] = "en"
    return client.post(experiment.get_absolute_url(), data | fields).status_code


def test_a_leak_that_is_claimed_is_told_and_its_number_not_believed(
    compared: Experiment, cast: Cast
) -> None:
    assert outcome_of(compared).verdict == "as_forecast"
    client = cast.clients["participant"]
    assert send(client, compared, claimed_column="mean_area", column_claim="leaks") == 302
    again = Experiment.objects.with_results().get(pk=compared.pk)
    assert (again.claimed_column, again.column_claim) == ("mean_area", "leaks")
    assert outcome_of(again).verdict == "not_believed"
    sentence = "The column mean_area knows the answer: a leak."
    assert sentence in client.get(again.get_absolute_url()).content.decode()
    with translation.override("en"):
        assert sentence in experiment_log(record_of(Seat.objects.get(pk=again.seat_id)))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"claimed_column": "mean_area"}, "column_claim"),
        ({"column_claim": "leaks"}, "claimed_column"),
        ({"claimed_column": "no such", "column_claim": "leaks"}, "claimed_column"),
        ({"claimed_column": "mean_area", "column_claim": "together"}, "claimed_with"),
        (
            {
                "claimed_column": "mean_area",
                "column_claim": "together",
                "claimed_with": "mean_area",
            },
            "claimed_with",
        ),
    ],
)
def test_half_a_claim_is_told_beside_its_field(
    compared: Experiment, fields: dict[str, str], field: str
) -> None:
    form = AnalysisForm({"analysis": "x", **fields}, about=compared)
    assert field in form.errors


def test_subgroups_are_those_of_the_interpretation(compared: Experiment) -> None:
    assert "claimed_subgroup" not in AnalysisForm(about=compared).fields
    Interpretation.objects.update_or_create(
        run=compared.run,
        stage=Stage.SUBGROUPS,
        defaults={
            "status": "succeeded",
            "content": {"slices": {"found": [{"conditions": CONDITIONS}]}},
            **compared.run.keys,
        },
    )
    stored = json.dumps(CONDITIONS, sort_keys=True)
    data = {"analysis": "x", "claimed_subgroup": stored, "subgroup_claim": "harder"}
    form = AnalysisForm(data, about=compared)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["claimed_subgroup"] == stored
