"""Services that show slides and store answers. Each is one transaction."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from classrooms.exceptions import NotNow
from classrooms.models import Dojo, DojoStage, QuizAnswer, Seat
from classrooms.theory.deck import answer_slide, clamp
from classrooms.theory.questions import BY_KEY
from classrooms.topics import PARTICIPANTS, SLIDES
from live.models import touch


@transaction.atomic
def show_slide(dojo: Dojo, number: int) -> int:
    """Show a slide to everyone; returns its number, the nearest that there is."""
    number = clamp(number)
    DojoStage.objects.filter(dojo=dojo).update(slide=number)
    touch(dojo.pk, SLIDES)
    return number


@transaction.atomic
def answer_question(seat: Seat, key: str, choice: int) -> None:
    """Choose an answer, or another one, as long as the answers are not shown.

    Raises:
        KeyError: there is no such question or choice.
        NotNow: the answers are shown already.
    """
    question = BY_KEY[key]
    if not 0 <= choice < len(question.choices):
        raise KeyError(choice)
    stage = DojoStage.objects.select_for_update().get(dojo=seat.dojo_id)
    if stage.slide >= answer_slide(key):
        raise NotNow
    now = timezone.now()
    QuizAnswer.objects.update_or_create(
        seat=seat,
        question=key,
        defaults={
            "choice": choice,
            "is_right": choice == question.right,
            "answered_at": now,
        },
    )
    Seat.objects.filter(pk=seat.pk).update(active_at=now)
    touch(seat.dojo_id, SLIDES, PARTICIPANTS)
