"""A participant's record for exports, with names or without."""

from __future__ import annotations

from dataclasses import dataclass, field

from classrooms.models import Seat
from experiments.models import Documentation, Experiment, Export, Framing, Talk
from experiments.pages.reads import experiments_of


@dataclass(frozen=True)
class Record:
    """A participant, their framing, their experiments with results, and their log settings.

    Attributes:
        experiments: all, first to last; `shown` has those of the document, in its order.
        exports: what workers made of it, by kind; none where names are left out.
        has_names: whether it is as people wrote it.
    """

    seat: Seat
    framing: Framing | None
    experiments: list[Experiment]
    document: Documentation = field(default_factory=Documentation)
    talk: Talk = field(default_factory=Talk)
    exports: dict[str, Export] = field(default_factory=dict)
    has_names: bool = True

    @property
    def language(self) -> str:
        return self.document.language or self.seat.dojo.language

    @property
    def shown(self) -> list[Experiment]:
        """The experiments of the document, in its order."""
        every = self.document.arranged(self.experiments)
        return [one for one in every if not self.document.omits(one)]

    @property
    def left_out(self) -> list[Experiment]:
        return [one for one in self.experiments if self.document.omits(one)]


def record_of(seat: Seat) -> Record:
    """The record as it is stored."""
    return Record(
        seat,
        Framing.objects.filter(seat=seat).first(),
        experiments_of(seat),
        Documentation.objects.filter(seat=seat).first() or Documentation(),
        _talk_of(seat),
        {export.kind: export for export in Export.objects.filter(seat=seat)},
    )


def _talk_of(seat: Seat) -> Talk:
    talk = Talk.objects.filter(seat=seat).first() or Talk()
    talk.seat = seat
    return talk
