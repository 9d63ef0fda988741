"""Announcements, raised hands, help: who hears what, and that it is live."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classrooms.agenda import timeline
from classrooms.conversation import announcements as announcing
from classrooms.conversation import hands
from classrooms.exceptions import NotNow
from classrooms.models import Announcement, Dojo, RaisedHand, Seat
from live.models import Topic, current_version
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
HOSTILE = "<script>alert(1)</script>"


def touched_since(dojo: Dojo, version: int) -> set[str]:
    return set(
        Topic.objects.filter(channel=dojo.pk, version__gt=version).values_list("name", flat=True)
    )


def path(cast: Cast, page: str) -> str:
    return f"/dojos/{cast.dojo.public_id}/{page}"


def facilitator_of(dojo: Dojo) -> Seat:
    return dojo.seats.get(role="facilitator", display_name="Camille")


# --- Announcements --------------------------------------------------------------------
def test_what_is_said_to_everyone_is_on_every_page_until_it_is_read(cast: Cast) -> None:
    version = current_version(cast.dojo.pk)
    sent = cast.clients["facilitator"].post(path(cast, "announcements/"), {"text": HOSTILE})
    assert sent.status_code == 302
    assert "news" in touched_since(cast.dojo, version)
    announcement = Announcement.objects.get()
    for role in ("participant", "neighbour"):
        for page in ("work/", "data/", "leaderboard/", "take-home/", "help/", "news/"):
            content = cast.clients[role].get(path(cast, page)).content.decode()
            assert announcement.public_id in content, page
            assert HOSTILE not in content
    seen = path(cast, f"news/{announcement.public_id}/seen/")
    left = cast.clients["participant"].post(seen, headers=HTMX).content.decode()
    assert announcement.public_id not in left
    assert (
        announcement.public_id
        in cast.clients["neighbour"].get(path(cast, "work/")).content.decode()
    )
    assert list(announcement.seen_by.all()) == [cast.participant]
    help_page = cast.clients["participant"].get(path(cast, "help/")).content.decode()
    assert "&lt;script&gt;" in help_page


def test_what_is_said_to_one_is_nobody_elses(cast: Cast) -> None:
    version = current_version(cast.dojo.pk)
    text = {"text": "For you alone", "recipient": cast.participant.public_id}
    cast.clients["facilitator"].post(path(cast, "announcements/"), text)
    assert cast.participant.topic in touched_since(cast.dojo, version)
    assert not {"news", cast.neighbour.topic} & touched_since(cast.dojo, version)
    announcement = Announcement.objects.get()
    assert "For you alone" in cast.clients["participant"].get(path(cast, "work/")).content.decode()
    for page in ("work/", "help/"):
        assert (
            "For you alone" not in cast.clients["neighbour"].get(path(cast, page)).content.decode()
        )
    seen = path(cast, f"news/{announcement.public_id}/seen/")
    assert cast.clients["neighbour"].post(seen).status_code == 404
    assert not announcement.seen_by.exists()


def test_facilitators_see_what_was_read_at_once(cast: Cast) -> None:
    announcement = factories.announce(cast.dojo)
    version = current_version(cast.dojo.pk)
    announcing.mark_seen(cast.participant, announcement)
    assert facilitator_of(cast.dojo).topic in touched_since(cast.dojo, version)
    assert [one.readers for one in announcing.sent_in(cast.dojo)] == [1]
    alone = factories.announce(cast.dojo, recipient=cast.participant)
    assert [one.readers for one in announcing.sent_to(cast.participant)] == [0]
    announcing.mark_seen(cast.participant, alone)
    assert [one.readers for one in announcing.sent_to(cast.participant)] == [1]


def test_an_empty_message_is_not_sent_and_says_why_beside_its_field(cast: Cast) -> None:
    chosen = {"text": "  ", "recipient": cast.participant.public_id}
    answer = cast.clients["facilitator"].post(path(cast, "announcements/"), chosen, headers=HTMX)
    assert "id_text_error" in answer.content.decode()
    assert f'value="{cast.participant.public_id}" selected' in answer.content.decode()
    assert not Announcement.objects.exists()


def test_nobody_of_another_dojo_can_be_written_to(cast: Cast) -> None:
    other = factories.join(factories.make_dojo(title="Third"))
    answer = cast.clients["facilitator"].post(
        path(cast, "announcements/"), {"text": "Hello", "recipient": other.public_id}, headers=HTMX
    )
    assert "id_recipient_error" in answer.content.decode()
    assert not Announcement.objects.exists()


def test_a_fragment_of_what_was_said_leaves_the_composer_alone(cast: Cast) -> None:
    factories.announce(cast.dojo)
    part = cast.clients["facilitator"].get(
        path(cast, "announcements/"), headers=HTMX | {"HX-Target": "sent"}
    )
    assert "textarea" not in part.content.decode()
    assert "Save often." in part.content.decode()


def test_who_comes_late_is_not_shown_what_was_said_before(cast: Cast) -> None:
    factories.announce(cast.dojo)
    late = factories.join(cast.dojo, "late")
    assert not announcing.news_for(late).exists()
    assert announcing.received_by(late).count() == 1
    factories.announce(cast.dojo)
    assert announcing.news_for(late).count() == 1


# --- Raised hands ---------------------------------------------------------------------
def test_a_hand_is_raised_once_and_keeps_its_place() -> None:
    dojo = factories.make_dojo()
    first, second = factories.join(dojo), factories.join(dojo)
    hands.raise_hand(first)
    hands.raise_hand(second)
    hands.raise_hand(first, "My run fails")
    assert [hand.seat for hand in hands.hand_queue(dojo)] == [first, second]
    assert hands.hand_queue(dojo)[0].reason == "My run fails"
    assert RaisedHand.objects.count() == 2


def test_either_side_lowers_a_hand_and_it_can_be_raised_again(cast: Cast) -> None:
    member = cast.participant
    for lower in (
        lambda: cast.clients["participant"].post(path(cast, "hand/lower/")),
        lambda: cast.clients["facilitator"].post(path(cast, f"hands/{member.public_id}/done/")),
    ):
        cast.clients["participant"].post(path(cast, "hand/"), {"reason": "Stuck"})
        assert len(hands.hand_queue(cast.dojo)) == 1
        version = current_version(cast.dojo.pk)
        lower()
        assert hands.hand_queue(cast.dojo) == []
        assert touched_since(cast.dojo, version) >= {"participants", member.topic}
    assert RaisedHand.objects.count() == 2


def test_who_comes_first_is_coming(cast: Cast) -> None:
    hands.raise_hand(cast.participant)
    colleague = factories.join(cast.dojo, "colleague")
    Seat.objects.filter(pk=colleague.pk).update(role="facilitator")
    come = path(cast, f"hands/{cast.participant.public_id}/come/")
    queue = cast.clients["facilitator"].post(come, headers=HTMX).content.decode()
    assert come not in queue
    hands.take_hand(cast.participant, by=colleague)
    assert hands.hand_queue(cast.dojo)[0].taken_by == facilitator_of(cast.dojo)
    own = cast.clients["participant"].get(path(cast, "work/")).content.decode()
    assert "Camille arrive" in own


def test_a_hand_of_another_dojo_cannot_be_touched(cast: Cast) -> None:
    other = factories.join(factories.make_dojo(title="Third"))
    hands.raise_hand(other)
    for action in ("come", "done"):
        answer = cast.clients["facilitator"].post(path(cast, f"hands/{other.public_id}/{action}/"))
        assert answer.status_code == 404
    hand = RaisedHand.objects.get()
    assert (hand.lowered_at, hand.taken_by) == (None, None)


def test_no_hand_is_raised_once_the_dojo_has_ended(cast: Cast) -> None:
    while not cast.dojo.has_ended:
        timeline.advance_dojo(cast.dojo)
        cast.dojo.refresh_from_db()
    with pytest.raises(NotNow):
        hands.raise_hand(cast.participant)
    assert cast.clients["participant"].post(path(cast, "hand/"), headers=HTMX).status_code == 200
    assert not RaisedHand.objects.exists()


def test_words_that_are_too_many_stay_in_the_field(cast: Cast) -> None:
    words = "x" * 301
    answer = cast.clients["participant"].post(path(cast, "hand/"), {"reason": words}, headers=HTMX)
    assert words in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    assert not RaisedHand.objects.exists()


def test_raising_a_hand_counts_as_activity(cast: Cast) -> None:
    before = Seat.objects.get(pk=cast.participant.pk).active_at
    hands.raise_hand(cast.participant)
    assert Seat.objects.get(pk=cast.participant.pk).active_at > before


# --- Help -----------------------------------------------------------------------------
def test_the_help_page_answers_what_the_brief_answers(cast: Cast) -> None:
    content = cast.clients["participant"].get(path(cast, "help/")).content.decode()
    for words in (
        "Quel modèle choisir",
        "régression logistique",
        "que je note",
        "mlflow.org",
    ):
        assert words in content
    assert content.count("https://") == content.count('rel="noopener noreferrer"')


@pytest.mark.parametrize("page", ["hands/", "announcements/", "help/", "news/"])
def test_queries_do_not_grow_with_what_was_said(page: str, cast: Cast) -> None:
    role = "participant" if page in ("help/", "news/") else "facilitator"
    counts = []
    for added in (1, 2, 10):
        for _new in range(added):
            member = factories.join(cast.dojo)
            hands.raise_hand(member, "Stuck")
            hands.take_hand(member, by=facilitator_of(cast.dojo))
            announcing.mark_seen(member, factories.announce(cast.dojo))
            factories.announce(cast.dojo, recipient=cast.participant)
        with CaptureQueriesContext(connection) as queries:
            assert cast.clients[role].get(path(cast, page)).status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts
