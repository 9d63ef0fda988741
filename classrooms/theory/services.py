"""Showing slides and answering their questions. Each verb is one transaction."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from classrooms.exceptions import NotNow
from classrooms.models import Dojo, Membership, QuizAnswer
from classrooms.models.live import touch
from classrooms.theory.deck import answer_slide, clamp
from classrooms.theory.questions import BY_KEY
from classrooms.topics import ROOM, SLIDES


@transaction.atomic
def show_slide(dojo: Dojo, number: int) -> int:
    """Show a slide to everyone; returns its number, the nearest that there is."""
    number = clamp(number)
    Dojo.objects.filter(pk=dojo.pk).update(slide=number)
    touch(dojo.pk, SLIDES)
    return number


@transaction.atomic
def answer_question(membership: Membership, key: str, choice: int) -> None:
    """Choose an answer, or another one, as long as the answers are not shown.

    Raises:
        KeyError: there is no such question or choice.
        NotNow: the answers are shown already.
    """
    question = BY_KEY[key]
    if not 0 <= choice < len(question.choices):
        raise KeyError(choice)
    dojo = Dojo.objects.select_for_update().get(pk=membership.dojo_id)
    if dojo.slide >= answer_slide(key):
        raise NotNow
    now = timezone.now()
    QuizAnswer.objects.update_or_create(
        membership=membership,
        question=key,
        defaults={
            "choice": choice,
            "is_right": choice == question.right,
            "answered_at": now,
        },
    )
    Membership.objects.filter(pk=membership.pk).update(active_at=now)
    touch(dojo.pk, SLIDES, ROOM)
