"""One participant's record as exports read it: with its names, or without."""

from __future__ import annotations

from dataclasses import dataclass

from classrooms.models import Membership
from experiments.models import Experiment, Framing
from experiments.selectors import experiments_of


@dataclass(frozen=True)
class Record:
    """Who, their framing, and their experiments with results, first to last."""

    membership: Membership
    framing: Framing | None
    experiments: list[Experiment]


def record_of(membership: Membership) -> Record:
    """The record as it is stored."""
    framing = Framing.objects.filter(membership=membership).first()
    return Record(membership, framing, experiments_of(membership))
