"""Rigour score: share of good-practice checks passed, per participant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from experiments.findings import Finding
from experiments.forecasts.record import ForecastRecord, forecast_record
from experiments.models import Experiment


@dataclass(frozen=True)
class Share:
    """A count out of a total; None if there was nothing to do yet.

    Attributes:
        term: of the glossary, which says what is counted.
    """

    label: Promise
    term: str
    done: int
    of: int

    @property
    def value(self) -> float | None:
        return self.done / self.of if self.of else None


@dataclass(frozen=True)
class Rigour:
    """All shares of a person."""

    shares: tuple[Share, ...]
    forecasts: ForecastRecord

    @property
    def total(self) -> float | None:
        """Their mean; what is not due yet is left out.

        Forecasting skill counts from three scored forecasts on, and below 0 as 0.
        """
        known = [share.value for share in self.shares if share.value is not None]
        if self.forecasts.skill is not None:
            known.append(max(0.0, self.forecasts.skill))
        return sum(known) / len(known) if known else None


Count = Callable[[Sequence[Experiment], Sequence[Finding]], tuple[int, int]]


def _by_codes(strength: str, *problems: str) -> Count:
    """Of the experiments that a rule speaks of, those where it is done well."""

    def count(experiments: Sequence[Experiment], findings: Sequence[Finding]) -> tuple[int, int]:
        well = {f.experiment.pk for f in findings if f.code == strength}
        badly = {f.experiment.pk for f in findings if f.code in problems}
        return len(well - badly), len(well | badly)

    return count


def _baseline_first(
    experiments: Sequence[Experiment], findings: Sequence[Finding]
) -> tuple[int, int]:
    return int(experiments[0].is_baseline), 1


def _closed(experiments: Sequence[Experiment], findings: Sequence[Finding]) -> tuple[int, int]:
    ended = [one for one in experiments if not one.run.is_unfinished]
    return sum(one.is_closed for one in ended), len(ended)


def _reproduced(experiments: Sequence[Experiment], findings: Sequence[Finding]) -> tuple[int, int]:
    if not any(one.run.has_succeeded for one in experiments):
        return 0, 0
    return int(any(finding.code == "reproduced" for finding in findings)), 1


# Of each column: its heading, the term of the glossary that explains it, and how it is counted.
COUNTS: tuple[tuple[Promise, str, Count], ...] = (
    (_("Baseline first"), "baseline", _baseline_first),
    (_("Forecasts registered"), "hypothesis", _by_codes("has_forecast", "no_expectation")),
    (
        _("One change at a time"),
        "one_change",
        _by_codes("one_change", "several_changes", "same_config"),
    ),
    (_("Experiments concluded"), "conclusion", _closed),
    (
        _("Errors analysed"),
        "error_analysis",
        _by_codes("errors_analysed", "errors_not_analysed"),
    ),
    (_("Reproduced"), "reproduced", _reproduced),
)


def rigour_of(experiments: Sequence[Experiment], findings: Sequence[Finding]) -> Rigour | None:
    """Rigour of a participant; None before the first experiment."""
    if not experiments:
        return None
    shares = tuple(
        Share(label, term, *count(experiments, findings)) for label, term, count in COUNTS
    )
    return Rigour(shares, forecast_record(experiments))
