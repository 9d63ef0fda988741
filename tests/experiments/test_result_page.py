"""A result page says what happened, what is happening, and what comes next."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils.translation import override

from classrooms.models import Seat
from engine.spec.progress import Step, share_done, step_at
from experiments.models import Experiment, Framing, Run
from experiments.pages.next_step import next_links
from experiments.pages.run_page import run_page
from experiments.submit.services import record_analysis
from experiments.wording.progress import progress_words
from experiments.wording.verdict import mistakes_words
from jobs.models import JobStatus
from tests import factories


@pytest.fixture
def experiment(db: None) -> Experiment:
    return factories.submit(factories.join(factories.make_dojo()), "logistic_regression")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


def reload(experiment: Experiment) -> Experiment:
    return Experiment.objects.with_results().get(pk=experiment.pk)


def ways(experiment: Experiment) -> list[tuple[str, bool]]:
    links = next_links(run_page(reload(experiment)))
    return [(link.label, link.is_primary) for link in links]


def page_of(experiment: Experiment, part: str = "") -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(experiment.seat.people.get())
    return client.get(f"{experiment.get_absolute_url()}{part}").content.decode()


@pytest.mark.parametrize(("folds", "repeats"), [(2, 1), (5, 1), (5, 3), (10, 1)])
@pytest.mark.parametrize("searches", [False, True])
def test_what_a_run_does_is_told_from_the_share_that_the_engine_reports(
    experiment: Experiment, folds: int, repeats: int, searches: bool
) -> None:
    config = experiment.parsed_config
    config = config.model_copy(
        update={
            "validation": config.validation.model_copy(update={"folds": folds, "repeats": repeats}),
            "search": config.search.model_copy(update={"method": "random" if searches else "none"}),
        }
    )
    of = folds * repeats
    steps = [step_at(config, share_done(config, fits, of)) for fits in range(of + 2)]
    told = [Step("fold", number, of) for number in range(1, of + 1)]
    assert steps == [Step("fit"), *told, Step("score")]
    assert step_at(config, 0.0) == (Step("search") if searches else Step("fit"))


def test_the_steps_have_words_in_both_languages(experiment: Experiment) -> None:
    config = experiment.parsed_config
    share = share_done(config, 3, 5)
    assert progress_words(config, share) == "Cross-validation: fold 3 of 5"
    with override("fr"):
        assert progress_words(config, share) == "Validation croisée\u00a0: pli 3 sur 5"


def test_no_bar_stands_at_nothing_for_seconds(experiment: Experiment) -> None:
    Run.objects.filter(pk=experiment.run.pk).update(status=JobStatus.RUNNING, progress=0.0)
    bar = re.search(r"<progress[^>]*>", page_of(experiment, "run/"))
    assert bar is not None
    assert "value=" not in bar[0]
    Run.objects.filter(pk=experiment.run.pk).update(progress=0.5)
    bar = re.search(r"<progress[^>]*>", page_of(experiment, "run/"))
    assert bar is not None
    assert 'value="50"' in bar[0]


def test_the_framing_that_is_missing_is_asked_while_the_run_computes(
    experiment: Experiment,
) -> None:
    missing = "Your framing is still missing"
    assert missing in page_of(experiment)
    assert missing in page_of(experiment, "run/")
    Framing.objects.create(
        seat=experiment.seat, problem="Who leaves?", data="d", metric="m", baseline="b"
    )
    assert missing not in page_of(experiment)


def test_after_the_result_come_its_errors_then_the_decision(experiment: Experiment) -> None:
    factories.finish(experiment)
    labels = ways(experiment)
    assert labels[0] == ("Look at its errors", False)
    assert ("Conclude", True) in labels
    assert labels[-1] == ("Next experiment, based on this one", False)


def test_after_the_decision_comes_the_next_experiment(experiment: Experiment) -> None:
    factories.finish(experiment)
    record_analysis(reload(experiment), analysis="So it is.", decision="keep", next_step="")
    assert ways(experiment) == [("Next experiment, based on this one", True)]


def test_a_run_without_a_result_has_no_errors_to_look_at(experiment: Experiment) -> None:
    Run.objects.filter(pk=experiment.run.pk).update(
        status=JobStatus.FAILED, failure_code="internal"
    )
    assert "Look at its errors" not in dict(ways(experiment))


def test_nobody_else_is_sent_on(experiment: Experiment) -> None:
    factories.finish(experiment)
    facilitator: Seat = experiment.seat.dojo.seats.get(role=Seat.Role.FACILITATOR)
    client = Client()
    client.force_login(facilitator.people.get())
    page = client.get(experiment.get_absolute_url()).content.decode()
    assert "Look at its errors" not in page


def test_the_metrics_are_folded_and_stand_once(experiment: Experiment) -> None:
    factories.finish(experiment)
    page = page_of(experiment)
    assert page.index('id="result"') < page.index('id="metrics"')
    assert page.count("Log loss") == 1
    assert re.search(r'<details[^>]*id="metrics"[^>]*>', page)
    assert not re.search(r'<details[^>]*id="metrics"[^>]*open', page)


def test_mistakes_are_told_in_words() -> None:
    confusion = {
        "true_negatives": 60,
        "false_positives": 1,
        "false_negatives": 5,
        "true_positives": 31,
    }
    told = mistakes_words(confusion, "yes")
    assert told == "Of 36 test rows that are “yes”, 5 missed; 1 false alarm."
    assert mistakes_words({}, "yes") == ""


def test_a_screen_reader_hears_the_state_and_not_the_card(experiment: Experiment) -> None:
    page = page_of(experiment)
    assert f'data-announce="{experiment.run.get_status_display()}"' in page
    card = page[page.index('id="run"') : page.index('id="conclusion"')]
    assert "aria-live" not in card
    factories.finish(experiment)
    assert re.search(r'data-announce="Result: ROC AUC 0\.950"', page_of(experiment))
