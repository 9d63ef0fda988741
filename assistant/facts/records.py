"""Load the records that the coach reads."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.facts.rules import Facts, facts_of
from classrooms.knowledge import record_tells_truths
from classrooms.models import Seat
from experiments.findings import Record, setting_of
from experiments.leaderboard.luck import RoomLuck, room_luck_of
from experiments.models import Experiment, Framing
from experiments.pages.reads import experiments_of


@dataclass(frozen=True)
class Work:
    """A participant's record and framing, loaded once.

    Attributes:
        luck: how large a lead luck alone would give in their Dojo, where that is told.
    """

    record: Record
    framing: Framing | None
    luck: RoomLuck | None = None

    def experiment(self, pk: int) -> Experiment:
        return next(one for one in self.record.experiments if one.pk == pk)

    @property
    def leads_by_more(self) -> bool:
        """Whether their best run leads the middle one of the Dojo by more than luck."""
        experiments = self.record.experiments
        return bool(self.luck and experiments and experiments[0].seat_id in self.luck.leaders)

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
    return Work(record, framing, room_luck_of(seat.dojo))
