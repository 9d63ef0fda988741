"""Try a language model's server on one experiment: what it costs, and what it misses.

For whoever runs a server of their own. Nothing is stored, and no budget is touched.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings

from assistant.checking.check import faults_of
from assistant.checking.facts import known_of
from assistant.checking.feedback import not_borne_out
from assistant.checking.known import Known
from assistant.checking.sentences import Sentences
from assistant.facts.records import work_of
from assistant.facts.rubric import Review as Rubric
from assistant.facts.rules import within_what_is_known
from assistant.model import client
from assistant.model.budget import coach_settings
from assistant.model.client import CoachUnavailable, Stream, Turn
from assistant.model.pricing import Usage, cost_of
from assistant.model.prompting import chat_prompt, review_prompt
from assistant.reviews.services import known_for, other_points
from experiments.models import Experiment

QUESTIONS = {
    "en": "What does my last result say, and where should I look next?",
    "fr": "Que dit mon dernier résultat, et où regarder ensuite ?",
}
SLOW_SECONDS = 10.0


@dataclass
class Trial:
    """What a server made of two requests.

    Attributes:
        cost: US dollars, by the prices that are set.
        misses: in words, what the product wants and the server does not give.
    """

    feedback: dict[str, object] = field(default_factory=dict)
    conversation: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: Decimal = Decimal(0)
    seconds_of_feedback: float = 0.0
    seconds_to_first_sentence: float | None = None
    misses: list[str] = field(default_factory=list)


def try_server(experiment: Experiment) -> Trial:
    """Ask the configured server for feedback, and one question in conversation."""
    trial = Trial()
    _try_feedback(experiment, trial)
    asyncio.run(_try_conversation(*_conversation(experiment), trial))
    if not trial.usage.output_tokens:
        trial.misses.append("It tells no usage, so its cost cannot be counted.")
    return trial


def _spend(trial: Trial, model: str, usage: Usage) -> None:
    trial.usage = client.add(trial.usage, usage)
    trial.cost += cost_of(model, usage)


def _try_feedback(experiment: Experiment, trial: Trial) -> None:
    work = work_of(experiment.seat)
    facts = work.facts(experiment.pk)
    prompt = review_prompt(facts, work.record, work.framing)
    began = time.monotonic()
    try:
        reply = client.ask(prompt, Rubric)
    except CoachUnavailable as failure:
        trial.misses.append(f"Feedback: {failure.code}.")
        _spend(trial, settings.ASSISTANT_FEEDBACK_MODEL, failure.usage)
        return
    finally:
        trial.seconds_of_feedback = round(time.monotonic() - began, 2)
    _spend(trial, settings.ASSISTANT_FEEDBACK_MODEL, reply.usage)
    if reply.tries > 1:
        trial.misses.append("Feedback: only the second reply was JSON of the type asked for.")
    trial.feedback = reply.output.model_dump(mode="json")
    found = not_borne_out(reply.output, known_for(work, facts, prompt))
    trial.misses += [f"Feedback: {one['code']} ({one['what']}): {one['text']}" for one in found]
    shown = within_what_is_known(reply.output, facts)
    trial.misses += [
        f"Feedback: {one['criterion']} given {one['given']}, shown {one['shown']}."
        for one in other_points(reply.output, shown)
    ]


async def _try_conversation(stream: Stream, known: Known, began: float, trial: Trial) -> None:
    sentences: list[str] = []
    cutter = Sentences()
    try:
        async for words in stream.words():
            sentences += (complete := cutter.feed(words))
            if complete and trial.seconds_to_first_sentence is None:
                trial.seconds_to_first_sentence = round(time.monotonic() - began, 2)
        sentences += cutter.finish()
    except CoachUnavailable as failure:
        trial.misses.append(f"Conversation: {failure.code}.")
    _spend(trial, settings.ASSISTANT_MODEL, stream.usage)
    trial.conversation = "".join(sentences)
    for sentence in sentences:
        trial.misses += [
            f"Conversation: {fault.code} ({fault.what}): {sentence.strip()}"
            for fault in faults_of(sentence, known)
        ]
    if (trial.seconds_to_first_sentence or 0) > SLOW_SECONDS:
        trial.misses.append("Conversation: slow; people read the first sentence late.")


def _conversation(experiment: Experiment) -> tuple[Stream, Known, float]:
    """A question in conversation, what its answer is checked against, and when it is asked."""
    work, dojo = work_of(experiment.seat), experiment.seat.dojo
    turns = [Turn("user", QUESTIONS[dojo.language])]
    prompt = chat_prompt(work, experiment, turns, language=dojo.language)
    known = known_of(work, experiment, prompt, coach_settings(dojo), language=dojo.language)
    return Stream(prompt), known, time.monotonic()
