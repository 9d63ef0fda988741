"""The jury of a formal presentation: a word for each point, and what the points add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo, Membership
from experiments.models import JuryGrade, Talk

Criterion = JuryGrade.Criterion

LEVELS: dict[int, str | Promise] = {
    0: _("Absent"),
    1: _("Begun"),
    2: _("Solid"),
    3: _("Exemplary"),
}
MAX_TOTAL = max(LEVELS) * len(Criterion)
# What to look for.
QUESTIONS: dict[str, str | Promise] = {
    Criterion.HYPOTHESES: _("Does each experiment say what is tested, why, and what is expected?"),
    Criterion.EVIDENCE: _("Are claims carried by test scores and their intervals?"),
    Criterion.ERRORS: _("Was it looked at where, and for whom, the model is wrong?"),
    Criterion.DECISIONS: _("Does each decision follow from a result, failures too?"),
    Criterion.CLARITY: _("Would somebody who was not there understand and repeat it?"),
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


def points_by(juror: Membership, talk: Talk) -> dict[str, int]:
    """What this juror has given so far, by criterion."""
    given = JuryGrade.objects.filter(juror=juror, talk__membership=talk.membership)
    return dict(given.values_list("criterion", "points"))


def grades_are_released(dojo: Dojo) -> bool:
    """Whether presenters see their grades: once the facilitators have ended the Dojo."""
    return dojo.has_ended


@dataclass(frozen=True)
class JurorRow:
    """One juror's points, in the order of the criteria."""

    juror: Membership
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
    """What the jury gave so far; without rows where nobody has graded."""
    given: dict[int, dict[str, int]] = {}
    jurors: dict[int, Membership] = {}
    found = JuryGrade.objects.filter(talk__membership=talk.membership).select_related("juror")
    for grade in found:
        jurors[grade.juror_id] = grade.juror
        given.setdefault(grade.juror_id, {})[grade.criterion] = grade.points
    return JuryResult(
        tuple(
            JurorRow(juror, tuple(given[pk].get(criterion) for criterion in Criterion))
            for pk, juror in jurors.items()
        )
    )
