"""The participants' table: who needs help first, what is asked, what only facilitators note."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from classrooms.agenda import timeline
from classrooms.conversation import hands
from classrooms.models import Announcement, Dojo, RaisedHand, Seat
from experiments.models import Run
from experiments.participants.memory import Judged, Memory
from experiments.participants.table import matching, participant_rows, totals
from experiments.submit.services import save_framing
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
HOSTILE = "<script>alert(1)</script>"


def order(dojo: Dojo) -> list[str]:
    return [row.seat.display_name for row in participant_rows(Dojo.objects.get(pk=dojo.pk))]


def idle_for(member: Seat, minutes: int) -> None:
    ago = timezone.now() - timedelta(minutes=minutes)
    Seat.objects.filter(pk=member.pk).update(active_at=ago)
    Dojo.objects.filter(pk=member.dojo_id).update(started_at=timezone.now() - timedelta(hours=2))


def test_who_needs_help_comes_first() -> None:
    dojo = factories.make_dojo()
    names = ("calm", "early-hand", "failed", "idle", "trapped", "late-hand")
    people = {name: factories.join(dojo, name) for name in names}
    factories.finish(factories.submit(people["trapped"], "random_forest", claim="test"))
    broken = factories.submit(people["failed"])
    Run.objects.filter(experiment=broken).update(status="failed")
    idle_for(people["idle"], 30)
    now = timezone.now()
    hands.raise_hand(people["late-hand"])
    hands.raise_hand(people["early-hand"])
    for name, minutes in (("late-hand", 1), ("early-hand", 5)):
        RaisedHand.objects.filter(seat=people[name]).update(
            raised_at=now - timedelta(minutes=minutes)
        )
    expected = ["early-hand", "late-hand", "trapped", "failed", "idle", "calm"]
    assert order(dojo) == expected
    rows = participant_rows(Dojo.objects.get(pk=dojo.pk))
    assert [row.needs_help for row in rows] == [True] * 5 + [False]


def test_one_issue_weighs_more_than_notices() -> None:
    dojo = factories.make_dojo()
    noticed, trapped = factories.join(dojo, "noticed"), factories.join(dojo, "trapped")
    factories.finish(factories.submit(noticed, expected_effect=None))
    save_framing(trapped, problem="p", data="d", metric="m", baseline="b")
    factories.finish(factories.submit(trapped, "random_forest"))
    rows = {row.seat.display_name: row for row in participant_rows(dojo)}
    assert [(len(r.issues), len(r.notices)) for r in rows.values()] == [(1, 1), (0, 2)]
    assert list(rows) == ["trapped", "noticed"]


def test_equals_stay_in_the_order_in_which_they_came() -> None:
    dojo = factories.make_dojo()
    names = [factories.join(dojo, name).display_name for name in ("zoe", "adam", "mia")]
    assert order(dojo) == names


def test_nobody_is_idle_while_the_clock_stands() -> None:
    dojo = factories.make_dojo()
    member = factories.join(dojo)
    idle_for(member, 30)
    assert participant_rows(Dojo.objects.get(pk=dojo.pk))[0].idle_minutes == 30
    timeline.pause_dojo(dojo)
    assert participant_rows(Dojo.objects.get(pk=dojo.pk))[0].idle_minutes == 0


def test_who_came_before_the_start_is_idle_from_the_start_on() -> None:
    dojo = factories.make_dojo()
    idle_for(factories.join(dojo), 90)
    Dojo.objects.filter(pk=dojo.pk).update(started_at=timezone.now() - timedelta(minutes=3))
    assert participant_rows(Dojo.objects.get(pk=dojo.pk))[0].idle_minutes == 3


def test_what_they_cancelled_is_no_failure() -> None:
    dojo = factories.make_dojo()
    member = factories.join(dojo)
    for status, failures in (("failed", 1), ("timed_out", 2), ("cancelled", 0)):
        experiment = factories.submit(member)
        Run.objects.filter(experiment=experiment).update(status=status)
        assert participant_rows(dojo)[0].failures == failures


def test_a_row_says_what_runs_and_the_last_score() -> None:
    dojo = factories.make_dojo()
    member = factories.join(dojo)
    factories.finish(factories.submit(member), test=0.91)
    Run.objects.update(intervals={"roc_auc": [0.85, 0.96]})
    for status in ("running", "queued", "queued"):
        experiment = factories.submit(member)
        Run.objects.filter(experiment=experiment).update(status=status)
    row = participant_rows(dojo)[0]
    assert (row.running, row.queued, row.score, row.interval) == (1, 2, 0.91, [0.85, 0.96])


def test_filters_by_need_and_by_name() -> None:
    dojo = factories.make_dojo()
    factories.join(dojo, "Chloé")
    hands.raise_hand(factories.join(dojo, "Bruno"))
    rows = participant_rows(dojo)

    def names(**wanted: object) -> list[str]:
        found = matching(rows, **{"search": "", "only_help": False} | wanted)  # type: ignore[arg-type]
        return [row.seat.display_name for row in found]

    assert names(search=" chloe") == ["Chloé"]
    assert names(only_help=True) == ["Bruno"]
    assert names(search="chloe", only_help=True) == []
    assert len(names()) == 2


def test_totals_count_who_has_what() -> None:
    dojo = factories.make_dojo()
    done, behind = factories.join(dojo), factories.join(dojo)
    factories.finish(factories.submit(done))
    factories.submit(behind)
    first = {t.deliverable.kind: (t.done, t.people) for t in totals(participant_rows(dojo))}
    assert first["first_experiment"] == (1, 2)
    assert totals([]) == []


def participants_page(client: Client, dojo: Dojo, query: str = "", target: str = "") -> str:
    headers = HTMX | {"HX-Target": target} if target else {}
    return client.get(
        f"/dojos/{dojo.public_id}/participants/{query}", headers=headers
    ).content.decode()


def test_the_live_part_leaves_filter_and_composer_alone(cast: Cast) -> None:
    whole = participants_page(cast.clients["facilitator"], cast.dojo)
    part = participants_page(
        cast.clients["facilitator"], cast.dojo, "?search=neigh", target="participants-live"
    )
    assert 'id="participants-filter"' in whole
    assert 'id="participants-filter"' not in part
    assert "neighbour" in part
    assert "participant</a>" not in part


@pytest.mark.parametrize("page", ["participants/", "people/{}/"])
def test_queries_do_not_grow_with_the_room(page: str, cast: Cast) -> None:
    address = f"/dojos/{cast.dojo.public_id}/" + page.format(cast.participant.public_id)
    cast.clients["facilitator"].get(address)  # that somebody read a record is noted once
    counts = []
    for added in (1, 2, 10):
        for _new in range(added):
            member = factories.join(cast.dojo)
            hands.raise_hand(member)
            for who in (member, cast.participant):
                factories.finish(factories.submit(who, "random_forest", claim="test"))
            factories.announce(cast.dojo, recipient=cast.participant)
        hands.raise_hand(cast.participant)
        with CaptureQueriesContext(connection) as queries:
            assert cast.clients["facilitator"].get(address).status_code == 200
        counts.append(len(queries))
        hands.lower_hand(cast.participant)
    assert len(set(counts)) == 1, counts


# --- One person -----------------------------------------------------------------------
def trapped(cast: Cast) -> dict[str, str]:
    """What the form of a finding of the participant posts."""
    experiment = factories.submit(
        cast.participant, "random_forest", expected_effect=None, compared_to=cast.experiment
    )
    factories.finish(experiment)
    return {"finding": "no_expectation", "experiment": experiment.public_id}


def person(cast: Cast, action: str = "") -> str:
    return f"/dojos/{cast.dojo.public_id}/people/{cast.participant.public_id}/{action}"


def test_an_issue_is_asked_about_with_one_click_and_says_which_experiment(cast: Cast) -> None:
    sent = trapped(cast)
    page = cast.clients["facilitator"].get(person(cast)).content.decode()
    assert (
        "Experiment #2: Which difference from #1 would have proved you wrong?" in page
    )  # in the Dojo's language
    post = sent | {"text": "Experiment #2: Which difference from #1 would have proved you wrong?"}
    answer = cast.clients["facilitator"].post(person(cast, "ask/"), post, headers=HTMX)
    assert answer.status_code == 200
    announcement = Announcement.objects.get()
    assert announcement.recipient == cast.participant
    assert announcement.finding == "no_expectation"
    banner = cast.clients["participant"].get(f"/dojos/{cast.dojo.public_id}/news/").content.decode()
    assert "would have proved you wrong?" in banner
    assert f'href="{announcement.link}"' in banner
    assert cast.clients["participant"].get(announcement.link).status_code == 200


def test_an_empty_question_is_not_sent_and_keeps_what_was_typed(cast: Cast) -> None:
    too_long = "x" * 1001
    for text in (" ", too_long):
        answer = cast.clients["facilitator"].post(
            person(cast, "ask/"), trapped(cast) | {"text": text}, headers=HTMX
        )
        assert 'role="alert"' in answer.content.decode()
    assert too_long in answer.content.decode()
    assert not Announcement.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [{"finding": "overfitting"}, {"finding": "has_forecast"}, {"experiment": "bcdfghjkmnpq"}],
)
def test_only_what_was_found_can_be_asked_about(changed: dict[str, str], cast: Cast) -> None:
    post = trapped(cast) | {"text": "Hello"} | changed
    assert cast.clients["facilitator"].post(person(cast, "ask/"), post).status_code == 404
    assert not Announcement.objects.exists()


def test_the_private_note_is_kept_and_never_shown_to_participants(cast: Cast) -> None:
    text = f"Needs encouragement {HOSTILE}"
    saved = cast.clients["facilitator"].post(
        person(cast, "note/"), {"facilitator_note": text}, headers=HTMX
    )
    assert saved.status_code == 200
    assert Seat.objects.get(pk=cast.participant.pk).facilitator_note == text
    page = cast.clients["facilitator"].get(person(cast)).content.decode()
    assert "Needs encouragement &lt;script&gt;" in page
    for role in ("participant", "neighbour"):
        for path in ("work/", "help/", "leaderboard/", "take-home/", "take-home/log/", "data/"):
            address = f"/dojos/{cast.dojo.public_id}/{path}"
            assert "encouragement" not in cast.clients[role].get(address).content.decode()


def test_a_note_that_is_too_long_is_refused_with_a_reason(cast: Cast) -> None:
    answer = cast.clients["facilitator"].post(
        person(cast, "note/"), {"facilitator_note": "x" * 2001}, headers=HTMX
    )
    assert "text-danger" in answer.content.decode()
    assert Seat.objects.get(pk=cast.participant.pk).facilitator_note == ""


def test_nobody_of_another_dojo_is_looked_at(cast: Cast) -> None:
    other = factories.join(factories.make_dojo(title="Third"))
    base = f"/dojos/{cast.dojo.public_id}/people/{other.public_id}/"
    assert cast.clients["facilitator"].get(base).status_code == 404
    assert cast.clients["facilitator"].post(f"{base}note/", {}).status_code == 404
    assert cast.clients["facilitator"].post(f"{base}ask/", {}).status_code == 404


def test_what_people_type_is_shown_and_never_run(cast: Cast) -> None:
    member = factories.join(cast.dojo, HOSTILE)
    factories.finish(factories.submit(member, claim=HOSTILE, rationale=HOSTILE))
    hands.raise_hand(member, HOSTILE)
    base = f"/dojos/{cast.dojo.public_id}"
    for path in (f"{base}/participants/", f"{base}/people/{member.public_id}/", f"{base}/hands/"):
        page = cast.clients["facilitator"].get(path).content.decode()
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page


# --- Memory ---------------------------------------------------------------------------
def test_only_who_changed_is_read_again() -> None:
    dojo = factories.make_dojo()
    people = [factories.join(dojo) for _person in range(3)]
    for member in people:
        factories.finish(factories.submit(member))
    now = timezone.now()

    def read() -> tuple[int, list[int]]:
        with CaptureQueriesContext(connection) as queries:
            rows = participant_rows(Dojo.objects.get(pk=dojo.pk), now)
        return len(queries), sorted(len(row.experiments) for row in rows)

    cold, counts = read()
    assert counts == [1, 1, 1]
    warm, counts = read()
    assert (warm < cold, counts) == (True, [1, 1, 1])
    factories.submit(people[0], "random_forest", expected_effect=None)
    assert read() == (cold, [1, 1, 2])
    assert [f.code for f in participant_rows(dojo, now)[0].issues].count("no_expectation") == 1


def test_what_is_remembered_is_forgotten_with_the_phase_and_the_minute() -> None:
    dojo = factories.make_dojo()
    member = factories.join(dojo)
    experiment = factories.submit(member)
    factories.finish(experiment)
    Run.objects.filter(experiment=experiment).update(finished_at=timezone.now())
    assert participant_rows(dojo)[0].issues == []
    later = timezone.now() + timedelta(minutes=25)
    assert [f.code for f in participant_rows(dojo, later)[0].issues] == ["no_decision"]


def test_the_longest_unused_is_forgotten_first() -> None:
    memory = Memory(2)
    judged = {name: Judged(1, [], []) for name in "abc"}
    memory.keep("a", judged["a"])
    memory.keep("b", judged["b"])
    assert memory.recall("a", 1) is judged["a"]
    memory.keep("c", judged["c"])
    assert [memory.recall(name, 1) is not None for name in "abc"] == [True, False, True]
    assert memory.recall("a", 2) is None
