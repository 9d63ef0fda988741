"""Load the records that the coach reads."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.facts.rules import Facts, facts_of
from classrooms.knowledge import record_tells_truths
from classrooms.models import Seat
from experiments.findings import Record, setting_of
from experiments.models import Experiment, Framing
from experiments.pages.reads import experiments_of


@dataclass(frozen=True)
class Work:
    """A participant's record and framing, loaded once."""

    record: Record
    framing: Framing | None

    def experiment(self, pk: int) -> Experiment:
        return next(one for one in self.record.experiments if one.pk == pk)

    def facts(self, pk: int) -> Facts:
        return facts_of(self.record, self.experiment(pk))


def work_of(seat: Seat) -> Work:
    """Everything of one participant, in a constant number of queries."""
    framing = Framing.objects.filter(seat=seat).first()
    record = Record(
        setting_of(seat.dojo, names_columns=record_tells_truths(seat.dojo)),
        tuple(experiments_of(seat)),
        framing is not None,
    )
    return Work(record, framing)
