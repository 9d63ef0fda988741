"""Parts of a ranking that need not be computed again.

In the process: of each run, what its comparisons are made of. In the database: which pairs of
runs have been told apart, so that after a run only its own pairs are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from classrooms.models import Dojo
from engine.judge.ranking import AHEAD, BEHIND, TIED, nothing_known
from engine.judge.uncertainty.intervals import Judged
from engine.judge.uncertainty.predictions import Predictions as Predicted
from engine.run.fingerprint import ENGINE_VERSION
from experiments.compute.comparing import dependence_of, y_test_of
from experiments.models import Run

# Test rows of all remembered runs together: a run takes some 40 bytes for each.
ROOM = 4_000_000
# Of a pair, from behind to ahead.
SIGNS = np.frombuffer(b"<=>", dtype=np.uint8)

# By public id and metric, oldest first. A run's predictions never change.
_judged: dict[tuple[str, str], Judged] = {}


def judged_runs(runs: Sequence[Run], dojo: Dojo) -> list[Judged]:
    """These runs of a Dojo, from this process's memory or from the database."""
    metric = dojo.primary_metric
    keys = [(run.public_id, metric) for run in runs]
    missing = [run.pk for run, key in zip(runs, keys, strict=True) if key not in _judged]
    loaded = _load(missing, dojo) if missing else {}
    found = []
    for run, key in zip(runs, keys, strict=True):
        one = loaded[run.pk] if run.pk in loaded else _judged.pop(key)
        _judged[key] = one
        found.append(one)
    while sum(len(one.y) for one in _judged.values()) > ROOM:
        del _judged[next(iter(_judged))]
    return found


def _load(runs: Sequence[int], dojo: Dojo) -> dict[int, Judged]:
    """By run."""
    metric, y, rows = dojo.primary_metric, y_test_of(dojo), dependence_of(dojo)
    costs = dojo.schema.costs
    stored = Run.objects.filter(pk__in=runs).values_list(
        "pk", "threshold", "metrics__test", "intervals", "predictions__test"
    )
    return {
        run: Judged(
            y,
            Predicted(np.frombuffer(test, dtype="<f8"), threshold),
            costs=costs,
            rows=rows,
            scores={metric: scores[metric]},
            intervals={metric: intervals[metric]} if metric in intervals else {},
        )
        for run, threshold, scores, intervals, test in stored
    }


def kept_pairs(kept: Mapping[str, Any], dojo: Dojo, runs: Sequence[Run]) -> np.ndarray:
    """What is known of the pairs of these runs, shape (n_runs, n_runs).

    Args:
        kept: of an earlier ranking, maybe of other runs; see `pairs_to_keep`.
    """
    found = nothing_known(len(runs))
    if kept.get("of") != rules_of(dojo):
        return found
    earlier = {run: place for place, run in enumerate(kept["runs"])}
    now = [place for place, run in enumerate(runs) if run.pk in earlier]
    then = [earlier[runs[place].pk] for place in now]
    found[np.ix_(now, now)] = _unpacked(kept["signs"])[np.ix_(then, then)]
    return found


def pairs_to_keep(pairs: np.ndarray, dojo: Dojo, runs: Sequence[Run]) -> dict[str, Any]:
    """Compared pairs as JSON: of each run a sign for every run before it."""
    signs = SIGNS[pairs - BEHIND]
    return {
        "of": rules_of(dojo),
        "runs": [run.pk for run in runs],
        "signs": [row[:place].tobytes().decode() for place, row in enumerate(signs)],
    }


def _unpacked(signs: Sequence[str]) -> np.ndarray:
    found = np.full((len(signs), len(signs)), TIED, dtype=np.int8)
    values = np.zeros(128, dtype=np.int8)
    values[SIGNS] = np.arange(BEHIND, AHEAD + 1)
    for place, row in enumerate(signs):
        found[place, :place] = values[np.frombuffer(row.encode(), dtype=np.uint8)]
        found[:place, place] = -found[place, :place]
    return found


def rules_of(dojo: Dojo) -> list[Any]:
    """What else a comparison depends on."""
    return [dojo.primary_metric, dojo.costs, dojo.dataset.content_hash, ENGINE_VERSION]
