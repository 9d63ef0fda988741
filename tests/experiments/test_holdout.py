"""What runs give on the hidden rows: made with the run, again where other columns are marked."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from classrooms.models import Dojo, Seat
from engine.build.runtime_helpers import scores
from experiments.alarms.marking import mark_columns
from experiments.compute.process_memory import forget_everything, load_dataset
from experiments.exports.archives.dojo import write_dojo_archive
from experiments.exports.archives.restore import restore_dojo
from experiments.holdout.requests import request_missing
from experiments.leaderboard.reveal import reveal_all
from experiments.models import Experiment, HoldoutResult, Run
from tests import factories
from tests.work import do_next

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)

COLUMN = "worst_area"


@pytest.fixture
def dojo() -> Dojo:
    return factories.make_dojo()


def facilitator_of(dojo: Dojo) -> Seat:
    return Seat.objects.with_dojo().get(dojo=dojo, role="facilitator")


def run_all() -> None:
    while Run.objects.queued().exists():
        do_next(Run)


def result_of(experiment: Experiment) -> HoldoutResult:
    results = HoldoutResult.objects.select_related("run")
    return results.get(run__experiment=experiment, run__reproduces=None)


def scores_of(result: HoldoutResult) -> dict[str, float]:
    """What the stored predictions give on the hidden rows."""
    dojo = result.run.experiment.seat.dojo
    prepared = load_dataset(dojo.dataset)
    y = dojo.schema.encode_target(prepared.frame.iloc[prepared.split.holdout])
    return scores(y, np.frombuffer(result.predictions, dtype="<f8"), result.run.threshold)


def test_the_predictions_of_the_hidden_rows_are_kept_with_a_run(dojo: Dojo) -> None:
    member = factories.join(dojo)
    first = factories.submit(member, "logistic_regression")
    tree = factories.submit(member, "decision_tree", compared_to=first, expected_effect=-0.02)
    plain = factories.submit(member, "dummy", compared_to=first, expected_effect=None)
    again = factories.submit(factories.join(dojo), "logistic_regression")
    run_all()
    for one in (first, tree, plain, again):
        result = result_of(one)
        assert scores_of(result) == result.run.holdout_metrics
        assert result.has_succeeded
        assert (result.missing_columns, result.production_metrics) == ([], {})
    assert result_of(again).run.reused_from == result_of(first).run
    found = result_of(tree).differences
    assert [*found] == ["roc_auc"]
    before, after = (result_of(one).run.holdout_metrics["roc_auc"] for one in (first, tree))
    assert found["roc_auc"]["estimate"] == pytest.approx(after - before)
    assert found["roc_auc"]["low"] < after - before < found["roc_auc"]["high"]
    assert result_of(first).differences == result_of(plain).differences == {}, "nothing was claimed"


def test_a_comparison_waits_for_the_reference(dojo: Dojo) -> None:
    member = factories.join(dojo)
    first = factories.submit(member, "logistic_regression")
    tree = factories.submit(member, "decision_tree", compared_to=first, expected_effect=-0.02)
    Run.objects.filter(experiment=tree).update(queued_at="2020-01-01T00:00:00Z")
    do_next(Run)
    assert result_of(tree).differences == {}
    run_all()
    assert result_of(tree).differences["roc_auc"]["low"] < 0


def test_a_column_marked_later_is_missing_in_production(dojo: Dojo) -> None:
    member = factories.join(dojo)
    used = factories.submit(member, "logistic_regression")
    floor = factories.submit(member, "dummy")
    run_all()
    before = result_of(used)
    mark_columns(facilitator_of(dojo), [COLUMN])
    assert result_of(used).is_unfinished
    assert not result_of(floor).is_unfinished, "it reads no column"
    forget_everything()
    assert do_next(HoldoutResult)
    assert not do_next(HoldoutResult)
    later = result_of(used)
    assert later.missing_columns == [COLUMN]
    assert later.predictions == before.predictions, "fitted again, it is the same pipeline"
    assert later.production_metrics != later.run.holdout_metrics
    # The same as that of a run that knew it from the beginning.
    other = factories.submit(factories.join(dojo), "logistic_regression")
    run_all()
    assert result_of(other).run.reused_from is None, "another problem"
    assert result_of(other).has_succeeded
    assert result_of(other).production_metrics == later.production_metrics
    mark_columns(facilitator_of(dojo), [])
    while do_next(HoldoutResult):
        pass
    assert result_of(used).missing_columns == []
    assert result_of(used).production_metrics == {}


def test_a_mark_during_the_work_makes_it_begin_again(dojo: Dojo) -> None:
    factories.submit(factories.join(dojo), "logistic_regression")
    run_all()
    HoldoutResult.objects.update(status="running", attempt=1)
    claimed = HoldoutResult.objects.get()
    mark_columns(facilitator_of(dojo), [COLUMN])
    mark_columns(facilitator_of(dojo), [])
    assert not claimed.finish("succeeded", missing_columns=[COLUMN]), "it is nobody's any more"
    assert HoldoutResult.objects.get().status == "queued"


def archived(dojo: Dojo) -> zipfile.ZipFile:
    file = io.BytesIO()
    write_dojo_archive(file, facilitator_of(dojo))
    return zipfile.ZipFile(file)


@pytest.mark.parametrize("is_revealed", [False, True])
def test_an_export_has_them_after_the_reveal_and_they_come_back_in_any_case(
    dojo: Dojo, *, is_revealed: bool
) -> None:
    experiment = factories.submit(factories.join(dojo), "logistic_regression")
    run_all()
    if is_revealed:
        reveal_all(dojo)
    before = result_of(experiment).predictions
    archive = archived(Dojo.objects.get(pk=dojo.pk))
    assert ("records/experiments.holdoutresult.jsonl" in archive.namelist()) == is_revealed
    Dojo.objects.all().delete()
    restore_dojo(archive)
    assert HoldoutResult.objects.get().has_succeeded == is_revealed
    assert do_next(HoldoutResult) != is_revealed
    assert HoldoutResult.objects.get().predictions == before


def test_what_failed_is_asked_for_once_more(dojo: Dojo) -> None:
    factories.submit(factories.join(dojo), "logistic_regression")
    run_all()
    request_missing(dojo)
    assert not HoldoutResult.objects.queued().exists()
    HoldoutResult.objects.update(status="failed")
    request_missing(dojo)
    assert HoldoutResult.objects.queued().count() == 1
    HoldoutResult.objects.all().delete()
    request_missing(dojo)
    request_missing(dojo)
    assert HoldoutResult.objects.queued().count() == 1
