"""What each participant has submitted: the one place that decides which run ranks.

Like the final selection of a competition: a participant keeps a run, and of several kept ones
chooses which. Until then their latest result stands in. A run that uses a column recorded after
the outcome, or that has an open leak alarm, ranks nowhere, and neither does a rejected one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from classrooms.models import Dojo
from engine.spec.metrics import METRICS
from experiments.models import Experiment, Run

KEEP, REJECT = Experiment.Decision.KEEP, Experiment.Decision.REJECT


@dataclass(frozen=True)
class Entry:
    """The experiment by which a participant is measured.

    Attributes:
        experiment: None before there is a result that is not rejected.
        is_chosen: they have kept it; otherwise it is their latest.
        objection: code of why it does not rank, "marked" or "alarm"; else empty.
    """

    experiment: Experiment | None = None
    is_chosen: bool = False
    objection: str = ""

    @property
    def ranked(self) -> Experiment | None:
        return None if self.objection else self.experiment


def objection_to(experiment: Experiment) -> str:
    """Why a run does not rank, whatever it scores; a dummy reads no column."""
    if experiment.config["model"]["name"] == "dummy":
        return ""
    if experiment.run.uses_marked_column:
        return "marked"
    return "alarm" if experiment.run.open_alarms else ""


def entry_of(
    experiments: Sequence[Experiment], metric: str, until: datetime | None = None
) -> Entry:
    """What one participant has submitted.

    Args:
        experiments: theirs, first to last, as `for_ranking` loads them at least.
        metric: the Dojo's primary one.
        until: as it was then; marks and alarms are those of now, so that a leak falls at once.
    """
    scored = [one for one in experiments if _has_score(one, metric, until)]
    kept = [one for one in scored if _decision(one, until) == KEEP]
    if kept:
        chosen = max(kept, key=lambda one: (_chosen_at(one, until), one.number))
        return Entry(chosen, is_chosen=True, objection=objection_to(chosen))
    possible = [one for one in scored if _decision(one, until) != REJECT]
    if sound := [one for one in possible if not objection_to(one)]:
        return Entry(sound[-1])
    return Entry(possible[-1], objection=objection_to(possible[-1])) if possible else Entry()


def leaking_of(
    experiments: Sequence[Experiment], metric: str, until: datetime | None = None
) -> Experiment | None:
    """The best of one participant's by test score that use a marked column; None where none does.

    Args:
        experiments, metric, until: as for `entry_of`.
    """
    scored = [one for one in experiments if _has_score(one, metric, until)]
    leaking = [one for one in scored if objection_to(one) == "marked"]
    sign = 1 if METRICS[metric].higher_is_better else -1
    return max(leaking, key=lambda one: sign * (one.run.score("test", metric) or 0.0), default=None)


def entries_of(dojo: Dojo) -> dict[int, Entry]:
    """Everyone's, by the seat's primary key, in a constant number of queries."""
    by_seat: dict[int, list[Experiment]] = {}
    experiments = Experiment.objects.filter(seat__dojo=dojo).for_ranking().order_by("number")
    for experiment in experiments:
        by_seat.setdefault(experiment.seat_id, []).append(experiment)
    return {seat: entry_of(own, dojo.primary_metric) for seat, own in by_seat.items()}


def ranked_runs(entries: Iterable[Entry]) -> list[Run]:
    """The runs that rank, first to last."""
    runs = [entry.ranked.run for entry in entries if entry.ranked]
    return sorted(runs, key=lambda run: run.pk)


def _has_score(experiment: Experiment, metric: str, until: datetime | None) -> bool:
    run = experiment.run
    if run.score("test", metric) is None:
        return False
    return until is None or (run.finished_at is not None and run.finished_at <= until)


def _decision(experiment: Experiment, until: datetime | None) -> str:
    """Empty where it was not taken yet; of one that was corrected since, what it was then."""
    at = experiment.concluded_at
    if at is None or until is None or at <= until:
        return experiment.decision if at else ""
    before = [one.decision for one in experiment.versions.all() if one.saved_at <= until]
    return before[-1] if before else ""


def _chosen_at(experiment: Experiment, until: datetime | None) -> datetime:
    """When it was last chosen; keeping it is the first time."""
    chosen_at = experiment.chosen_at
    if chosen_at and (until is None or chosen_at <= until):
        return chosen_at
    at = experiment.concluded_at or experiment.submitted_at
    return at if until is None else min(at, until)
