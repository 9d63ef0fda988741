"""One participant's record as exports read it: with its names, or without."""

from __future__ import annotations

from dataclasses import dataclass, field

from classrooms.models import Membership
from experiments.models import Documentation, Experiment, Export, Framing, Talk
from experiments.selectors import experiments_of


@dataclass(frozen=True)
class Record:
    """Who, their framing, their experiments with results, and how they are documented.

    Attributes:
        experiments: all, first to last; `shown` has those of the document, in its order.
        exports: what workers made of it, by kind; none where names are left out.
    """

    membership: Membership
    framing: Framing | None
    experiments: list[Experiment]
    document: Documentation = field(default_factory=Documentation)
    talk: Talk = field(default_factory=Talk)
    exports: dict[str, Export] = field(default_factory=dict)

    @property
    def language(self) -> str:
        return self.document.language or self.membership.dojo.language

    @property
    def shown(self) -> list[Experiment]:
        """The experiments of the document, in its order."""
        every = self.document.arranged(self.experiments)
        return [one for one in every if not self.document.omits(one)]

    @property
    def left_out(self) -> list[Experiment]:
        return [one for one in self.experiments if self.document.omits(one)]


def record_of(membership: Membership) -> Record:
    """The record as it is stored."""
    return Record(
        membership,
        Framing.objects.filter(membership=membership).first(),
        experiments_of(membership),
        Documentation.objects.filter(membership=membership).first() or Documentation(),
        _talk_of(membership),
        {export.kind: export for export in Export.objects.filter(membership=membership)},
    )


def _talk_of(membership: Membership) -> Talk:
    talk = Talk.objects.filter(membership=membership).first() or Talk()
    talk.membership = membership
    return talk
