"""What ranks: the run that somebody keeps, else their latest; never a leak or a rejected one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from classrooms.exceptions import NotNow
from classrooms.models import Dojo, DojoStage, Seat
from experiments.alarms.services import close_alarm, raise_alarms
from experiments.leaderboard.entries import entries_of
from experiments.leaderboard.reveal import freeze, reveal_all, reveal_rows, unfreeze
from experiments.leaderboard.rows import leaderboard
from experiments.models import Experiment, LeaderboardSnapshot, Run
from experiments.submit.services import choose_experiment, record_analysis
from experiments.summary.page import summary_of
from tests import factories
from tests.conftest import Cast
from tests.work import do_next

pytestmark = pytest.mark.django_db

COLUMN = "worst_area"
ALARM = {"column": COLUMN, "reason": "alone", "value": 0.97, "others": 0.78}
MARKED = {"code": "leaking_column", "context": {"names": [COLUMN], "more": 0}}
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def seat() -> Seat:
    return factories.join(factories.make_dojo(), "Ada")


def scored(
    seat: Seat, test: float, decision: str = "", *, model: str = "logistic_regression", **run: Any
) -> Experiment:
    """An experiment of theirs with a score, concluded where a decision is given."""
    experiment = factories.submit(seat, model)
    found = factories.finish(experiment, test=test)
    if run:
        Run.objects.filter(pk=found.pk).update(**run)
    return conclude(experiment, decision) if decision else experiment


def conclude(experiment: Experiment, decision: str) -> Experiment:
    return record_analysis(experiment, analysis="So it is.", decision=decision, next_step="")


def row(seat: Seat, viewer: Seat | None = None) -> Any:
    rows = leaderboard(Dojo.objects.get(pk=seat.dojo_id), viewer).rows
    return next(row for row in rows if row.seat == seat)


def told(seat: Seat) -> tuple[int | None, float | None, bool, str]:
    found = row(seat)
    number = found.experiment.number if found.experiment else None
    return number, found.score, found.is_chosen, found.objection


def facilitator_of(seat: Seat) -> Seat:
    return seat.dojo.seats.select_related("dojo").get(role="facilitator")


def test_the_latest_stands_in_until_one_is_kept(seat: Seat) -> None:
    assert told(seat) == (None, None, False, "")
    scored(seat, 0.9)
    scored(seat, 0.8)
    assert told(seat) == (2, 0.8, False, "")
    scored(seat, 0.7, "keep")
    scored(seat, 0.95)
    assert told(seat) == (3, 0.7, True, "")


def test_of_several_kept_the_one_chosen_last_ranks(seat: Seat) -> None:
    first, second = scored(seat, 0.9, "keep"), scored(seat, 0.8, "keep")
    assert told(seat) == (2, 0.8, True, "")
    choose_experiment(first)
    assert told(seat) == (1, 0.9, True, "")
    choose_experiment(second)
    assert told(seat) == (2, 0.8, True, "")
    scored(seat, 0.85, "keep")
    assert told(seat) == (3, 0.85, True, "")


def test_rejected_runs_never_rank(seat: Seat) -> None:
    first = scored(seat, 0.9, "reject")
    assert told(seat) == (None, None, False, "")
    scored(seat, 0.8, "iterate")
    assert told(seat) == (2, 0.8, False, "")
    with pytest.raises(NotNow):
        choose_experiment(first)


@pytest.mark.parametrize(
    ("run", "objection"), [({"alarms": [ALARM]}, "alarm"), ({"warnings": [MARKED]}, "marked")]
)
def test_a_leak_does_not_rank_and_its_row_says_why(
    seat: Seat, run: dict[str, Any], objection: str
) -> None:
    scored(seat, 1.0, **run)
    assert told(seat) == (1, None, False, objection)
    scored(seat, 0.8)
    scored(seat, 0.99, **run)
    assert told(seat) == (2, 0.8, False, "")  # the latest that is sound
    scored(seat, 0.98, "keep", **run)
    assert told(seat) == (4, None, True, objection)
    found = row(seat)
    assert (found.rank, found.reaches_threshold) == (None, False)
    assert found.why_not
    assert COLUMN not in found.why_not
    rows = reveal_rows(Dojo.objects.get(pk=seat.dojo_id))
    assert [one.place for one in rows] == [None] * (objection == "marked"), "where it can fall"
    reveal_all(seat.dojo)
    assert row(seat).holdout is None


def test_a_dummy_reads_no_column_and_ranks(seat: Seat) -> None:
    scored(seat, 0.5, model="dummy", warnings=[MARKED])
    assert told(seat) == (1, 0.5, False, "")


def test_it_ranks_once_the_facilitator_has_answered(seat: Seat) -> None:
    scored(seat, 0.9, "keep", alarms=[ALARM])
    assert told(seat)[3] == "alarm"
    close_alarm(facilitator_of(seat), COLUMN, "Measured at the first visit.")
    assert told(seat) == (1, 0.9, True, "")


def test_a_frozen_board_shows_what_was_submitted_then(seat: Seat) -> None:
    first, second = scored(seat, 0.9, "keep"), scored(seat, 0.8, "keep")
    freeze(seat.dojo)
    choose_experiment(first)
    assert told(seat) == (2, 0.8, True, "")
    raise_alarms(second.run, [ALARM])
    assert told(seat)[3] == "alarm"  # a leak falls at once
    unfreeze(seat.dojo)
    assert told(seat) == (1, 0.9, True, "")


def test_nothing_is_chosen_once_hidden_scores_are_told(seat: Seat) -> None:
    first = scored(seat, 0.9, "keep")
    scored(seat, 0.8, "keep")
    DojoStage.objects.filter(dojo=seat.dojo).update(revealed_rows=1)
    with pytest.raises(NotNow):
        choose_experiment(first)
    assert told(seat) == (2, 0.8, True, "")


def test_a_worker_compares_what_ranks_and_looks_again_when_that_changes(seat: Seat) -> None:
    other = factories.join(seat.dojo)
    leaky = factories.submit(seat, "logistic_regression")
    sound = factories.submit(seat, "decision_tree")
    theirs = factories.submit(other, "logistic_regression")
    while do_next(Run):
        pass
    Run.objects.filter(experiment=leaky).update(alarms=[ALARM])

    def compared() -> set[int]:
        assert do_next(LeaderboardSnapshot)
        ranks = LeaderboardSnapshot.objects.get().content["ranks"]
        return {found["run"] for found in ranks.values()}

    assert compared() == {sound.run.pk, theirs.run.pk}
    conclude(leaky, "keep")
    assert compared() == {theirs.run.pk}
    close_alarm(facilitator_of(seat), COLUMN, "Known.")
    assert compared() == {leaky.run.pk, theirs.run.pk}
    conclude(sound, "keep")
    assert compared() == {sound.run.pk, theirs.run.pk}
    choose_experiment(Experiment.objects.get(pk=leaky.pk))
    assert compared() == {leaky.run.pk, theirs.run.pk}


def test_the_summary_follows(seat: Seat) -> None:
    scored(seat, 0.9)
    scored(seat, 0.99, "keep", warnings=[MARKED])
    summary = summary_of(Dojo.objects.get(pk=seat.dojo_id), facilitator_of(seat))
    (ada,) = summary.people
    assert (ada.submitted, ada.rank, summary.successes) == (None, None, 0)
    with translation.override("en"):
        assert "after the outcome" in ada.why_not


# --- Pages ----------------------------------------------------------------------------
def page(client: Client, name: str, *arguments: str) -> str:
    return client.get(reverse(name, args=arguments), headers=ENGLISH).content.decode()


def test_the_rules_say_from_the_start_what_ranks(cast: Cast) -> None:
    rule = "To submit a run, keep it"
    dojo = cast.dojo.public_id
    assert rule in page(cast.clients["participant"], "experiments:leaderboard", dojo)
    assert rule in page(cast.clients["facilitator"], "classrooms:rules", dojo)
    assert rule in page(cast.clients["facilitator"], "classrooms:cockpit", dojo)


def test_the_board_says_what_is_not_chosen_and_why_one_does_not_rank(cast: Cast) -> None:
    scored(cast.neighbour, 0.99, "keep", alarms=[ALARM])
    board = page(cast.clients["participant"], "experiments:leaderboard", cast.dojo.public_id)
    assert "not chosen yet" in board
    assert "Doesn&#x27;t rank: open leak alarm." in board
    assert "0.99" not in board
    assert COLUMN not in board


def test_a_participant_chooses_on_the_page_of_the_experiment(cast: Cast) -> None:
    client, dojo = cast.clients["participant"], cast.dojo.public_id
    conclude(cast.experiment, "keep")
    second = scored(cast.participant, 0.8, "keep")
    arguments = dojo, cast.experiment.public_id
    assert "Submit this run instead of #2" in page(client, "experiments:experiment", *arguments)
    theirs = page(cast.clients["facilitator"], "experiments:experiment", *arguments)
    assert "Submit this run" not in theirs
    client.post(reverse("experiments:choose", args=arguments))
    chosen = page(client, "experiments:experiment", *arguments)
    assert "Your submission: the leaderboard ranks this run." in chosen
    assert "Submit this run instead of #1" in page(
        client, "experiments:experiment", dojo, second.public_id
    )
    assert entries_of(cast.dojo)[cast.participant.pk].experiment == cast.experiment


def test_what_was_not_kept_is_not_chosen(cast: Cast) -> None:
    address = reverse("experiments:choose", args=[cast.dojo.public_id, cast.experiment.public_id])
    response = cast.clients["participant"].post(address, headers=ENGLISH, follow=True)
    assert "Not submitted: keep it first." in response.content.decode()
    assert Experiment.objects.get(pk=cast.experiment.pk).chosen_at is None
    Experiment.objects.filter(pk=cast.experiment.pk).update(
        decision="keep", concluded_at=timezone.now()
    )
    cast.clients["participant"].post(address)
    assert Experiment.objects.get(pk=cast.experiment.pk).chosen_at
