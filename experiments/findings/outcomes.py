"""Outcomes of one rule for one experiment."""

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
    return Outcome(Severity.STRENGTH, evidence, view)


def notice(*, view: str = "", **evidence: Any) -> Outcome:
    return Outcome(Severity.NOTICE, evidence, view)


def issue(*, view: str = "", **evidence: Any) -> Outcome:
    return Outcome(Severity.ISSUE, evidence, view)


def wrong(is_issue: bool, *, view: str = "", **evidence: Any) -> Outcome:
    """A issue, or else a notice."""
    return Outcome(Severity.ISSUE if is_issue else Severity.NOTICE, evidence, view)
