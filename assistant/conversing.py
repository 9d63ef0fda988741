"""A conversation: what is stored of it, and who answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from assistant.access import check_model_is_on
from assistant.budget import reserve, settle
from assistant.cards import split_cards
from assistant.client import CoachUnavailable, Prompt, Turn
from assistant.models import Call, Message
from assistant.models.conversation import Source
from assistant.pricing import Usage
from assistant.prompting import chat_prompt
from assistant.records import work_of
from assistant.small_talk import answer_by_rules
from classrooms.models import Membership
from experiments.models import Experiment

TURNS_SENT = 20
# So many answers of the rules differ from each other, as far as there is something to say.
TURNS_UNREPEATED = 4
MAX_WORDS = 2000


@dataclass(frozen=True)
class Asked:
    """An answer that is to be written by a language model."""

    message: Message
    prompt: Prompt
    call: Call


def say(
    membership: Membership, text: str, looked_at: Experiment | None, *, language: str
) -> Asked | Message:
    """Note what a participant said, and the answer: by rules at once, or to be written.

    In no transaction: to read all of somebody's work would keep everyone's writes waiting.

    Args:
        language: of the reader, for what the rules answer.

    Returns:
        What to ask the language model; or the rules' answer, complete.
    """
    history = _latest(membership)
    Message.objects.create(
        membership=membership,
        experiment=looked_at,
        role=Message.Role.PARTICIPANT,
        text=text[:MAX_WORDS],
    )
    work = work_of(membership)
    answer = Message(membership=membership, experiment=looked_at, role=Message.Role.COACH)
    try:
        check_model_is_on(membership)
        turns = [*turns_of(reversed(history)), Turn("user", text[:MAX_WORDS])]
        prompt = chat_prompt(work, looked_at, turns, language=language)
        call = reserve(membership, Call.Purpose.CHAT, settings.ASSISTANT_MODEL, prompt)
    except CoachUnavailable as reason:
        before = _said_lately(history)
        with translation.override(language):
            answer.text = answer_by_rules(work, looked_at, text, before)
        answer.source, answer.failure = Source.RULES, reason.code
        answer.save()
        return answer
    answer.source, answer.state = Source.MODEL, Message.State.WRITING
    answer.save()
    return Asked(answer, prompt, call)


def _latest(membership: Membership) -> list[Message]:
    return list(Message.objects.filter(membership=membership).order_by("-pk")[:TURNS_SENT])


def _said_lately(history: Iterable[Message]) -> list[str]:
    """The coach's last answers, latest first."""
    return [one.text for one in history if one.is_from_coach and one.text][:TURNS_UNREPEATED]


def turns_of(history: Iterable[Message]) -> list[Turn]:
    """What was said, as the protocol wants it: beginning with the participant, in turns."""
    turns: list[Turn] = []
    for message in history:
        role = "assistant" if message.is_from_coach else "user"
        if not message.text or (not turns and role == "assistant"):
            continue
        if turns and turns[-1].role == role:
            turns[-1] = Turn(role, f"{turns[-1].text}\n\n{message.text}")
        else:
            turns.append(Turn(role, message.text))
    return turns[:-1] if turns and turns[-1].role == "user" else turns


@transaction.atomic
def note_texts(texts: Mapping[int, str]) -> set[int]:
    """Store what is written so far of these messages, all at once.

    Returns:
        Those that somebody stopped.
    """
    writing = Message.objects.filter(state=Message.State.WRITING)
    return {pk for pk, text in texts.items() if not writing.filter(pk=pk).update(text=text)}


def _being_written(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=message.pk, state=Message.State.WRITING)


def finish(asked: Asked, text: str, usage: Usage) -> None:
    """The answer is complete; its drafts become cards."""
    words, cards = split_cards(text)
    _being_written(asked.message).update(
        text=words,
        state=Message.State.COMPLETE,
        cards=[{"kind": card.kind, "text": card.text} for card in cards],
    )
    settle(asked.call, Call.Outcome.ANSWERED, usage)


def stop(message: Message) -> bool:
    """Somebody has read enough; False where it had just ended."""
    return bool(_being_written(message).update(state=Message.State.STOPPED))


def note_stop(asked: Asked, text: str, usage: Usage) -> None:
    """What was written until it was stopped stays."""
    Message.objects.filter(pk=asked.message.pk).update(text=text)
    settle(asked.call, Call.Outcome.STOPPED, usage)


def fall_back(asked: Asked, text: str, failure: CoachUnavailable, *, language: str) -> None:
    """The model failed: what came stays, or else the rules answer."""
    settle(asked.call, Call.Outcome.FAILED, failure.usage, failure=failure.code)
    if text:
        _being_written(asked.message).update(
            text=text, state=Message.State.FAILED, failure=failure.code
        )
        return
    message = asked.message
    question = asked.prompt.turns[-1].text
    before = _said_lately(_latest(message.membership))
    with translation.override(language):
        work = work_of(message.membership)
        answer = answer_by_rules(work, message.experiment, question, before)
    _being_written(message).update(
        text=answer, state=Message.State.COMPLETE, source=Source.RULES, failure=failure.code
    )
