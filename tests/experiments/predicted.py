"""Finished runs with real predictions, and the scores that these have."""

from __future__ import annotations

import numpy as np

from classrooms.models import Dojo, Seat
from engine.build.runtime_helpers import scores
from experiments.compute.comparing import y_test_of
from experiments.compute.leaderboard import snapshot_fields
from experiments.models import LeaderboardSnapshot, Predictions, Run
from tests import factories


def predicting(member: Seat, skill: float, seed: int) -> Run:
    """A run of a config that skill and seed stand for."""
    y = y_test_of(member.dojo)
    noise = np.random.default_rng(seed).normal(size=len(y))
    probability = 1 / (1 + np.exp(-(skill * (2 * y - 1) + noise)))
    run = factories.finish(factories.submit(member))
    run.metrics["test"] = scores(y, probability)
    run.fingerprint = f"{skill} {seed}"
    run.save(update_fields=["metrics", "fingerprint"])
    Predictions.objects.filter(run=run).update(test=probability.astype("<f8").tobytes())
    return run


def ranked(dojo: Dojo) -> LeaderboardSnapshot:
    """The ranking after what happened, computed from what is stored and remembered."""
    dojo = Dojo.objects.select_related("dataset", "rules").get(pk=dojo.pk)
    snapshot, _is_new = LeaderboardSnapshot.objects.get_or_create(dojo=dojo)
    snapshot.dojo = dojo
    for name, value in snapshot_fields(snapshot).items():
        setattr(snapshot, name, value)
    snapshot.save()
    return LeaderboardSnapshot.objects.get(pk=snapshot.pk)
