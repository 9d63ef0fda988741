"""The recorded experiments as they are written in the files."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent
FILES = ("cases.en.yaml", "cases.fr.yaml")

LEVELS: dict[str, frozenset[int | None]] = {
    "high": frozenset({2, 3}),
    "low": frozenset({0, 1}),
    "not best": frozenset({0, 1, 2}),
    "none": frozenset({None}),
}


@dataclass(frozen=True)
class Case:
    """One recorded experiment, and what is right to say of it.

    Attributes:
        experiments: the participant's record, in order.
        reviewed: place of the experiment that is judged.
        framing: the participant's, if any.
        known: by criterion, the points that can be known without reading.
        judged: by criterion, the points that a good reader gives.
        twin: the case that is the same but for an injected instruction.
        keeps_silent: what no feedback may give away.
    """

    name: str
    language: str
    about: str
    experiments: tuple[dict[str, Any], ...]
    reviewed: int
    framing: dict[str, str] | None
    known: dict[str, frozenset[int | None]]
    judged: dict[str, frozenset[int | None]]
    twin: str = ""
    keeps_silent: tuple[str, ...] = field(default=())


@cache
def all_cases() -> dict[str, Case]:
    """Every case by its name."""
    found: dict[str, Case] = {}
    for name in FILES:
        told = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
        for raw in told["cases"]:
            case = _case(told, raw)
            assert case.name not in found, case.name
            found[case.name] = case
    return found


def _case(told: dict[str, Any], raw: dict[str, Any]) -> Case:
    defaults = told["experiment"]
    before = [told["baseline"]] if raw.get("baseline", True) else []
    before += [defaults | one for one in raw.get("before", [])]
    after = [defaults | one for one in raw.get("after", [])]
    return Case(
        name=raw["id"],
        language=told["language"],
        about=raw["about"],
        experiments=(*before, defaults | raw.get("reviewed", {}), *after),
        reviewed=len(before),
        framing=raw.get("framing", told["framing"]),
        known=_levels(raw["known"]),
        judged=_levels(raw.get("judged", {})),
        twin=raw.get("twin", ""),
        keeps_silent=tuple(raw.get("keeps_silent", ())),
    )


def _levels(told: dict[str, Any]) -> dict[str, frozenset[int | None]]:
    return {
        criterion: frozenset({level}) if isinstance(level, int) else LEVELS[level]
        for criterion, level in told.items()
    }
