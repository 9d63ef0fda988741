"""The leaderboard: ties, rigour, what others may see, freeze and reveal."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from classrooms.dojos.settings.rules import change_rules
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, DojoRules, Seat
from experiments.leaderboard.reveal import freeze, reveal_all, reveal_next, reveal_rows, unfreeze
from experiments.leaderboard.rows import LeaderboardRow, leaderboard
from experiments.leaderboard.views import AUDIENCE_RANKS
from experiments.models import Experiment, LeaderboardSnapshot, Run
from experiments.submit.services import record_analysis
from tests import factories
from tests.work import do_next

pytestmark = pytest.mark.django_db


@pytest.fixture
def dojo() -> Dojo:
    return factories.make_dojo()


def scored(dojo: Dojo, name: str, *scores: float, holdout: float = 0.9) -> Seat:
    member = factories.join(dojo, name)
    for score in scores:
        run = factories.finish(factories.submit(member), test=score, holdout=holdout)
        Run.objects.filter(pk=run.pk).update(
            intervals={"roc_auc": [round(score - 0.02, 3), round(score + 0.02, 3)]}
        )
    return member


def people(dojo: Dojo, viewer: Seat | None = None) -> list[LeaderboardRow]:
    dojo = Dojo.objects.get(pk=dojo.pk)
    return [row for row in leaderboard(dojo, viewer).rows if not row.is_baseline]


def told(rows: list[LeaderboardRow]) -> list[tuple[str, int | None, float | None]]:
    return [(row.name, row.rank, row.score) for row in rows]


# --- Scores -----------------------------------------------------------------------
def test_best_scores_are_sorted_and_no_tie_is_claimed_before_it_is_known(dojo: Dojo) -> None:
    scored(dojo, "a", 0.7, 0.9)
    scored(dojo, "b", 0.9)
    scored(dojo, "c", 0.4)
    factories.submit(factories.join(dojo, "d"))
    rows = people(dojo)
    assert told(rows) == [("a", 1, 0.9), ("b", 1, 0.9), ("c", 3, 0.4), ("d", None, None)]
    assert [row.tries for row in rows] == [2, 1, 1, 1]
    assert [row.tied for row in rows] == [None] * 4
    assert [row.reaches_threshold for row in rows] == [True, True, False, False]
    lines = [row.is_baseline for row in leaderboard(dojo, None).rows]
    assert lines == [False, False, True, False, False]


def test_lower_is_better_for_log_loss() -> None:
    dojo = factories.make_dojo(primary_metric="log_loss", success_threshold=0.35)
    factories.finish(factories.submit(factories.join(dojo)))
    row = people(dojo)[0]
    assert (row.score, row.reaches_threshold) == (0.3, True)


def rank_everyone(dojo: Dojo, **ranks: tuple[Seat, int, int]) -> None:
    found = {
        str(member.pk): {
            "run": member.experiments.latest("number").run.pk,
            "rank": rank,
            "tied": tied,
        }
        for member, rank, tied in ranks.values()
    }
    LeaderboardSnapshot.objects.update_or_create(
        dojo=dojo, defaults={"status": "succeeded", "content": {"ranks": found}}
    )


def test_who_cannot_be_told_apart_shares_a_rank(dojo: Dojo, client: Client) -> None:
    a, b, c = scored(dojo, "a", 0.9), scored(dojo, "b", 0.89), scored(dojo, "c", 0.4)
    rank_everyone(dojo, a=(a, 1, 1), b=(b, 1, 1), c=(c, 3, 0))
    assert told(people(dojo)) == [("a", 1, 0.9), ("b", 1, 0.89), ("c", 3, 0.4)]
    client.force_login(a.people.get())
    page = client.get(f"/dojos/{dojo.public_id}/leaderboard/").content.decode()
    assert page.count("= 1") == 2
    # A newer run has not been compared: then nothing is claimed.
    factories.finish(factories.submit(c), test=0.95)
    assert [row.tied for row in people(dojo)] == [None] * 3


@pytest.mark.django_db(transaction=True)
def test_a_worker_computes_the_ranks_when_a_run_ends() -> None:
    dojo = factories.make_dojo()
    good, poor = factories.join(dojo, "good"), factories.join(dojo, "poor")
    for member, model in ((good, "logistic_regression"), (poor, "dummy")):
        factories.submit(member, model)
    while do_next():
        pass
    job = LeaderboardSnapshot.objects.get(dojo=dojo)
    assert job.status == "succeeded"
    ranks = {person: found["rank"] for person, found in job.content["ranks"].items()}
    assert ranks == {str(good.pk): 1, str(poor.pk): 2}
    again = factories.submit(poor, "logistic_regression")
    while do_next():
        pass
    found = LeaderboardSnapshot.objects.get(dojo=dojo).content["ranks"]
    assert {one["rank"] for one in found.values()} == {1}
    assert found[str(poor.pk)]["run"] == again.runs.results().get().pk
    assert {row.tied for row in people(dojo)} == {1}


@pytest.mark.django_db(transaction=True)
def test_a_run_that_ends_while_ranks_are_computed_is_in_the_next(monkeypatch) -> None:
    from experiments.compute import leaderboard as computing

    dojo = factories.make_dojo()
    member = factories.join(dojo)
    factories.submit(member)
    do_next(Run)
    original = computing.snapshot_fields

    def slow(job: LeaderboardSnapshot) -> dict[str, Any]:
        found = original(job)
        monkeypatch.setattr(computing, "snapshot_fields", original)
        factories.submit(member, "logistic_regression")
        assert do_next(Run)
        return found

    monkeypatch.setattr(computing, "snapshot_fields", slow)
    assert do_next(LeaderboardSnapshot)
    assert LeaderboardSnapshot.objects.get().status == "queued"
    assert do_next(LeaderboardSnapshot)
    assert not do_next(LeaderboardSnapshot)
    (rank,) = LeaderboardSnapshot.objects.get().content["ranks"].values()
    assert rank["run"] == Run.objects.get(experiment__number=2).pk


# --- What others may see ----------------------------------------------------------
def page(dojo: Dojo, viewer: Seat, query: str = "") -> str:
    client = Client()
    client.force_login(viewer.people.get())
    path = f"/dojos/{dojo.public_id}/leaderboard/{query}"
    return client.get(path, headers={"accept-language": "en"}).content.decode()


@pytest.mark.parametrize("visibility", ["names", "ranks", "nothing"])
def test_names_and_scores_are_shown_as_the_rules_say(dojo: Dojo, visibility: str) -> None:
    DojoRules.objects.update(visibility=visibility)
    me, other = scored(dojo, "myself", 0.8), scored(dojo, "somebody-else", 0.9)
    facilitator = dojo.seats.get(role="facilitator")
    mine = page(dojo, me)
    assert ("somebody-else" in mine) == (visibility == "names")
    assert ("0.900" in mine) == (visibility != "nothing")
    assert "myself" in mine
    assert "0.800" in mine
    everything = page(dojo, facilitator)
    assert "somebody-else" in everything
    assert "0.900" in everything
    audience = page(dojo, facilitator, "?audience")
    assert ("somebody-else" in audience) == (visibility == "names")
    assert other.public_id not in mine


def test_the_projector_shows_no_more_rows_than_it_holds(dojo: Dojo) -> None:
    for number in range(AUDIENCE_RANKS + 2):
        scored(dojo, f"person-{number}", 0.6 + number / 50)
    facilitator = dojo.seats.get(role="facilitator")
    top = [row for row in leaderboard(dojo, None).top(AUDIENCE_RANKS).rows if not row.is_baseline]
    assert [row.name for row in top] == [f"person-{n}" for n in range(AUDIENCE_RANKS + 1, 1, -1)]
    assert "And 2 more" in page(dojo, facilitator, "?audience")
    assert "And 2 more" not in page(dojo, facilitator)


def test_the_projector_follows_the_reveal(dojo: Dojo) -> None:
    for number in range(AUDIENCE_RANKS + 4):
        scored(dojo, f"person-{number}-", 0.6 + number / 50)
    facilitator = dojo.seats.get(role="facilitator")
    for told in range(1, AUDIENCE_RANKS + 4):
        reveal_next(dojo)
        dojo.refresh_from_db()
        audience = page(dojo, facilitator, "?audience")
        assert f"person-{told - 1}-" in audience, "the one told last"
        assert f"person-{told}-" in audience, "the next to be told"
        assert audience.count("person-") == AUDIENCE_RANKS


# --- Freeze -----------------------------------------------------------------------
def test_participants_see_a_frozen_board_as_it_was(dojo: Dojo) -> None:
    member = scored(dojo, "m", 0.7)
    Run.objects.update(finished_at=timezone.now() - timedelta(minutes=5))
    freeze(dojo)
    factories.finish(factories.submit(member), test=0.95)
    Run.objects.filter(metrics__test__roc_auc=0.95).update(
        finished_at=timezone.now() + timedelta(seconds=5)
    )
    facilitator = dojo.seats.get(role="facilitator")
    assert people(dojo, member)[0].score == people(dojo, None)[0].score == 0.7
    assert people(dojo, facilitator)[0].score == 0.95
    unfreeze(dojo)
    assert people(dojo, member)[0].score == 0.95


def test_a_frozen_board_counts_what_was_there_then(dojo: Dojo) -> None:
    member = scored(dojo, "m", 0.7)
    past = timezone.now() - timedelta(minutes=5)
    QuerySet(Experiment).update(submitted_at=past)
    Run.objects.update(finished_at=past)
    freeze(dojo)
    later = factories.submit(member)
    factories.finish(later, test=0.9)
    Run.objects.filter(experiment=later).update(finished_at=timezone.now() + timedelta(seconds=5))
    (row,) = people(dojo)
    assert (row.score, row.tries) == (0.7, 1)
    unfreeze(dojo)
    (row,) = people(dojo)
    assert (row.score, row.tries) == (0.9, 2)


def test_without_names_the_order_says_nothing(dojo: Dojo) -> None:
    DojoRules.objects.update(visibility="ranks")
    members = [scored(dojo, f"m{n}", 0.8) for n in range(4)]
    members += [factories.join(dojo, f"n{n}") for n in range(4)]
    by_chance = sorted(members, key=lambda member: member.public_id)
    found = [row.seat for row in people(dojo)]
    assert [m for m in found if m in members[:4]] == [m for m in by_chance if m in members[:4]]
    assert found[4:] == [m for m in by_chance if m in members[4:]]


def test_another_rule_asks_for_other_ranks(dojo: Dojo) -> None:
    LeaderboardSnapshot.objects.create(dojo=dojo, status="succeeded")
    change_rules(
        dojo,
        primary_metric="f1",
        success_threshold=0.8,
        costs=None,
        rules=dojo.rules,
    )
    assert LeaderboardSnapshot.objects.get().status == "queued"


# --- Rigour -----------------------------------------------------------------------
def shares(dojo: Dojo) -> dict[str, tuple[int, int]]:
    with translation.override("en"):
        (row,) = leaderboard(dojo, None).rigour
        return {str(share.label): (share.done, share.of) for share in row.rigour.shares}


def test_rigour_is_counted_from_the_record(dojo: Dojo) -> None:
    member = factories.join(dojo)
    assert leaderboard(dojo, None).rigour == []
    first = factories.submit(member, "logistic_regression")
    factories.finish(first)
    second = factories.submit(
        member, "decision_tree", compared_to=first, expected_effect=None, claim="tree"
    )
    factories.finish(second)
    record_analysis(first, analysis="Its errors are small trees.", decision="keep", next_step="x")
    found = shares(dojo)
    assert found["Baseline first"] == (1, 1)
    assert found["Forecasts registered"] == (1, 2)
    assert found["One change at a time"] == (1, 1)
    assert found["Experiments concluded"] == (1, 2)
    assert leaderboard(dojo, None).rigour[0].rigour.forecasts.skill is None
    assert found["Reproduced"] == (0, 1)
    total = leaderboard(dojo, None).rigour[0].rigour.total
    assert 0 < total < 1


def test_each_heading_of_the_rigour_board_explains_itself(dojo: Dojo, client: Client) -> None:
    member = factories.join(dojo)
    factories.finish(factories.submit(member))
    client.force_login(member.people.get())
    page = client.get(f"/dojos/{dojo.public_id}/leaderboard/").content.decode()
    board = page[page.index("wrap-head") :]
    participant, *headings = re.findall(
        r"<th\b.*?</th>", board[: board.index("</thead>")], re.DOTALL
    )
    assert "tooltip" not in participant
    assert len(headings) == 8
    assert all('role="tooltip"' in heading for heading in headings)


# --- Reveal -----------------------------------------------------------------------
def test_hidden_scores_are_told_from_the_last_to_the_first(dojo: Dojo) -> None:
    scored(dojo, "first", 0.95, holdout=0.80)
    scored(dojo, "second", 0.90, holdout=0.91)
    scored(dojo, "third", 0.70, holdout=0.71)
    scored(dojo, "fourth", 0.70, holdout=0.71)
    assert [row.holdout for row in reveal_rows(dojo)] == [None] * 4

    def now() -> list[Any]:
        return [
            (row.row.name, row.holdout, row.moved, row.reason)
            for row in reveal_rows(Dojo.objects.get(pk=dojo.pk))
        ]

    for _row in range(2):
        reveal_next(dojo)
    assert now()[2:] == [("fourth", 0.71, 0, "within"), ("third", 0.71, 0, "within")]
    reveal_next(dojo)
    assert now()[1] == ("second", 0.91, 0, "within"), "who moved would give the first away"
    assert now()[0][1] is None
    assert not Dojo.objects.get(pk=dojo.pk).stage.holdout_is_revealed
    reveal_next(dojo)
    assert now()[:2] == [("first", 0.80, -1, "below"), ("second", 0.91, 1, "within")]
    assert {row.place for row in reveal_rows(dojo)[2:]} == {3}, "equal scores share a place"
    assert Dojo.objects.get(pk=dojo.pk).stage.holdout_is_revealed
    with pytest.raises(NotNow):
        reveal_next(dojo)


def test_why_a_score_fell_is_told(dojo: Dojo) -> None:
    scored(dojo, "worn", *[0.9] * 7, holdout=0.7)
    overfitted = scored(dojo, "overfitted", 0.85, holdout=0.7)
    for run in Run.objects.all():
        of_overfitted = run.experiment.seat_id == overfitted.pk
        run.gaps = {"roc_auc": [0.1, 0.2] if of_overfitted else [-0.01, 0.03]}
        run.save(update_fields=["gaps"])
    scored(dojo, "lucky", 0.6, holdout=0.9)
    reveal_all(dojo)
    rows = reveal_rows(Dojo.objects.get(pk=dojo.pk))
    assert {row.row.name: row.reason for row in rows} == {
        "worn": "worn",
        "overfitted": "overfitted",
        "lucky": "above",
    }
    with translation.override("en"):
        assert "after 7 experiments" in rows[0].words


def test_the_ceremony_is_everyone_s_and_its_buttons_are_the_facilitator_s(cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/leaderboard/"
    before = cast.clients["participant"].get(path).content.decode()
    assert "0.930" not in before
    cast.clients["facilitator"].post(f"{path}reveal/", {"rows": "next"})
    after = cast.clients["participant"].get(path, headers={"accept-language": "en"})
    assert "0.930" in after.content.decode()
    assert "Reveal the next row" not in after.content.decode()
    cast.clients["facilitator"].post(f"{path}freeze/", {"frozen": "yes"})
    assert Dojo.objects.get(pk=cast.dojo.pk).stage.board_is_frozen
    cast.clients["facilitator"].post(f"{path}freeze/", {"frozen": "no"})
    assert not Dojo.objects.get(pk=cast.dojo.pk).stage.board_is_frozen


def test_the_number_of_queries_does_not_grow_with_people(dojo: Dojo) -> None:
    counts = []
    reveal_all(dojo)
    for more in (1, 2, 7):
        for _person in range(more):
            scored(dojo, f"p{Seat.objects.count()}", 0.8)
        with CaptureQueriesContext(connection) as queries:
            leaderboard(Dojo.objects.select_related("dataset").get(pk=dojo.pk), None)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
