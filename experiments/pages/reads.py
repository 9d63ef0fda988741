"""Queries of pages, each with a constant number of database queries."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch

from classrooms.models import Seat
from experiments.models import ConclusionVersion, Experiment, Interpretation, Stage
from jobs.models import JobStatus


def experiments_of(seat: Seat) -> list[Experiment]:
    """A participant's experiments with all that a list or a log shows, first to last."""
    checks = Interpretation.objects.filter(stage=Stage.CHECKS, status=JobStatus.SUCCEEDED)
    experiments = Experiment.objects.filter(seat=seat).with_results().order_by("number")
    found = list(
        experiments.prefetch_related(
            Prefetch("runs__interpretations", queryset=checks, to_attr="checked"),
            Prefetch("versions", queryset=ConclusionVersion.objects.select_related("author")),
        )
    )
    link_comparisons(found)
    return found


def link_comparisons(experiments: Sequence[Experiment]) -> None:
    """Let those that are compared to be the objects that are there already, with their runs:
    they are experiments of the same person, and comparing then costs no query."""
    known = {experiment.pk: experiment for experiment in experiments}
    for experiment in experiments:
        if experiment.compared_to_id in known:
            experiment.compared_to = known[experiment.compared_to_id]
