"""Reads that pages need, each a constant number of queries."""

from __future__ import annotations

from classrooms.models import Membership
from experiments.models import Experiment


def experiments_of(membership: Membership) -> list[Experiment]:
    """A participant's experiments with all that a list or a log shows, first to last."""
    return list(Experiment.objects.filter(membership=membership).with_results().order_by("number"))
