"""Experiments with planted faults, in the words of participants: the files that `--cases` reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.facts.rubric import Criterion

# The criterion that a fault is a fault of: where a full mark or a strength would be false praise.
CRITERION_OF: dict[str, Criterion] = {
    "not_hypothesis": Criterion.HYPOTHESIS,
    "no_reason": Criterion.HYPOTHESIS,
    "no_expectation": Criterion.HYPOTHESIS,
    "no_baseline": Criterion.COMPARISON,
    "no_comparison": Criterion.COMPARISON,
    "same_config": Criterion.ONE_CHANGE,
    "many_changes": Criterion.ONE_CHANGE,
    "two_things": Criterion.ONE_CHANGE,
    "errors_unlooked": Criterion.ERRORS,
    "overfit_ignored": Criterion.ERRORS,
    "causal_importance": Criterion.ERRORS,
    "no_numbers": Criterion.ERRORS,
    "accuracy_imbalance": Criterion.DECISION,
    "contradicts_interval": Criterion.DECISION,
    "keep_not_significant": Criterion.DECISION,
    "keep_worse": Criterion.DECISION,
    "leak_celebrated": Criterion.DECISION,
    "next_unrelated": Criterion.DECISION,
    "next_vague": Criterion.DECISION,
    "predicted_not_reached": Criterion.DECISION,
    "test_reuse": Criterion.DECISION,
}
# What acts and numbers cannot show.
FOR_A_READER = frozenset(
    {
        "not_hypothesis",
        "no_reason",
        "causal_importance",
        "next_unrelated",
        "next_vague",
        "no_numbers",
    }
)
# Strengths of the coach by rules, and the criterion that each praises.
PRAISES: dict[str, Criterion] = {
    "compared": Criterion.COMPARISON,
    "has_baseline": Criterion.COMPARISON,
    "one_change": Criterion.ONE_CHANGE,
    "errors_analysed": Criterion.ERRORS,
    "logged": Criterion.RECORD,
    "reproduced": Criterion.RECORD,
}


@dataclass(frozen=True)
class PlantedCase:
    """One experiment after others, and what good feedback says of it.

    Attributes:
        configs: changes to the default logistic regression, by name.
        history: what was submitted and concluded before, in order.
        must_find: the planted faults.
        may_find: other true ones.
        is_clean: nothing of substance may be named as a weakness.
    """

    name: str
    language: str
    configs: dict[str, dict[str, Any]]
    history: tuple[dict[str, Any], ...]
    target: dict[str, Any]
    must_find: frozenset[str]
    may_find: frozenset[str]
    is_clean: bool

    @property
    def steps(self) -> tuple[dict[str, Any], ...]:
        return (*self.history, self.target)


def planted_cases(path: Path) -> list[PlantedCase]:
    """The cases of a file."""
    told = json.loads(path.read_text(encoding="utf-8"))
    return [
        PlantedCase(
            name=raw["id"],
            language=raw["lang"],
            configs=told["configs"],
            history=tuple(raw["history"]),
            target=raw["target"],
            must_find=frozenset(raw["must_find"]),
            may_find=frozenset(raw["may_find"]),
            is_clean=raw["clean"],
        )
        for raw in told["cases"]
    ]
