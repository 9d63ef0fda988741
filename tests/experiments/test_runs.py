"""Runs by the worker's own code: intervals, verdicts, reuse, and repetition from scratch."""

import pytest
from django.utils import translation

from classrooms.models.jobs import JobStatus
from experiments import execution, interpreting, services
from experiments.engine.config import ExperimentConfig
from experiments.models import Experiment, Predictions, Run, Stage
from experiments.run_page import experiment_page, run_page
from tests import factories

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def member():
    return factories.join(factories.make_dojo())


def tree(member, **changes) -> ExperimentConfig:
    values = factories.config_of(member, "decision_tree").model_dump(mode="json")
    return ExperimentConfig.model_validate(values | changes)


def run_all() -> None:
    while Run.objects.queued().exists():
        execution.execute_next_run()


def wait_long_enough(repeated: Run) -> None:
    """No other worker has come: now the same one may repeat it."""
    Run.objects.filter(reproduces=repeated).update(queued_at="2020-01-01T00:00:00Z")


def reload(experiment: Experiment) -> Experiment:
    return Experiment.objects.with_results().get(pk=experiment.pk)


def test_a_run_has_intervals_around_its_scores(member) -> None:
    experiment = factories.submit(member, "logistic_regression", expected_effect=0.9)
    run_all()
    run = reload(experiment).run
    assert set(run.intervals) == set(run.metrics["test"])
    low, high = run.intervals["roc_auc"]
    assert low < run.score("test", "roc_auc") <= high
    assert run_page(reload(experiment)).verdict.label in ("Supported", "Inconclusive")


def test_a_run_is_judged_against_the_one_that_its_hypothesis_names(member) -> None:
    dummy = factories.submit(member, "dummy")
    better = factories.submit(member, "logistic_regression", compared_to=dummy, expected_effect=0.3)
    run_all()
    run = reload(better).run
    difference = run.comparison["differences"]["roc_auc"]
    first, second = (e.run.score("test", "roc_auc") for e in (reload(dummy), reload(better)))
    assert difference["estimate"] == pytest.approx(second - first)
    assert run.comparison["judgement"]["verdict"] == "supported"
    assert reload(dummy).run.comparison == {}


def test_a_run_that_ends_before_its_reference_is_compared_afterwards(member) -> None:
    first = factories.submit(member, "dummy")
    second = factories.submit(member, "logistic_regression", compared_to=first, expected_effect=0.1)
    # The first goes back into the queue, as after a lost worker, and ends second.
    Run.objects.filter(experiment=first).update(status=JobStatus.RUNNING)
    execution.execute_next_run()
    assert reload(second).run.comparison == {}
    Run.objects.filter(experiment=first).update(status=JobStatus.QUEUED)
    execution.execute_next_run()
    assert reload(second).run.comparison["judgement"]["verdict"] == "supported"


def test_an_equal_config_takes_over_the_result_at_once(member, monkeypatch) -> None:
    first = factories.submit(member, config=tree(member))
    run_all()
    interpreting.interpret_next()
    monkeypatch.setattr(execution, "evaluate", None)  # whoever fits again fails
    neighbour = factories.join(member.dojo)
    for who in (member, neighbour):
        again = reload(factories.submit(who, config=tree(member)))
        run_all()
        run = reload(again).run
        assert run.has_succeeded, run.failure_code
        assert run.reused_from_id == reload(first).run.pk
        assert (run.metrics, run.holdout_metrics) == (
            reload(first).run.metrics,
            reload(first).run.holdout_metrics,
        )
        assert run.interpretations.get(stage=Stage.EVIDENCE).has_succeeded
        assert Predictions.objects.filter(run=run).exists()


def test_a_search_that_its_seconds_cut_short_is_not_taken_over(member) -> None:
    search = {
        "method": "random",
        "trials": 3,
        "ranges": {"min_samples_leaf": {"low": 1.0, "high": 40.0}},
    }
    first = factories.submit(member, config=tree(member, search=search))
    run_all()
    Run.objects.update(search=reload(first).run.search | {"is_complete": False})
    second = factories.submit(member, config=tree(member, search=search))
    run_all()
    assert reload(second).run.reused_from is None
    third = factories.submit(member, config=tree(member, search=search))
    run_all()
    assert reload(third).run.reused_from == reload(second).run


def test_a_reference_that_ends_during_the_run_is_compared_all_the_same(member, monkeypatch) -> None:
    first = factories.submit(member, "dummy")
    run_all()
    monkeypatch.setattr(execution, "comparison_fields", lambda *args: {})  # not there yet
    second = factories.submit(member, "logistic_regression", compared_to=first, expected_effect=0.1)
    run_all()
    assert reload(second).run.comparison["judgement"]["verdict"] == "supported"


def test_another_seed_is_another_result(member) -> None:
    first = factories.submit(member, config=tree(member))
    other = factories.submit(member, config=tree(member, seed=7))
    run_all()
    assert reload(other).run.reused_from is None
    assert reload(other).run.fingerprint != reload(first).run.fingerprint


def test_a_repetition_from_scratch_gives_every_digit_again(member) -> None:
    experiment = factories.submit(member, "random_forest")
    run_all()
    first = reload(experiment).run
    services.repeat_run(reload(experiment))
    wait_long_enough(first)
    run_all()
    page = run_page(reload(experiment))
    assert page.run.pk == first.pk, "the experiment's result stays the first run's"
    assert page.is_reproduced
    assert page.repetition.reused_from is None


def test_a_digit_that_differs_is_shown(member) -> None:
    experiment = factories.submit(member, "dummy")
    run_all()
    first = reload(experiment).run
    first.metrics["test"]["log_loss"] += 1e-15
    first.save()
    services.repeat_run(reload(experiment))
    wait_long_enough(first)
    run_all()
    page = run_page(reload(experiment))
    assert not page.is_reproduced
    assert [(row["part"], row["label"]) for row in page.differing_digits] == [("test", "Log loss")]


def test_a_repetition_waits_for_another_worker(member) -> None:
    experiment = factories.submit(member, "dummy")
    run_all()
    services.repeat_run(reload(experiment))
    execution.execute_next_run()
    assert Run.objects.queued().count() == 1, "the same process leaves it to another for a while"


def test_a_repetition_of_a_result_taken_over_waits_for_another_worker_too(member) -> None:
    factories.submit(member, config=tree(member))
    run_all()
    again = factories.submit(member, config=tree(member))
    run_all()
    Run.objects.filter(experiment=again).update(worker="another:1")
    services.repeat_run(reload(again))
    execution.execute_next_run()
    assert Run.objects.queued().count() == 1


def test_what_has_no_result_or_is_repeated_already_is_not_repeated(member) -> None:
    experiment = factories.submit(member, "dummy")
    with pytest.raises(services.NotNow):
        services.repeat_run(experiment)
    run_all()
    services.repeat_run(reload(experiment))
    with pytest.raises(services.NotNow):
        services.repeat_run(reload(experiment))


def test_repetitions_count_nowhere(member) -> None:
    from experiments.board.rows import leaderboard

    experiment = factories.submit(member, "dummy")
    run_all()
    repeated = services.repeat_run(reload(experiment))
    Run.objects.filter(pk=repeated.pk).update(
        status=JobStatus.SUCCEEDED, metrics={"test": {"roc_auc": 0.99}}
    )
    (row,) = (row for row in leaderboard(member.dojo, None).rows if not row.is_baseline)
    assert (row.tries, row.score) == (1, 0.5)


def test_a_search_is_stored_with_all_its_trials(member) -> None:
    search = {
        "method": "random",
        "trials": 4,
        "ranges": {"min_samples_leaf": {"low": 1.0, "high": 40.0}},
    }
    experiment = factories.submit(member, config=tree(member, search=search))
    run_all()
    page = run_page(reload(experiment))
    assert page.trial_count == 4
    best = max(page.trials, key=lambda trial: trial["mean"])
    assert page.run.search["best"] == best["parameters"]
    assert page.found_hyperparameters.startswith("Rows per leaf at least = ")


def test_a_repetition_searches_as_far_as_the_first_run_came(member) -> None:
    ranges = {"min_samples_leaf": {"low": 1.0, "high": 40.0}}
    search = {"method": "random", "trials": 4, "ranges": ranges}
    experiment = factories.submit(member, config=tree(member, search=search))
    run_all()
    first = reload(experiment).run
    # As if its seconds had been over by then.
    first.search["candidates"] = 2
    first.save()
    services.repeat_run(reload(experiment))
    wait_long_enough(first)
    run_all()
    again = Run.objects.get(reproduces=first)
    assert len(again.search["trials"]) == 2
    assert again.search["trials"][1]["parameters"] == first.search["trials"][1]["parameters"]


def test_a_search_is_told_in_words(member) -> None:
    first = factories.submit(member, config=tree(member))
    search = {
        "method": "random",
        "trials": 4,
        "ranges": {"min_samples_leaf": {"low": 1.0, "high": 40.0}},
    }
    experiment = factories.submit(member, config=tree(member, search=search), compared_to=first)
    page = experiment_page(experiment)
    assert page.changes == [
        "Search: none → random",
        "Rows per leaf at least, range: none → 1 to 40",
    ]
    assert dict(page.hyperparameters)["Rows per leaf at least"] == "1 to 40"


def test_what_cannot_run_says_why(member) -> None:
    config = tree(member, reduction={"method": "pca", "components": 200})
    experiment = factories.submit(member, config=config)
    run_all()
    assert reload(experiment).run.failure_code == "too_many_components"
    assert "fewer components" in run_page(reload(experiment)).failure


def test_costs_of_the_dojo_reach_the_metrics(member) -> None:
    costs = {"false_positive": 5.0, "false_negative": 90.0}
    type(member.dojo).objects.filter(pk=member.dojo_id).update(costs=costs)
    member.dojo.refresh_from_db()
    tuned = {"tune_for": "expected_cost"}
    experiment = factories.submit(member, config=tree(member, threshold=tuned))
    run_all()
    run = reload(experiment).run
    assert run.has_succeeded, run.failure_code
    assert run.score("test", "expected_cost") > 0
    assert "expected_cost" in run.intervals
    assert run_page(reload(experiment)).rows[-1].label == "Expected cost"
