"""Luck of the best of many: what it would gain if all were equally good.

On resampled rows each model's score moves by chance. Centred on the score that it has, these
moves are what chance would do to models without any difference, and on the same resampled rows
for all, they go along with each other as the models do: the best of the moves, on average, is
the gain of a winner who is no better (the reality check of White 2000, with its mean in place
of a p value). `benchmarks/judgement/luck.py` compares it with winners on permuted classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.judge.uncertainty import cells as counting
from engine.judge.uncertainty.dependence import Rows
from engine.judge.uncertainty.intervals import LOSSES, RANKS, Judged
from engine.spec.metrics import METRICS

RESAMPLES = 1_000
SEED = 0
# Weights of rows that are drawn together, to bound the memory.
TOGETHER = 2**21


def chance_moves(metric: str, sides: Sequence[Judged]) -> np.ndarray:
    """By how much each side's score gains on resampled rows, shape (n_sides, 1,000).

    The rows are the same for all sides, and in every process. Ranking metrics move by their
    influence values, which is what they do up to 1 / n_rows; the others exactly.
    """
    first = sides[0]
    moves = [
        np.stack([_moved(metric, side, weights) for side in sides])
        for weights in _resampled(len(first.y), first.rows)
    ]
    found = np.concatenate(moves, axis=1)
    return found if METRICS[metric].higher_is_better else -found


def gain_by_luck(best: np.ndarray, reference: np.ndarray) -> float:
    """What the best gains over the reference on average, if all are equally good.

    Args:
        best: the highest of all sides' moves in each resample, the reference's among them.
        reference: its moves.
    """
    return float(np.mean(best - reference))


def _moved(metric: str, side: Judged, weights: np.ndarray) -> np.ndarray:
    """The score with these weights of the rows minus the score, shape (n_resamples,)."""
    found: np.ndarray
    if metric in RANKS:
        found = weights @ side.influence(metric)
    elif metric in LOSSES:
        found = weights @ (side.losses[metric] - side.losses[metric].mean())
    else:
        formula, cells = counting.formulas(side.costs)[metric], np.eye(4)[side.kinds]
        found = formula(weights @ cells) - formula(cells.mean(axis=0))
    return found


def _resampled(rows: int, dependence: Rows) -> Iterator[np.ndarray]:
    """Weights of the rows in each resample, which add up to 1, shape (n_resamples, n_rows).

    Rows, whole groups (Field and Welsh 2007), or blocks of a series in a circle (Politis and
    Romano 1992) are drawn with replacement.
    """
    rng = np.random.default_rng(SEED)
    size = max(1, TOGETHER // rows)
    for start in range(0, RESAMPLES, size):
        counts = np.stack(
            [_drawn(rows, dependence, rng) for _resample in range(min(size, RESAMPLES - start))]
        )
        yield counts / counts.sum(axis=1, keepdims=True)


def _drawn(rows: int, dependence: Rows, rng: np.random.Generator) -> np.ndarray:
    """How often each row is drawn."""
    if dependence.kind == "groups":
        groups = int(dependence.group.max()) + 1
        drawn = np.bincount(rng.integers(0, groups, groups), minlength=groups)
        found: np.ndarray = drawn[dependence.group]
        return found
    if dependence.kind == "series":
        length = min(rows, round(3 * rows ** (1 / 3)))
        starts = rng.integers(0, rows, -(-rows // length))
        places = (starts[:, np.newaxis] + np.arange(length)).ravel()[:rows] % rows
        return np.bincount(places, minlength=rows)
    return np.bincount(rng.integers(0, rows, rows), minlength=rows)
