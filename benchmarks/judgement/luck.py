"""Is what the best of many gains by luck said rightly?

Models' predictions are kept and the classes of the test rows permuted 300 times: then no model
knows anything, and whoever wins gains by luck alone. Goal: the mean gain of the winner over each
model as the reference is within 10 % of the mean of what is said, for 5, 20 and 80 models.

    python benchmarks/judgement/luck.py
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.process_settings import set_up_process

set_up_process()

import numpy as np  # noqa: E402
from scipy.special import expit  # noqa: E402

from engine.judge.luck import chance_moves, gain_by_luck  # noqa: E402
from engine.judge.uncertainty.cells import FORMULAS  # noqa: E402
from engine.judge.uncertainty.intervals import Judged  # noqa: E402
from engine.judge.uncertainty.predictions import Predictions  # noqa: E402

MODELS = (5, 20, 80)
# Without knowledge these are the same for every model, whatever it predicts.
METRICS = ("roc_auc", "balanced_accuracy", "mcc")
# Rows, share of positives, and how much of their noise the models have in common.
PLACES = ((400, 0.3, 0.5), (1_600, 0.22, 0.5), (1_600, 0.22, 0.9))
PERMUTATIONS = 300
# What is said varies little: it is asked in one permutation of so many.
ASKED_EVERY = 10
TOLERANCE = 0.1


def predictions(
    y: np.ndarray, models: int, common: float, rng: np.random.Generator
) -> list[Predictions]:
    """What so many models say of rows, each with some knowledge and a threshold of its own."""
    shared = rng.standard_normal(len(y))
    found = []
    for _model in range(models):
        own = rng.standard_normal(len(y))
        noise = np.sqrt(common) * shared + np.sqrt(1 - common) * own
        score = rng.uniform(0.5, 1.5) * y + noise
        found.append(Predictions(expit(score - 1), float(rng.uniform(0.3, 0.6))))
    return found


def gains(
    y: np.ndarray, kept: list[Predictions], metric: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The winner's gain in each permutation of the classes, and what is said of some of them."""
    won, said = [], []
    for number in range(PERMUTATIONS):
        classes = rng.permutation(y)
        sides = [Judged(classes, one) for one in kept]
        scores = np.array([score_of(side, metric) for side in sides])
        won.append(scores.max() - scores.mean())
        if number % ASKED_EVERY == 0:
            moves = chance_moves(metric, sides)
            said.append(gain_by_luck(moves.max(axis=0), moves.mean(axis=0)))
    return np.array(won), np.array(said)


def score_of(side: Judged, metric: str) -> float:
    """Without the other metrics, which take a hundred times as long."""
    if metric == "roc_auc":
        return side.ranking.auc
    return float(FORMULAS[metric](np.bincount(side.kinds, minlength=4).astype(float)))


def main() -> int:
    is_met = True
    for rows, share, common in PLACES:
        rng = np.random.default_rng(1)
        y = (rng.random(rows) < share).astype(int)
        kept = predictions(y, max(MODELS), common, rng)
        for metric in METRICS:
            for models in MODELS:
                each, asked = gains(y, kept[:models], metric, rng)
                won, said = each.mean(), asked.mean()
                error = each.std() / np.sqrt(PERMUTATIONS) / said
                met = bool(abs(won / said - 1) <= TOLERANCE)
                is_met &= met
                print(
                    f"  n={rows:5} common {common:.0%} {metric:18} best of {models:2}: "
                    f"won {won:.4f}, said {said:.4f}, ratio {won / said:.3f} ± {error:.3f}   "
                    f"{'met' if met else 'MISSED'}",
                    flush=True,
                )
    return 0 if is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
