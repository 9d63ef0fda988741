"""What stands above the score of a run whose column seems to know the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from classrooms.knowledge import knows_truths
from classrooms.models import Seat
from experiments.alarms.forms import AnswerForm
from experiments.forecasts.belief import leaks_of
from experiments.models import ClosedAlarm, Experiment, Run
from experiments.templatetags.experiments import score
from experiments.wording.messages import describe_warning


@dataclass(frozen=True)
class OpenAlarm:
    """One open alarm for one reader.

    Attributes:
        column: empty for a reader who is to find it.
        may_be_closed: the reader answers for the column, which is not marked.
    """

    column: str
    evidence: str
    may_be_closed: bool = False

    @property
    def question(self) -> str:
        if not self.column:
            return _("What does one of your columns know that you won't know when you predict?")
        return _("What does “%(column)s” know that you won't know when you predict?") % {
            "column": self.column
        }


@dataclass(frozen=True)
class AlarmPage:
    """Everything that is asked of a run's columns."""

    run: Run
    reader: Seat
    names_columns: bool

    @cached_property
    def marked(self) -> str:
        """That it uses marked columns, in words; empty where it does not."""
        found = next((one for one in self.run.warnings if one["code"] == "leaking_column"), None)
        return describe_warning(found, names_columns=self.names_columns) if found else ""

    @cached_property
    def open(self) -> list[OpenAlarm]:
        """One of each column; a single one, without numbers, for a reader who is to find it."""
        found = self.run.open_alarms
        if not self.names_columns:
            words = _(
                "One of the columns that this run uses seems to know the outcome. For each "
                "one: when is its value recorded, before the outcome or after?"
            )
            return [OpenAlarm("", "" if self.marked else words)] if found else []
        marked = leaks_of(self.reader.dojo)
        return [
            OpenAlarm(name, evidence_words(alarm), self.may_close and name not in marked)
            for alarm in found
            if (name := alarm["column"])
        ]

    @cached_property
    def closed(self) -> list[ClosedAlarm]:
        """Answers of the facilitator about columns of this run; no secret any more."""
        names = [alarm["column"] for alarm in self.run.alarms if alarm.get("is_closed")]
        if not names:
            return []
        return list(ClosedAlarm.objects.filter(dojo=self.reader.dojo_id, column__in=names))

    @cached_property
    def answer_form(self) -> AnswerForm | None:
        """For who ran it, as long as the alarm is open."""
        experiment = self.run.experiment
        if not self.open or experiment.seat_id != self.reader.pk or self.reader.dojo.has_ended:
            return None
        return AnswerForm(instance=experiment)

    @property
    def answer(self) -> str:
        """What the participant says, for everyone else who may read it."""
        experiment = self.run.experiment
        return "" if experiment.seat_id == self.reader.pk else experiment.alarm_answer

    @property
    def is_red(self) -> bool:
        return bool(self.open or self.marked)

    @property
    def may_close(self) -> bool:
        """Whether the reader answers for columns: who runs the Dojo, and may know which."""
        return self.reader.is_facilitator and self.names_columns


def alarm_page(experiment: Experiment, reader: Seat) -> AlarmPage:
    return AlarmPage(experiment.run, reader, knows_truths(reader))


def evidence_words(alarm: dict[str, Any]) -> str:
    """What was measured of a column, in one sentence."""
    words = {"column": alarm["column"], "value": score(alarm["value"], 2)}
    if alarm["others"] is None:
        return _("“%(column)s” alone gives a ROC AUC of %(value)s.") % words
    words["others"] = score(alarm["others"], 2)
    if alarm["reason"] == "alone":
        return (
            _(
                "“%(column)s” alone gives a ROC AUC of %(value)s; all other columns together "
                "give %(others)s."
            )
            % words
        )
    return _("Without “%(column)s”, the ROC AUC falls from %(value)s to %(others)s.") % words
