"""The view of one prediction: its breakdown, and what-if."""

from __future__ import annotations

import re

from experiments.analysis.page import AnalysisPage, Context
from experiments.analysis.questions import LOG_ODDS
from experiments.models import Interpretation, Stage
from experiments.wording.interpretation import contributions_in_words, units_in_words

SHOWN_WORDS = 10
# The words as the engine cuts them, and what stands between.
PIECES = re.compile(r"(\w\w+)")
# Three strengths of a mark, by the share of the strongest word.
STRENGTHS = ((3, 0.6), (2, 0.25), (1, 0.08))
# What no score shows.
TINY = 0.0005


def row_context(page: AnalysisPage) -> Context:
    found = page.answer
    values = found["values"]
    return found | {
        "lines": [
            value | {"others": [other["values"][place] for other in found["neighbours"]]}
            for place, value in enumerate(values)
        ],
        "texts": [told_text(one) for one in found.get("words", [])],
        "is_log_odds": found["unit"] == LOG_ODDS,
        "units": units_in_words(found["units"]),
        "explanation": contributions_in_words(found),
        "is_right": found["before"]["predicted"] == found["actual"],
        "changed": [value for value in values if value["is_changed"]],
        "flips": found["before"]["predicted"] != found["now"]["predicted"],
    }


def told_text(found: Context) -> Context:
    """A text with its words marked by what they do, and those that do most."""
    effects: dict[str, float] = found["words"]
    largest = max(abs(effect) for effect in effects.values())
    pieces = []
    for piece in PIECES.split(found["text"]):
        effect = effects.get(piece.lower(), 0.0)
        share = abs(effect) / largest if largest else 0.0
        strength = next((n for n, least in STRENGTHS if share >= least and abs(effect) > TINY), 0)
        sign = "raises" if effect > 0 else "lowers"
        pieces.append({"text": piece, "mark": f"{sign}-{strength}" if strength else ""})
    ranked = sorted(effects.items(), key=lambda pair: -abs(pair[1]))
    return {
        "name": found["name"],
        "pieces": pieces,
        "ranked": [
            {"word": word, "effect": effect, "share": abs(effect) / largest}
            for word, effect in ranked[:SHOWN_WORDS]
            if abs(effect) > TINY
        ],
    }


def surest_error(page: AnalysisPage) -> int | None:
    """The row that a learner should look at first; None where there is no error."""
    evidence = Interpretation.objects.filter(run=page.experiment.run, stage=Stage.EVIDENCE).first()
    rows = evidence.content.get("errors", {}).get("rows", []) if evidence else []
    return rows[0]["row"] if rows else None
