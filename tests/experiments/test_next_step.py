"""The next step that a workspace names follows the phase, and what was done."""

import pytest
from django.utils.translation import override

from classrooms.agenda import timeline
from classrooms.models import DojoStage, Seat
from classrooms.models.agenda import PhaseKind
from classrooms.theory.deck import DECK
from classrooms.theory.services import answer_question
from experiments.models import Framing
from experiments.pages.reads import experiments_of
from experiments.pages.workspace import next_action
from tests import factories


@pytest.fixture
def member(db: None) -> Seat:
    return factories.join(factories.make_dojo(started=False))


def step_in(kind: PhaseKind, member: Seat) -> str:
    """Title of the next step while a phase of this kind is on."""
    framing = Framing.objects.filter(seat=member).first()
    phase = member.dojo.phases.get(kind=kind)
    fresh = Seat.objects.with_dojo().get(pk=member.pk)
    with override("en"):
        found = next_action(fresh, framing, experiments_of(fresh), phase)
    return found.title if found else ""


def test_the_next_step_follows_the_phase(member: Seat) -> None:
    timeline.start_dojo(member.dojo)
    assert step_in(PhaseKind.THEORY, member) == "Follow the slides"
    assert step_in(PhaseKind.SETUP, member) == "Run a baseline"
    experiment = factories.submit(member)
    assert step_in(PhaseKind.SETUP, member) == "Frame the problem"
    Framing.objects.create(seat=member, problem="p", data="d", metric="m", baseline="b")
    assert step_in(PhaseKind.SETUP, member) == ""
    factories.finish(experiment)
    assert step_in(PhaseKind.ITERATIONS, member) == "Conclude experiment #1"
    assert step_in(PhaseKind.PRESENTATION, member) == "Present what you learned"


def test_a_question_on_the_slides_asks_for_its_answer(member: Seat) -> None:
    timeline.start_dojo(member.dojo)
    asked = next(number for number, slide in enumerate(DECK) if slide.question)
    DojoStage.objects.filter(dojo=member.dojo).update(slide=asked)
    assert step_in(PhaseKind.THEORY, member) == "A question is waiting for your answer"
    answer_question(member, str(DECK[asked].key), 0)
    assert step_in(PhaseKind.THEORY, member) == "Follow the slides"
