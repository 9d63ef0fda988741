"""The view of one prediction: why it is what it is, and what if."""

from __future__ import annotations

from experiments.analysis.page import AnalysisPage, Context
from experiments.models import Interpretation, Stage


def row_context(page: AnalysisPage) -> Context:
    found = page.answer
    values = found["values"]
    return found | {
        "lines": [
            value | {"others": [other["values"][place] for other in found["neighbours"]]}
            for place, value in enumerate(values)
        ],
        "is_log_odds": found["unit"] == "log_odds",
        "is_right": found["before"]["predicted"] == found["actual"],
        "changed": [value for value in values if value["is_changed"]],
        "flips": found["before"]["predicted"] != found["now"]["predicted"],
    }


def surest_error(page: AnalysisPage) -> int | None:
    """The row that a learner should look at first; None where there is no error."""
    evidence = Interpretation.objects.filter(run=page.experiment.run, stage=Stage.EVIDENCE).first()
    rows = evidence.content.get("errors", {}).get("rows", []) if evidence else []
    return rows[0]["row"] if rows else None
