"""The requests that are sent to a language model."""

from __future__ import annotations

from typing import Any

from assistant.budget import coach_settings
from assistant.client import Prompt, Turn
from assistant.models import CoachSettings
from assistant.prompts import text_of
from assistant.rules import Facts, Verdict, verdicts
from assistant.summary import dataset_card, fenced, pseudonyms_of, record_summary
from classrooms.models import Dojo
from experiments.findings import Record
from experiments.models import Framing

REVIEW_TOKENS = 1500
LANGUAGES = {"fr": "French", "en": "English"}


def system_prompt(dojo: Dojo, chosen: CoachSettings) -> str:
    """The facilitator's, or the product's own."""
    return chosen.system_prompt.strip() or text_of("coach", dojo.language)


def review_prompt(facts: Facts, record: Record, framing: Framing | None) -> Prompt:
    """Ask for feedback on one experiment."""
    dojo = record.setting.dojo
    chosen = coach_settings(dojo)
    hide = pseudonyms_of(dojo).hide_all
    known = {str(criterion): _known(verdict) for criterion, verdict in verdicts(facts).items()}
    told: dict[str, Any] = record_summary(
        record, framing, facts.experiment, rows=chosen.shares_rows
    ) | {
        "reviewed": facts.experiment.number,
        "known": known,
        "language": LANGUAGES[dojo.language],
    }
    return Prompt(
        stable=(
            system_prompt(dojo, chosen),
            text_of("review", dojo.language),
            fenced(hide(dataset_card(dojo)), "dataset"),
        ),
        turns=(Turn("user", fenced(hide(told))),),
        max_tokens=REVIEW_TOKENS,
    )


def _known(verdict: Verdict) -> dict[str, Any]:
    """What the rules know of a criterion, as the request tells it."""
    if verdict.most is None:
        return {"points": None, "why": verdict.reason}
    if verdict.is_certain:
        return {"points": verdict.most, "why": verdict.reason}
    return {"at_most": verdict.most, "why": verdict.reason}
