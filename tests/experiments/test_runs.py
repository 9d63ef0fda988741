"""Runs by the worker's own code: intervals, verdicts, reuse, and repetition from scratch."""

import pytest
from django.db import connection
from django.utils import translation

from engine.spec.config import ExperimentConfig
from experiments.compute import comparing, execution
from experiments.forecasts.outcomes import outcome_of
from experiments.models import (
    Experiment,
    Interpretation,
    LeaderboardSnapshot,
    Predictions,
    Run,
    Stage,
)
from experiments.pages.run_page import experiment_page, run_page
from experiments.submit import services
from jobs.models import JobStatus
from tests import factories
from tests.work import do_next

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
        do_next(Run)


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
    assert run_page(reload(experiment)).verdict.code in ("as_forecast", "larger")


def test_a_run_is_judged_against_the_one_that_its_hypothesis_names(member) -> None:
    dummy = factories.submit(member, "dummy")
    better = factories.submit(member, "logistic_regression", compared_to=dummy, expected_effect=0.3)
    run_all()
    run = reload(better).run
    difference = run.comparison["differences"]["roc_auc"]
    first, second = (e.run.score("test", "roc_auc") for e in (reload(dummy), reload(better)))
    assert difference["estimate"] == pytest.approx(second - first)
    assert run.comparison["kind"] == "model"
    assert outcome_of(reload(better)).direction == "better"
    assert reload(dummy).run.comparison == {}


def test_a_run_that_ends_before_its_reference_is_compared_afterwards(member) -> None:
    first = factories.submit(member, "dummy")
    second = factories.submit(member, "logistic_regression", compared_to=first, expected_effect=0.1)
    # The first goes back into the queue, as after a lost worker, and ends second.
    Run.objects.filter(experiment=first).update(status=JobStatus.RUNNING)
    do_next(Run)
    assert reload(second).run.comparison == {}
    Run.objects.filter(experiment=first).update(status=JobStatus.QUEUED)
    do_next(Run)
    assert outcome_of(reload(second)).direction == "better"


def test_an_equal_config_takes_over_the_result_at_once(member, monkeypatch) -> None:
    first = factories.submit(member, config=tree(member))
    run_all()
    do_next(Interpretation)
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


@pytest.fixture
def unseen_reference(member, monkeypatch) -> Experiment:
    """Of two runs that end at the same time, the one that its reference was not there for yet."""
    first = factories.submit(member, "dummy")
    run_all()
    monkeypatch.setattr(execution, "comparison_with_reference", lambda *args: {})
    return factories.submit(member, "logistic_regression", compared_to=first, expected_effect=0.1)


def test_a_reference_that_ends_during_the_run_is_compared_all_the_same(unseen_reference) -> None:
    run_all()
    assert outcome_of(reload(unseen_reference)).direction == "better"


def test_a_comparison_is_not_lost_with_its_process(unseen_reference, monkeypatch) -> None:
    monkeypatch.setattr(execution, "compare_missing", lambda runs: None)  # it dies before
    run_all()
    assert reload(unseen_reference).run.comparison == {}
    while do_next(LeaderboardSnapshot):
        pass
    assert outcome_of(reload(unseen_reference)).direction == "better"


def test_nothing_is_computed_in_a_transaction(member, monkeypatch) -> None:
    found = []
    for name in ("compare", "intervals"):
        original = getattr(comparing, name)

        def outside(*args, original=original, **options):
            found.append(connection.in_atomic_block)
            return original(*args, **options)

        monkeypatch.setattr(comparing, name, outside)
    first = factories.submit(member, "dummy")
    factories.submit(member, "logistic_regression", compared_to=first)
    run_all()
    assert found == [False] * 3


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
    do_next(Run)
    assert Run.objects.queued().count() == 1, "the same process leaves it to another for a while"


def test_a_repetition_of_a_result_taken_over_waits_for_another_worker_too(member) -> None:
    factories.submit(member, config=tree(member))
    run_all()
    again = factories.submit(member, config=tree(member))
    run_all()
    Run.objects.filter(experiment=again).update(worker="another:1")
    services.repeat_run(reload(again))
    do_next(Run)
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
    from experiments.leaderboard.rows import leaderboard

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
    assert page.found_hyperparameters.startswith("Min rows per leaf = ")


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
        "Min rows per leaf, range: none → 1 to 40",
    ]
    assert dict(page.hyperparameters)["Min rows per leaf"] == "1 to 40"


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


def test_a_result_was_known_where_the_room_had_it_before_it_was_asked_for(member) -> None:
    neighbour = factories.join(member.dojo, "neighbour")
    elsewhere = factories.join(factories.make_dojo(factories.make_user()), "elsewhere")
    first = factories.submit(member, config=tree(member))
    # Submitted before the first one has ended: nobody could have seen it.
    at_once = factories.submit(neighbour, config=tree(neighbour))
    run_all()
    later = factories.submit(neighbour, config=tree(neighbour))
    other_room = factories.submit(elsewhere, config=tree(elsewhere))
    run_all()
    known = [reload(one).run.was_known for one in (first, at_once, later, other_room)]
    assert known == [False, False, True, False]
    assert reload(other_room).run.reused_from is not None, "the very same result"
