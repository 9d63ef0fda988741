"""What a config on its way changes against its reference, while it is filled in."""

from __future__ import annotations

from dataclasses import dataclass

from classrooms.knowledge import knows_truths
from classrooms.models import Seat
from engine.spec.changes import describe_changes, ideas_of
from engine.spec.config import ExperimentConfig
from experiments.forecasts.belief import leaks_of
from experiments.models import Experiment
from experiments.wording.configs import describe_change


@dataclass(frozen=True)
class ChangesBar:
    """
    Attributes:
        count: of the changes, as the coach counts them.
        words: one for each difference.
    """

    reference: Experiment
    count: int
    words: list[str]


def changes_bar(
    seat: Seat, reference: Experiment | None, config: ExperimentConfig | None
) -> ChangesBar | None:
    """The changes; None without a reference, or where the config cannot be read.

    Marked columns count for nothing where the reader knows which these are; to others the count
    would tell them.
    """
    if reference is None or config is None:
        return None
    changes = describe_changes(reference.parsed_config, config, seat.dojo.schema)
    ignored = leaks_of(seat.dojo) if knows_truths(seat) else frozenset()
    return ChangesBar(
        reference,
        len(ideas_of(changes, ignored=ignored)),
        [describe_change(change) for change in changes],
    )
