"""The jury of a formal presentation: criteria, levels and totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo, Seat
from experiments.models import JuryGrade, Talk

Criterion = JuryGrade.Criterion

LEVELS: dict[int, str | Promise] = {
    0: _("Absent"),
    1: _("Emerging"),
    2: _("Solid"),
    3: _("Exemplary"),
}
MAX_TOTAL = max(LEVELS) * len(Criterion)
# What to look for.
QUESTIONS: dict[str, str | Promise] = {
    Criterion.HYPOTHESES: _(
        "Does each experiment state what is tested, why, and what is expected?"
    ),
    Criterion.EVIDENCE: _("Are claims supported by test scores and their intervals?"),
    Criterion.ERRORS: _("Has the team looked at where, and for whom, the model is wrong?"),
    Criterion.DECISIONS: _("Does each decision follow from a result, failures too?"),
    Criterion.CLARITY: _("Would someone who was not there understand it and be able to repeat it?"),
}


class JuryForm(forms.Form):
    """One juror's points for every criterion."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for criterion in Criterion:
            self.fields[criterion.value] = forms.TypedChoiceField(
                label=criterion.label,
                help_text=str(QUESTIONS[criterion]),
                choices=list(LEVELS.items()),
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose one of the four.")},
            )


def points_by(juror: Seat, talk: Talk) -> dict[str, int]:
    """This juror's points so far, by criterion."""
    given = JuryGrade.objects.filter(juror=juror, talk__seat=talk.seat)
    return dict(given.values_list("criterion", "points"))


def grades_are_released(dojo: Dojo) -> bool:
    """Return whether presenters see their grades: once the Dojo has ended."""
    return dojo.has_ended


@dataclass(frozen=True)
class JurorRow:
    """One juror's points, in the order of the criteria."""

    juror: Seat
    points: tuple[int | None, ...]

    @property
    def total(self) -> int:
        return sum(given or 0 for given in self.points)


@dataclass(frozen=True)
class JuryResult:
    """Everyone's points for a talk, and their means."""

    rows: tuple[JurorRow, ...]
    max_total: int = MAX_TOTAL

    @property
    def labels(self) -> list[str]:
        return [str(criterion.label) for criterion in Criterion]

    @property
    def means(self) -> list[float | None]:
        """By criterion, over the jurors who judged it."""
        columns = zip(*(row.points for row in self.rows), strict=True)
        return [_mean([given for given in column if given is not None]) for column in columns]

    @property
    def mean_total(self) -> float | None:
        return _mean([row.total for row in self.rows])


def _mean(values: Sequence[int]) -> float | None:
    return fmean(values) if values else None


def jury_result(talk: Talk) -> JuryResult:
    """The jury's grades so far; without rows if nobody has graded."""
    given: dict[int, dict[str, int]] = {}
    jurors: dict[int, Seat] = {}
    found = JuryGrade.objects.filter(talk__seat=talk.seat).select_related("juror")
    for grade in found:
        jurors[grade.juror_id] = grade.juror
        given.setdefault(grade.juror_id, {})[grade.criterion] = grade.points
    return JuryResult(
        tuple(
            JurorRow(juror, tuple(given[pk].get(criterion) for criterion in Criterion))
            for pk, juror in jurors.items()
        )
    )
