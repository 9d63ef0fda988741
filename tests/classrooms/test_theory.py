"""Slides that move together, questions that everyone answers, and the projector."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.html import escape

from classrooms.agenda import timeline
from classrooms.dojos.reads import dojo_clock
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, QuizAnswer
from classrooms.models.stage import Scene
from classrooms.projector import scenes as projector
from classrooms.theory.deck import DECK, answer_slide
from classrooms.theory.questions import QUESTIONS
from classrooms.theory.services import answer_question, show_slide
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.django_db

FIRST = QUESTIONS[0]
ASKED = answer_slide(FIRST.key) - 1


def title(number: int) -> str:
    with translation.override("en"):
        return escape(str(DECK[number].title))


def page(cast: Cast, role: str, **choices: object) -> str:
    path = f"/dojos/{cast.dojo.public_id}/slides/"
    response = cast.clients[role].get(path, choices, headers={"accept-language": "en"})
    assert response.status_code == 200
    return str(response.content.decode())


def test_there_are_slides_enough_and_every_question_is_followed_by_its_answer() -> None:
    assert len(DECK) >= 16
    assert [slide.key for slide in DECK if slide.is_answer] == [one.key for one in QUESTIONS]
    for question in QUESTIONS:
        place = answer_slide(question.key)
        assert DECK[place - 1].question == question
        assert 0 <= question.right < len(question.choices)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("number", range(len(DECK)))
def test_every_slide_opens_for_everyone_in_both_languages(
    cast: Cast, number: int, language: str
) -> None:
    show_slide(cast.dojo, number)
    path = f"/dojos/{cast.dojo.public_id}/slides/"
    with translation.override(language):
        title = DECK[number].question.text if DECK[number].question else DECK[number].title
        expected = escape(str(title))
    for role in ("participant", "facilitator"):
        shown = cast.clients[role].get(path, headers={"accept-language": language})
        assert expected in shown.content.decode()


def test_the_facilitator_s_slide_is_everyone_s(cast: Cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/slides/show/"
    cast.clients["facilitator"].post(path, {"to": 2})
    assert title(2) in page(cast, "participant")
    cast.clients["facilitator"].post(path, {"to": 999})
    assert Dojo.objects.get(pk=cast.dojo.pk).stage.slide == len(DECK) - 1
    cast.clients["facilitator"].post(path, {"to": "x"})
    assert Dojo.objects.get(pk=cast.dojo.pk).stage.slide == len(DECK) - 1


def test_one_may_look_back_but_not_ahead(cast: Cast) -> None:
    show_slide(cast.dojo, 3)
    back = page(cast, "participant", at=1)
    assert title(1) in back
    assert "Follow the facilitator again" in back
    assert "hx-get" not in back.split('id="slides"')[1].split(">")[0], "it stays where they look"
    assert title(3) in page(cast, "participant", at=9)
    timeline.advance_dojo(cast.dojo)
    assert f"{10} / {len(DECK)}" in page(cast, "participant", at=9), "after the theory all is open"


def test_answers_count_and_can_be_changed_until_they_are_shown(cast: Cast) -> None:
    show_slide(cast.dojo, ASKED)
    path = f"/dojos/{cast.dojo.public_id}/slides/answer/"
    wrong = (FIRST.right + 1) % len(FIRST.choices)
    for choice in (wrong, FIRST.right):
        cast.clients["participant"].post(path, {"question": FIRST.key, "choice": choice})
    answer_question(cast.neighbour, FIRST.key, wrong)
    assert set(QuizAnswer.objects.values_list("seat", "choice", "is_right")) == {
        (cast.participant.pk, FIRST.right, True),
        (cast.neighbour.pk, wrong, False),
    }
    assert "2 of 2" in page(cast, "facilitator")
    show_slide(cast.dojo, ASKED + 1)
    with pytest.raises(NotNow):
        answer_question(cast.participant, FIRST.key, wrong)
    shown = page(cast, "participant")
    assert "your answer" in shown
    assert shown.count("<meter") == len(FIRST.choices)


@pytest.mark.parametrize("posted", [{"question": "none", "choice": 0}, {"choice": 99}])
def test_what_was_not_asked_is_not_answered(cast: Cast, posted: dict[str, object]) -> None:
    show_slide(cast.dojo, ASKED)
    path = f"/dojos/{cast.dojo.public_id}/slides/answer/"
    posted = {"question": FIRST.key} | posted
    assert cast.clients["participant"].post(path, posted).status_code == 404
    assert cast.clients["participant"].post(path, {"question": FIRST.key}).status_code == 302
    assert not QuizAnswer.objects.exists()


# --- The projector ----------------------------------------------------------------
def scene(dojo: Dojo) -> Scene:
    dojo = Dojo.objects.get(pk=dojo.pk)
    return projector.scene_of(dojo_clock(dojo))


def test_the_projector_shows_what_the_phase_needs() -> None:
    dojo = factories.make_dojo(started=False)
    assert scene(dojo) == Scene.JOIN
    timeline.start_dojo(dojo)
    found = []
    for _phase in range(6):
        found.append(scene(dojo))
        timeline.advance_dojo(dojo)
    assert found == [Scene.SLIDES, *[Scene.CLOCK] * 4, Scene.TALK]
    assert scene(dojo) == Scene.LEADERBOARD


@pytest.mark.parametrize("chosen", Scene.values)
def test_every_scene_opens_in_the_dojo_s_language(cast: Cast, chosen: str) -> None:
    Dojo.objects.filter(pk=cast.dojo.pk).update(language="fr", title="<b>Qui part ?</b>")
    client, start = cast.clients["facilitator"], f"/dojos/{cast.dojo.public_id}/projector/"
    assert client.post(f"{start}scene/", {"scene": chosen}).status_code == 302
    shown = client.get(start, headers={"accept-language": "en"})
    assert shown.status_code == 200
    text = shown.content.decode()
    assert "<b>Qui part" not in text
    if chosen == Scene.JOIN:
        assert cast.dojo.join_code in text
        assert "Rejoindre avec ce code" in text
        assert '<svg role="img"' in text
    client.post(f"{start}scene/", {"scene": "party"})
    assert Dojo.objects.get(pk=cast.dojo.pk).stage.scene == chosen


# --- Without a stream -------------------------------------------------------------
def test_who_gets_no_stream_can_ask(cast: Cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/changes/"
    before = cast.clients["participant"].get(path, {"since": 0}).json()
    show_slide(cast.dojo, 1)
    found = cast.clients["participant"].get(path, {"since": before["version"]}).json()
    assert found["topics"] == ["slides"]
    again = cast.clients["participant"].get(path, {"since": found["version"]}).json()
    assert (again["topics"], again["version"]) == ([], found["version"])
    assert abs(found["now"] - again["now"]) < 60_000
    own = [name for name in before["topics"] if name.startswith("member-")]
    assert own == [cast.participant.topic]


def test_the_number_of_queries_does_not_grow_with_people(cast: Cast) -> None:
    show_slide(cast.dojo, ASKED + 1)
    counts = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as queries:
            page(cast, "facilitator")
        counts.append(len(queries))
        for _person in range(5):
            member = factories.join(cast.dojo)
            QuizAnswer.objects.create(seat=member, question=FIRST.key, choice=0, is_right=False)
    assert counts[0] == counts[1]
