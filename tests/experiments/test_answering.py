"""Questions about finished runs, answered by the worker's own code."""

import math

import numpy as np
import pytest

from engine.charts.text import Chart, localised, table
from engine.spec.models import MODELS
from experiments.analysis.questions import (
    ask_about_contributions,
    ask_about_row,
    ask_for_overview,
    ask_to_compare,
    try_again,
)
from experiments.compute.process_memory import load_dataset
from experiments.models import Interpretation, Question, Stage
from tests import factories
from tests.work import do_next

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = [pytest.mark.serverless, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def member():
    return factories.join(factories.make_dojo())


def finished(member, model: str, **hyperparameters):
    config = factories.config_of(member, model)
    changed = config.model.model_copy(update=hyperparameters)
    experiment = factories.submit(member, config=config.model_copy(update={"model": changed}))
    assert do_next()
    return experiment.runs.get()


def answered(question: Question) -> Question:
    assert do_next()
    question.refresh_from_db()
    return question


@pytest.mark.parametrize("model", ["logistic_regression", "lightgbm", "gaussian_naive_bayes"])
def test_contributions_add_up_to_the_prediction(member, model: str) -> None:
    run = finished(member, model)
    prepared = load_dataset(member.dojo.dataset)
    row = int(prepared.split.test[3]) + 1
    question = answered(ask_about_row(run, row, {}))
    found = question.content
    steps = found["charts"]["waterfall"]["spec"]["datasets"]["rows"]
    assert steps[0]["end"] == pytest.approx(found["base"], abs=1e-4)
    assert found["before"] == found["now"]
    # The stored prediction of the run, of the same row.
    stored = np.frombuffer(run.predictions.test, dtype="<f8")[3]
    assert found["before"]["probability"] == pytest.approx(stored)
    assert len(found["neighbours"]) == 5


@pytest.mark.parametrize("model", ["logistic_regression", "lightgbm", "gaussian_naive_bayes"])
def test_log_odds_are_computed_where_the_model_has_them(member, model: str) -> None:
    run = finished(member, model)
    unit = "probability" if model == "gaussian_naive_bayes" else "log_odds"
    row = int(load_dataset(member.dojo.dataset).split.test[3]) + 1
    found = answered(ask_about_row(run, row, {}, "log_odds")).content
    assert found["unit"] == unit
    assert unit in found["units"]
    steps = found["charts"]["waterfall"]["spec"]["datasets"]["rows"]
    probability = found["before"]["probability"]
    expected = math.log(probability / (1 - probability)) if unit == "log_odds" else probability
    assert steps[-1]["end"] == pytest.approx(expected, abs=1e-3)
    # Of all columns: the same rows as in probability, with other sizes.
    while run.interpretations.exclude(status="succeeded").exists():
        assert do_next()
    stage = run.interpretations.get(stage=Stage.REASONS).content["contributions"]
    found = answered(ask_about_contributions(run, "log_odds")).content
    assert found["contributions"]["unit"] == unit
    assert found["contributions"]["rows"] == stage["rows"]
    is_same = found["contributions"]["features"] == stage["features"]
    assert is_same == (unit == "probability")
    assert set(found["charts"]) == {"importance"}


def test_a_changed_value_changes_the_prediction_and_is_marked(member) -> None:
    run = finished(member, "logistic_regression")
    prepared = load_dataset(member.dojo.dataset)
    row = int(prepared.split.test[0]) + 1
    found = answered(ask_about_row(run, row, {"worst_area": 5000.0})).content
    assert found["before"]["probability"] != found["now"]["probability"]
    assert [value["name"] for value in found["values"] if value["is_changed"]] == ["worst_area"]
    same = next(value for value in found["values"] if value["name"] == "worst_area")
    plain = answered(ask_about_row(run, row, {"worst_area": same["before"]})).content
    assert plain["now"] == plain["before"] == found["before"]


def test_what_is_changed_is_shown_however_many_columns_there_are(member, monkeypatch) -> None:
    from engine.explain import rows

    monkeypatch.setattr(rows, "MAX_COLUMNS", 3)
    run = finished(member, "logistic_regression")
    row = int(load_dataset(member.dojo.dataset).split.test[0]) + 1
    found = answered(ask_about_row(run, row, {"worst_area": 5000.0})).content
    assert [value["name"] for value in found["values"] if value["is_changed"]] == ["worst_area"]
    assert {len(one["values"]) for one in found["neighbours"]} == {len(found["values"])} == {3}


def test_a_dummy_says_what_it_said_whatever_changes(member) -> None:
    config = factories.config_of(member, "dummy")
    drawn = config.model.model_copy(update={"strategy": "stratified"})
    experiment = factories.submit(member, config=config.model_copy(update={"model": drawn}))
    do_next()
    run = experiment.runs.get()
    row = int(load_dataset(member.dojo.dataset).split.test[7]) + 1
    found = answered(ask_about_row(run, row, {"worst_area": 5000.0})).content
    stored = np.frombuffer(run.predictions.test, dtype="<f8")[7]
    assert found["before"]["probability"] == found["now"]["probability"] == stored
    evidence = run.interpretations.get(stage=1).content
    assert {column["mean"] for column in evidence["importance"]["columns"]} == {0.0}


def test_only_test_rows_are_explained(member) -> None:
    run = finished(member, "logistic_regression")
    prepared = load_dataset(member.dojo.dataset)
    for part in ("train", "holdout"):
        row = int(getattr(prepared.split, part)[0]) + 1
        question = answered(ask_about_row(run, row, {}))
        assert (question.status, question.failure_code) == ("failed", "not_a_test_row")
    question = answered(ask_about_row(run, int(prepared.split.test[0]) + 1, {"nowhere": 1.0}))
    assert question.failure_code == "column_not_used"


def test_a_question_comes_before_runs_and_stages(member) -> None:
    run = finished(member, "decision_tree")
    factories.submit(member, "logistic_regression")
    question = ask_about_row(run, 1, {})
    assert answered(question).status in ("succeeded", "failed")


def test_runs_side_by_side_tell_which_rows_changed_sides(member) -> None:
    first, second = finished(member, "dummy"), finished(member, "logistic_regression")
    found = answered(ask_to_compare([first, second])).content
    changed = found["changed"][0]
    y = member.dojo.schema.encode_target(
        load_dataset(member.dojo.dataset).frame.iloc[load_dataset(member.dojo.dataset).split.test]
    )
    before, after = first.confusion, second.confusion
    right = [c["true_negatives"] + c["true_positives"] for c in (before, after)]
    assert changed["won"]["count"] - changed["lost"]["count"] == right[1] - right[0]
    assert sum(before.values()) == len(y)
    difference = found["differences"][0]["roc_auc"]
    expected = second.score("test", "roc_auc") - first.score("test", "roc_auc")
    assert difference["estimate"] == pytest.approx(expected)
    assert set(found["charts"]) == {"roc"}


def test_costs_of_the_dojo_reach_what_is_explained_and_compared(member) -> None:
    costs = {"false_positive": 5.0, "false_negative": 90.0}
    type(member.dojo).objects.filter(pk=member.dojo_id).update(costs=costs)
    member.dojo.refresh_from_db()
    first, second = finished(member, "dummy"), finished(member, "logistic_regression")
    while second.interpretations.exclude(status="succeeded").exists():
        assert do_next()
    found = second.interpretations.get(stage=Stage.EVIDENCE).content["best_thresholds"]
    assert "expected_cost" in found["by_metric"]
    compared = answered(ask_to_compare([first, second])).content["differences"][0]
    expected = second.score("test", "expected_cost") - first.score("test", "expected_cost")
    assert compared["expected_cost"]["estimate"] == pytest.approx(expected)


def test_all_runs_over_what_they_tried(member, client) -> None:
    linear = "logistic_regression"
    weighted = finished(member, linear, C=0.1, class_weight="balanced")
    runs = [finished(member, "dummy"), finished(member, linear), weighted]
    chart = Chart(**answered(ask_for_overview(runs)).content["chart"])
    told = table(localised(chart, str.upper))
    fields = MODELS[linear].model_fields
    own, weight = (str(fields[name].title).upper() for name in ("C", "class_weight"))
    assert told.headers[:2] == ("RUN", "MODEL")
    # Not what another model calls its C; and no setting that is the same wherever it is one.
    assert set(told.headers[2:-1]) == {own, weight}
    models = [str(MODELS[name].label).upper() for name in ("dummy", linear, linear)]
    assert [row[1] for row in told.rows] == models
    place = told.headers.index(weight)
    assert [row[place] for row in told.rows][1:] == ["NONE", "BALANCED"]


def test_a_run_that_ends_later_leaves_the_comparison_as_it_is(member, client) -> None:
    first, second = finished(member, "dummy"), finished(member, "logistic_regression")
    question = answered(ask_to_compare([first, second]))
    finished(member, "decision_tree")
    assert ask_to_compare([first, second]).pk == question.pk


@pytest.mark.parametrize("kind", ["stage", "question"])
def test_what_failed_is_tried_again_when_somebody_asks(member, client, kind: str) -> None:
    run = finished(member, "logistic_regression")
    job: Interpretation | Question
    if kind == "stage":
        job = run.interpretations.get(stage=Stage.LEARNING)
        posted = {"stage": job.stage}
    else:
        job = ask_about_row(run, 1, {})
        posted = {"question": job.digest}
    jobs = type(job).objects.filter(pk=job.pk)
    jobs.update(status="failed", failure_code="internal", attempt=3)
    if isinstance(job, Question):
        assert ask_about_row(run, 1, {}).status == "failed", "looking is not asking again"
    client.force_login(member.people.get())
    path = run.experiment.get_absolute_url()
    answer = client.post(f"{path}again/", posted | {"next": f"{path}analysis/fit/"})
    assert answer["Location"] == f"{path}analysis/fit/"
    assert jobs.values_list("status", "attempt", "failure_code").get() == ("queued", 0, "")
    jobs.update(status="succeeded")
    client.post(f"{path}again/", posted | {"next": "https://elsewhere.example/"})
    assert jobs.get().status == "succeeded"


def test_what_can_never_succeed_is_not_tried_again(member) -> None:
    question = ask_about_row(finished(member, "dummy"), 1, {})
    Question.objects.update(status="failed", failure_code="not_a_test_row")
    question.refresh_from_db()
    assert not question.may_be_retried
    assert not try_again(question)
