"""Build the requests to a language model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.facts.records import Work
from assistant.facts.rules import Facts, Verdict, verdicts
from assistant.facts.summary import dataset_card, fenced, record_summary, without_names
from assistant.model.budget import coach_settings
from assistant.model.client import Prompt, Turn
from assistant.model.prompts import text_of
from assistant.models import CoachSettings
from classrooms.models import Dojo
from experiments.exports.archives.aliases import Aliases
from experiments.findings import Record
from experiments.models import Experiment, Framing

REVIEW_TOKENS = 1500
CHAT_TOKENS = 800
LANGUAGES = {"fr": "French", "en": "English"}


def system_prompt(dojo: Dojo, chosen: CoachSettings) -> str:
    """The facilitator's, or the product's own."""
    return chosen.system_prompt.strip() or text_of("coach", dojo.language)


def openness_text(chosen: CoachSettings, language: str) -> str:
    """Instructions on how much the model may reveal."""
    lines = dict(line.split(": ", 1) for line in text_of("openness", language).splitlines())
    return lines[chosen.openness]


def chat_prompt(
    work: Work, looked_at: Experiment | None, turns: Sequence[Turn], *, language: str
) -> Prompt:
    """Continue a conversation.

    Args:
        turns: what was said, the participant's last words at the end.
        language: of the product's prompt; the answer follows the participant's.
    """
    dojo = work.record.setting.dojo
    chosen = coach_settings(dojo)
    names = Aliases(dojo)
    told = record_summary(work.record, work.framing, looked_at, rows=chosen.shares_rows)
    told |= _luck(work)
    return Prompt(
        stable=(
            f"{system_prompt(dojo, chosen)}\n\n{openness_text(chosen, language)}",
            fenced(without_names(dataset_card(dojo), names), "dataset"),
        ),
        current=fenced(without_names(told, names)),
        turns=tuple(Turn(turn.role, names.text(turn.text)) for turn in turns),
        max_tokens=CHAT_TOKENS,
    )


def _luck(work: Work) -> dict[str, Any]:
    """How large a lead luck alone would give in the Dojo, and whether theirs is larger."""
    if work.luck is None:
        return {}
    return {
        "luck_on_these_test_rows": {
            "configs_tried_by_everyone": work.luck.configs,
            "lead_of_the_best_by_luck_alone": work.luck.gain,
            "their_best_leads_by_more": work.leads_by_more,
        }
    }


def review_prompt(facts: Facts, record: Record, framing: Framing | None) -> Prompt:
    """Ask for feedback on one experiment."""
    dojo = record.setting.dojo
    chosen = coach_settings(dojo)
    names = Aliases(dojo)
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
            fenced(without_names(dataset_card(dojo), names), "dataset"),
        ),
        turns=(Turn("user", fenced(without_names(told, names))),),
        max_tokens=REVIEW_TOKENS,
    )


def _known(verdict: Verdict) -> dict[str, Any]:
    """The rules' facts about a criterion, for the request."""
    if verdict.most is None:
        return {"points": None, "why": verdict.reason}
    if verdict.is_certain:
        return {"points": verdict.most, "why": verdict.reason}
    return {"at_most": verdict.most, "why": verdict.reason}
