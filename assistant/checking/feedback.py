"""Feedback of a language model, checked: asked again once, then without what is not borne out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from assistant.checking.check import Fault, faults_of
from assistant.checking.known import Known
from assistant.checking.sentences import split
from assistant.facts.rubric import Review, Score
from assistant.model.client import Prompt, Turn

TEXTS = ("strength", "question", "suggestion")
_AGAIN = {
    "en": "These sentences are not borne out by the record: {faults}. Write the whole feedback "
    "again, as JSON of the same type, without them.",
    "fr": "Ces phrases ne sont pas conformes au relevé : {faults}. Récris tout le retour, en JSON "
    "du même type, sans elles.",
}

LeftOut = list[dict[str, Any]]


def left_out_of(sentence: str, faults: list[Fault]) -> dict[str, str]:
    """A sentence that was not shown, as it is kept for facilitators."""
    return {"text": sentence.strip(), "code": faults[0].code, "what": faults[0].what}


def not_borne_out(review: Review, known: Known) -> LeftOut:
    """Every sentence of the feedback that the record does not bear out."""
    return [one for text in _texts(review) for one in _checked(text, known)[1]]


def asked_again(prompt: Prompt, review: Review, found: LeftOut, language: str) -> Prompt:
    """The request that tells the model what was wrong with its feedback."""
    faults = "; ".join(f"{one['text']} ({one['code']}: {one['what']})" for one in found)
    again = Turn("user", _AGAIN[language].format(faults=faults))
    said = Turn("assistant", review.model_dump_json())
    return replace(prompt, turns=(*prompt.turns, said, again))


def without_faults(review: Review, known: Known, by_rules: Review) -> tuple[Review, LeftOut]:
    """The feedback without what the record does not bear out; the rules fill what is empty.

    Returns:
        What may be shown, and the sentences that were left out.
    """
    left_out: LeftOut = []
    scores = []
    for given in review.scores:
        reason, faults = _checked(given.reason, known)
        left_out += faults
        stands_in = by_rules.score(given.criterion)
        scores.append(
            Score(criterion=given.criterion, points=given.points, reason=reason)
            if reason
            # Points whose reason is wrong are worth no more than it.
            else stands_in
        )
    texts = {}
    for name in TEXTS:
        text, faults = _checked(getattr(review, name), known)
        left_out += faults
        texts[name] = text or getattr(by_rules, name)
    return review.model_copy(update={"scores": scores, **texts}), left_out


def _texts(review: Review) -> Iterator[str]:
    yield from (score.reason for score in review.scores)
    yield from (getattr(review, name) for name in TEXTS)


def _checked(text: str, known: Known) -> tuple[str, LeftOut]:
    kept, left_out = [], []
    for sentence in split(text):
        if faults := faults_of(sentence, known):
            left_out.append(left_out_of(sentence, faults))
        else:
            kept.append(sentence)
    return "".join(kept).strip(), left_out
