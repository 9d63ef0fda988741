"""Forecasts: what is typed, what is registered, and what the ruler says of it before the run."""

from __future__ import annotations

from typing import Any

import pytest

from classrooms.dojos.settings.margins import margin_of
from classrooms.models import Dataset, Dojo, DojoRules, Seat
from experiments.forecasts.before import past_errors
from experiments.models import Experiment, Run
from experiments.submit.hypothesis import HypothesisForm
from tests import factories
from tests.conftest import Cast


@pytest.fixture
def member(cast: Cast) -> Seat:
    return cast.participant


def form_of(member: Seat, **fields: str) -> HypothesisForm:
    data = {
        "claim": "Trees find more.",
        "rationale": "They bend.",
        "compared_to": Experiment.objects.get(seat=member, number=1).public_id,
    }
    return HypothesisForm(data | fields, seat=member)


def registered_from(member: Seat, **fields: str) -> Experiment:
    form = form_of(member, **fields)
    assert form.is_valid(), form.errors
    return factories.submit(
        member,
        "decision_tree",
        forecast=form.typed,
        compared_to=form.cleaned_data["compared_to"],
    )


def test_a_size_is_enough_and_all_else_has_a_default(member: Seat) -> None:
    one = registered_from(member, expected_effect="0,02")
    assert (one.forecast_kind, one.forecast_metric) == ("rises", "roc_auc")
    assert (one.forecast_low, one.forecast_high) == pytest.approx((0.01, 0.03))
    assert (one.forecast_chance, one.forecast_margin, one.guardrail_metric) == (None, None, "")
    falls = registered_from(member, expected_effect="-0.04")
    assert (falls.forecast_kind, falls.forecast_low) == ("falls", pytest.approx(-0.06))


def test_nothing_changes_is_a_forecast_with_a_margin(member: Seat) -> None:
    by_rule = registered_from(member, expected_effect="0")
    assert (by_rule.forecast_kind, by_rule.expected_effect) == ("stays", 0.0)
    assert by_rule.forecast_margin == margin_of(member.dojo, "roc_auc")
    own = registered_from(member, expected_effect="0.004", forecast_kind="stays")
    assert (own.forecast_margin, own.expected_effect) == (0.004, 0.0)


def test_any_metric_and_a_guardrail(member: Seat) -> None:
    one = registered_from(
        member,
        expected_effect="0.2",
        forecast_metric="recall",
        guardrail_metric="precision",
        guardrail_allowed="0.05",
        forecast_chance="95",
    )
    assert (one.forecast_metric, one.guardrail_metric, one.guardrail_allowed) == (
        "recall",
        "precision",
        0.05,
    )
    assert one.forecast_chance == pytest.approx(0.95)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "expected_effect"),
        ({"expected_effect": "2"}, "expected_effect"),
        ({"expected_effect": "0.02", "forecast_kind": "falls"}, "forecast_kind"),
        ({"expected_effect": "-0.02", "forecast_kind": "stays"}, "expected_effect"),
        ({"expected_effect": "0.02", "forecast_low": "0.05"}, "forecast_high"),
        (
            {"expected_effect": "0.02", "forecast_low": "0.03", "forecast_high": "0.05"},
            "forecast_high",
        ),
        # A range wholly above 0 leaves 10 % below it at most.
        ({"expected_effect": "0.02", "forecast_chance": "60"}, "forecast_chance"),
        (
            {
                "expected_effect": "0.02",
                "forecast_low": "-0.02",
                "forecast_high": "0.05",
                "forecast_chance": "97",
            },
            "forecast_chance",
        ),
        ({"expected_effect": "0.02", "guardrail_metric": "recall"}, "guardrail_allowed"),
        ({"expected_effect": "0.02", "guardrail_allowed": "0.1"}, "guardrail_metric"),
        ({"expected_effect": "0.02", "forecast_metric": "beauty"}, "forecast_metric"),
    ],
)
def test_what_contradicts_itself_is_told_beside_its_field(
    member: Seat, fields: dict[str, str], field: str
) -> None:
    assert field in form_of(member, **fields).errors


def test_the_margin_is_a_rule_of_the_dojo(member: Seat) -> None:
    assert margin_of(member.dojo, "roc_auc") >= 0.005
    DojoRules.objects.filter(dojo=member.dojo_id).update(margins={"roc_auc": 0.3})
    dojo = Seat.objects.get(pk=member.pk).dojo
    assert margin_of(dojo, "roc_auc") == 0.3
    assert margin_of(dojo, "recall") != 0.3


def test_the_margin_that_nobody_set_is_counted_from_what_was_measured(cast: Cast) -> None:
    def page() -> str:
        client = cast.clients["facilitator"]
        client.cookies["django_language"] = "en"
        return client.get(f"/dojos/{cast.dojo.public_id}/prepare/rules/").content.decode()

    dataset = Dataset.objects.filter(pk=cast.dojo.dataset_id)
    dataset.update(reference_errors={"roc_auc": 0.01})
    # Half of 2.8 standard errors of a difference between two models, 0.819 of a score's.
    assert margin_of(Dojo.objects.get(pk=cast.dojo.pk), "roc_auc") == 0.011
    assert "a logistic regression that was measured on this dataset" in page()
    dataset.update(reference_errors={})
    assert margin_of(Dojo.objects.get(pk=cast.dojo.pk), "roc_auc") > 0.02
    assert "a model with a ROC AUC of 0.8, for want of one" in page()


# --- The ruler before the run ---------------------------------------------------------------
def ruler(cast: Cast, **fields: Any) -> str:
    client = cast.clients["participant"]
    client.cookies["django_language"] = "en"
    first = Experiment.objects.get(seat=cast.participant, number=1)
    data = {"compared_to": first.public_id, "yaml": "model: {name: decision_tree}"} | fields
    response = client.post(f"/dojos/{cast.dojo.public_id}/experiments/new/ruler/", data)
    assert response.status_code == 200
    return response.content.decode()


def test_it_says_what_the_test_can_tell(cast: Cast) -> None:
    plain = ruler(cast)
    assert "The smallest effect that this test shows 4 times in 5" in plain
    assert "another model" in plain
    assert "The chance to see" not in plain
    assert "The chance to see +0.010" in ruler(cast, expected_effect="0.01")
    assert "it stays within" in ruler(cast, expected_effect="0")
    # What cannot be read is left out.
    assert "The chance to see" not in ruler(cast, expected_effect="soon")
    assert "The smallest effect" not in ruler(cast, compared_to="")


def test_earlier_comparisons_of_the_kind_tell_more_than_tables(cast: Cast) -> None:
    assert "on other datasets" in ruler(cast)
    first = Experiment.objects.get(seat=cast.participant, number=1)
    for reach in (0.01, 0.03):
        one = factories.submit(cast.neighbour, "random_forest", compared_to=first)
        factories.finish(one)
        found = {"roc_auc": {"low": -reach, "high": reach, "estimate": 0.0}}
        Run.objects.filter(experiment=one).update(
            comparison={"differences": found, "kind": "model"}
        )
    assert len(past_errors(cast.dojo, "model", "roc_auc")) == 2
    assert past_errors(cast.dojo, "settings", "roc_auc") == []
    assert "Judged by 2 earlier comparisons of this kind" in ruler(cast)


def test_it_asks_few_queries(cast: Cast, django_assert_max_num_queries) -> None:
    ruler(cast)
    with django_assert_max_num_queries(20):
        ruler(cast, expected_effect="0.01")
