"""Store messages to and from the coach, and choose who answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from assistant.checking.facts import known_of
from assistant.checking.feedback import LeftOut
from assistant.checking.known import Known
from assistant.conversation.cards import split_cards
from assistant.conversation.offers import offers_of
from assistant.facts.records import work_of
from assistant.facts.small_talk import answer_by_rules
from assistant.model.access import check_model_is_on
from assistant.model.budget import coach_settings, reserve, settle
from assistant.model.client import CoachUnavailable, Prompt, Turn
from assistant.model.pricing import Usage
from assistant.model.prompting import chat_prompt
from assistant.models import Call, Message
from assistant.models.conversation import Source
from assistant.retrieval.languages import language_of
from classrooms.exceptions import OverQuota
from classrooms.models import Seat, User
from experiments.models import Experiment

TURNS_SENT = 20
# Ends of an answer of which some was shown.
CUT_OFF = ("broken_stream", "cut_off")
# So many answers of the rules differ from each other, as far as there is something to say.
TURNS_UNREPEATED = 4
MAX_WORDS = 2000


@dataclass(frozen=True)
class Asked:
    """An answer that is to be written by a language model."""

    message: Message
    prompt: Prompt
    call: Call
    known: Known


def check_questions(person: User) -> None:
    """Whether somebody may ask once more, in whichever Dojo.

    Raises:
        OverQuota: they have asked too often within an hour.
    """
    most, since = settings.COACH_QUESTIONS_PER_HOUR, timezone.now() - timedelta(hours=1)
    own = Message.objects.filter(seat__people=person, role=Message.Role.PARTICIPANT)
    if own.filter(sent_at__gt=since).count() >= most:
        raise OverQuota("questions", most)


def say(seat: Seat, text: str, looked_at: Experiment | None, *, language: str) -> Asked | Message:
    """Note what a participant said, and the answer: by rules at once, or to be written.

    In no transaction: to read all of somebody's work would keep everyone's writes waiting.

    Args:
        language: of the reader, for what the rules answer.

    Returns:
        What to ask the language model; or the rules' answer, complete.
    """
    history = _latest(seat)
    Message.objects.create(
        seat=seat,
        experiment=looked_at,
        role=Message.Role.PARTICIPANT,
        text=text[:MAX_WORDS],
    )
    work = work_of(seat)
    answer = Message(seat=seat, experiment=looked_at, role=Message.Role.COACH)
    try:
        check_model_is_on(seat)
        turns = [*turns_of(reversed(history)), Turn("user", text[:MAX_WORDS])]
        prompt = chat_prompt(work, looked_at, turns, language=language)
        known = known_of(
            work,
            looked_at,
            prompt,
            coach_settings(seat.dojo),
            language=language_of(text, language),
        )
        call = reserve(seat, Call.Purpose.CHAT, settings.ASSISTANT_MODEL, prompt)
    except CoachUnavailable as reason:
        before = _said_lately(history)
        with translation.override(language):
            said = answer_by_rules(work, looked_at, text, before)
        answer.text, answer.offers = said.text, offers_of(said, text)
        answer.source, answer.failure = Source.RULES, reason.code
        answer.save()
        return answer
    answer.source, answer.state = Source.MODEL, Message.State.WRITING
    answer.save()
    return Asked(answer, prompt, call, known)


def _latest(seat: Seat) -> list[Message]:
    return list(Message.objects.filter(seat=seat).order_by("-pk")[:TURNS_SENT])


def _said_lately(history: Iterable[Message]) -> list[str]:
    """The coach's last answers, latest first."""
    return [one.text for one in history if one.is_from_coach and one.text][:TURNS_UNREPEATED]


def turns_of(history: Iterable[Message]) -> list[Turn]:
    """The conversation as the protocol requires it: starting with the participant, in turns."""
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


def finish(asked: Asked, text: str, usage: Usage, *, left_out: LeftOut) -> None:
    """The answer is complete; its drafts become cards."""
    words, cards = split_cards(text)
    _being_written(asked.message).update(
        text=words,
        state=Message.State.COMPLETE,
        cards=[{"kind": card.kind, "text": card.text} for card in cards],
        left_out=left_out,
    )
    settle(asked.call, Call.Outcome.ANSWERED, usage)


def stop(message: Message) -> bool:
    """Stop an answer at the reader's request; False if it had just ended."""
    return bool(_being_written(message).update(state=Message.State.STOPPED))


def note_stop(asked: Asked, text: str, usage: Usage, *, left_out: LeftOut) -> None:
    """Keep the text written until the answer was stopped."""
    Message.objects.filter(pk=asked.message.pk).update(text=text, left_out=left_out)
    settle(asked.call, Call.Outcome.STOPPED, usage)


def fall_back(
    asked: Asked,
    text: str,
    failure: CoachUnavailable,
    *,
    language: str,
    left_out: LeftOut,
) -> None:
    """The model failed: what came stays, and is said to be cut off; or else the rules answer."""
    settle(asked.call, Call.Outcome.FAILED, failure.usage, failure=failure.code)
    if text.strip():
        words, _cards = split_cards(text)
        code = failure.code if failure.code in CUT_OFF else "broken_stream"
        _being_written(asked.message).update(
            text=words, state=Message.State.FAILED, failure=code, left_out=left_out
        )
        return
    code = "unreachable" if failure.code in CUT_OFF else failure.code
    message = asked.message
    question = asked.prompt.turns[-1].text
    before = _said_lately(_latest(message.seat))
    with translation.override(language):
        work = work_of(message.seat)
        said = answer_by_rules(work, message.experiment, question, before)
    _being_written(message).update(
        text=said.text,
        offers=offers_of(said, question),
        state=Message.State.COMPLETE,
        source=Source.RULES,
        failure=code,
        left_out=left_out,
    )
