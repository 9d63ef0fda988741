"""Views of a model's reasons: importance, and the effect of a feature."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext as _

from engine.spec.metrics import METRICS
from experiments.alarms.suspects import suspects_of
from experiments.analysis.page import AnalysisPage, Context, failure_of, hypothesis_from
from experiments.analysis.questions import LOG_ODDS
from experiments.models import Stage
from experiments.wording.interpretation import (
    contributions_in_words,
    disagreement_in_words,
    names_in_words,
    prepared_column_in_words,
    units_in_words,
)
from experiments.wording.options import option_label

NAMES_TOLD = 5


def importance_context(page: AnalysisPage) -> Context:
    """Importance by shuffling; contributions beside it once they are there."""
    found, reasons = page.content(Stage.EVIDENCE), page.content(Stage.REASONS)
    importance = found["importance"]
    shown, later = page.answer or reasons or found, page.stages.get(Stage.REASONS)
    contributions = shown.get("contributions", {})
    unit = contributions.get("unit", "")
    return {
        "chart": shown["charts"]["importance"],
        "importance": importance,
        "metric": _(METRICS[importance["metric"]].label),
        "has_contributions": bool(reasons),
        "contributions": contributions,
        "unit": unit,
        "is_log_odds": unit == LOG_ODDS,
        "explanation": contributions_in_words(contributions) if contributions else "",
        "units": units_in_words(units_of(page)),
        "question": page.question,
        "question_failure": failure_of(page.question),
        "groups": [
            group | {"names": names_in_words(group["features"])} for group in importance["groups"]
        ],
        "disagreements": [
            one | {"reason": disagreement_in_words(one)} for one in reasons.get("disagreements", [])
        ],
        "coefficients": _coefficients(reasons.get("coefficients")),
        "is_waiting": later is not None and later.is_unfinished,
        "failed_contributions": later if later and later.has_failed else None,
        "contributions_failure": failure_of(later),
        "hypothesis": _hypothesis_from_importance(page, importance),
    }


def _hypothesis_from_importance(page: AnalysisPage, importance: Context) -> str:
    """Link to a new experiment without the features whose importance is chance; never about a
    column that may know the outcome. Empty where there is nothing to say."""
    suspects = suspects_of(page.experiment.run)
    grouped = {name for group in importance["groups"] for name in group["features"]}
    useless = [
        one["name"]
        for one in importance["columns"]
        if abs(one["mean"]) <= one["std"] and one["name"] not in grouped | suspects
    ]
    if useless:
        observation = gettext(
            "In experiment #%(number)s, shuffling %(names)s changes %(metric)s on "
            "the test set no more than chance does."
        )
    else:
        useless = [one["name"] for one in importance["columns"][:1]]
        if suspects.intersection(useless):
            return ""
        observation = gettext(
            "In experiment #%(number)s, %(names)s matters most for %(metric)s on the test set."
        )
    return hypothesis_from(
        page.experiment,
        observation
        % {
            "number": page.experiment.number,
            "names": names_in_words(useless[:NAMES_TOLD], len(useless[NAMES_TOLD:])),
            "metric": _(METRICS[importance["metric"]].label),
        },
    )


def units_of(page: AnalysisPage) -> list[str]:
    """The units that contributions can be shown in, that of the stage first."""
    units: list[str] = page.content(Stage.REASONS).get("contributions", {}).get("units", [])
    return units


def _coefficients(found: dict[str, Any] | None) -> Context | None:
    if found is None:
        return None
    shown = [one | {"name": prepared_column_in_words(one["column"])} for one in found["shown"]]
    largest = max((abs(one["per_deviation"]) for one in shown), default=0.0) or 1.0
    return found | {
        "shown": [one | {"share": abs(one["per_deviation"]) / largest} for one in shown],
        "is_log_odds": found["unit"] == "log_odds",
    }


def effects_context(page: AnalysisPage) -> Context:
    """The effect of the feature that the reader chose, or of the most important one."""
    effects = page.content(Stage.REASONS)["effects"]
    chosen = page.choices.get("feature")
    effect = next((one for one in effects if _key(one) == chosen), None)
    if effect is None and effects:
        effect = effects[0]
    return {
        "features": [{"key": _key(one), "label": _effect_label(one)} for one in effects],
        "chosen": _key(effect) if effect else "",
        "effect": effect,
        "held_fixed": names_in_words(effect["held_fixed"]) if effect else "",
        "is_unknown": bool(chosen) and effect is not None and _key(effect) != chosen,
    }


def _key(effect: Context) -> str:
    """Names an effect in an address: the feature, or a part of its date."""
    part = effect.get("part")
    return f"{effect['feature']}#{part}" if part else str(effect["feature"])


def _effect_label(effect: Context) -> str:
    part = effect.get("part")
    if not part:
        return str(effect["feature"])
    return _("%(name)s: %(detail)s") % {"name": effect["feature"], "detail": option_label(part)}
