"""Who claimed each truth of the data, by the structured part of their conclusions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from classrooms.datasets.truths.known import Truth, TruthKind, truths_of
from classrooms.knowledge import knows_truths
from classrooms.models import Seat
from experiments.exports.archives.aliases import RealNames
from experiments.models import Experiment


@dataclass(frozen=True)
class FoundTruth:
    """A truth with those who claimed it, each with the experiment that says so first."""

    truth: Truth
    claims: list[tuple[str, Experiment]]


def found_truths(viewer: Seat, names: RealNames) -> list[FoundTruth]:
    """The truths of an ended Dojo's data, for who may know them; none for others.

    Constant in queries.
    """
    dojo = viewer.dojo
    if not dojo.has_ended or not knows_truths(viewer):
        return []
    concluded = (
        Experiment.objects.filter(seat__dojo=dojo, concluded_at__isnull=False)
        .exclude(column_claim="", subgroup_claim="")
        .select_related("seat__dojo")
        .order_by("seat__joined_at", "seat_id", "number")
    )
    experiments = list(concluded)
    return [
        FoundTruth(truth, _first_of_each(experiments, truth, names))
        for truth in truths_of(dojo.dataset)
    ]


def _first_of_each(
    experiments: Iterable[Experiment], truth: Truth, names: RealNames
) -> list[tuple[str, Experiment]]:
    first: dict[int, Experiment] = {}
    for experiment in experiments:
        if claims(experiment, truth):
            first.setdefault(experiment.seat_id, experiment)
    return [(names.of(experiment.seat), experiment) for experiment in first.values()]


def claims(experiment: Experiment, truth: Truth) -> bool:
    """Whether a conclusion says this of the data."""
    if truth.kind == TruthKind.HARDER:
        return experiment.subgroup_claim == TruthKind.HARDER and _is_subgroup(
            experiment.claimed_subgroup, truth
        )
    if experiment.column_claim != truth.kind:
        return False
    if truth.kind == TruthKind.TOGETHER:
        pair = {experiment.claimed_column, experiment.claimed_with}
        return pair <= set(truth.columns)
    return experiment.claimed_column in truth.columns


def _is_subgroup(stored: str, truth: Truth) -> bool:
    """Whether one of its conditions is on a column of the truth, and on its value."""
    return any(
        condition["column"] in truth.columns
        and (not truth.value or truth.value.casefold() in _values_of(condition))
        for condition in json.loads(stored)
    )


def _values_of(condition: dict[str, object]) -> set[str]:
    """What a condition compares with, as texts."""
    return {
        str(value).casefold() for name, value in condition.items() if name not in ("column", "kind")
    }
