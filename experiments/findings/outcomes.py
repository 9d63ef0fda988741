"""What a rule says of one experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from experiments.findings.record import Severity


@dataclass(frozen=True)
class Outcome:
    severity: Severity
    evidence: Mapping[str, Any] = field(default_factory=dict)
    view: str = ""


def fine(*, view: str = "", **evidence: Any) -> Outcome:
    return Outcome(Severity.INFO, evidence, view)


def notice(*, view: str = "", **evidence: Any) -> Outcome:
    return Outcome(Severity.NOTICE, evidence, view)


def trap(*, view: str = "", **evidence: Any) -> Outcome:
    return Outcome(Severity.TRAP, evidence, view)


def wrong(is_trap: bool, *, view: str = "", **evidence: Any) -> Outcome:
    """A trap, or else a notice."""
    return Outcome(Severity.TRAP if is_trap else Severity.NOTICE, evidence, view)
