"""Luck of the best of many models, against winners who know nothing."""

import numpy as np
import pytest
from scipy.special import expit

from engine.judge.luck import RESAMPLES, chance_moves, gain_by_luck
from engine.judge.uncertainty.dependence import Rows
from engine.judge.uncertainty.intervals import Judged, metric_names
from engine.judge.uncertainty.predictions import Predictions
from engine.spec.metrics import METRICS
from engine.spec.schema import Costs

ROWS, MODELS, PERMUTATIONS = 500, 20, 150
COSTS = Costs(false_positive=1, false_negative=8)


def drawn(seed: int = 0) -> tuple[np.ndarray, list[Predictions]]:
    """Classes, and predictions of models that have much in common."""
    rng = np.random.default_rng(seed)
    y = (rng.random(ROWS) < 0.3).astype(int)
    shared = rng.standard_normal(ROWS)
    scores = [y + shared + rng.standard_normal(ROWS) for _model in range(MODELS)]
    return y, [Predictions(expit(score - 1), 0.5) for score in scores]


def said_of(sides: list[Judged], metric: str = "roc_auc") -> float:
    moves = chance_moves(metric, sides)
    return gain_by_luck(moves.max(axis=0), moves[0])


@pytest.mark.parametrize("models", [5, MODELS])
def test_a_winner_who_knows_nothing_gains_what_is_said(models: int) -> None:
    y, predictions = drawn()
    rng = np.random.default_rng(1)
    won, said = [], []
    for number in range(PERMUTATIONS):
        classes = rng.permutation(y)
        sides = [Judged(classes, one) for one in predictions[:models]]
        scores = [side.ranking.auc for side in sides]
        won.append(max(scores) - np.mean(scores))
        if number % 10 == 0:
            moves = chance_moves("roc_auc", sides)
            said.append(gain_by_luck(moves.max(axis=0), moves.mean(axis=0)))
    assert np.mean(won) == pytest.approx(np.mean(said), rel=0.1)


def test_it_is_what_would_be_won_without_the_differences_that_there_are() -> None:
    """A model that is much better, or much worse, brings as much luck as any other."""
    y, predictions = drawn()
    alike = said_of([Judged(y, one) for one in predictions])
    better = Predictions(expit(6 * y + 3 * predictions[0].probability - 3), 0.5)
    among = said_of([Judged(y, one) for one in [*predictions, better]])
    assert alike <= among < 1.15 * alike


def test_the_same_model_again_brings_no_luck_and_another_brings_some() -> None:
    y, predictions = drawn()
    one, other = Judged(y, predictions[0]), Judged(y, predictions[1])
    assert said_of([one]) == 0
    assert said_of([one, one, one]) == 0
    assert said_of([one, other]) > 0


@pytest.mark.parametrize("kind", ["independent", "series", "groups"])
def test_moves_are_centred_and_as_wide_as_the_interval_says(kind: str) -> None:
    y, predictions = drawn(2)
    group = np.arange(ROWS) // 5 if kind == "groups" else np.empty(0, dtype=int)
    side = Judged(y, predictions[0], costs=COSTS, rows=Rows(kind, group))
    for metric in metric_names(COSTS):
        (moves,) = chance_moves(metric, [side])
        assert moves.shape == (RESAMPLES,)
        low, high = side.interval(metric)
        assert abs(moves.mean()) < moves.std() / 5, metric
        assert moves.std() == pytest.approx((high - low) / 2 / 1.96, rel=0.3), metric


@pytest.mark.parametrize("kind", ["series", "groups"])
def test_rows_that_go_together_leave_more_to_chance(kind: str) -> None:
    rng = np.random.default_rng(3)
    group = np.arange(ROWS) // 10
    y = (np.arange(ROWS) % 2).astype(int)
    alike = rng.standard_normal(group.max() + 1)[group]
    predictions = Predictions(expit(2 * alike * (2 * y - 1) + 0.2 * rng.standard_normal(ROWS)), 0.5)
    dependent = Rows("series") if kind == "series" else Rows("groups", group)
    (alone,) = chance_moves("brier", [Judged(y, predictions)])
    (together,) = chance_moves("brier", [Judged(y, predictions, rows=dependent)])
    assert together.std() > 2 * alone.std()


def test_a_gain_is_one_whichever_way_a_metric_counts() -> None:
    y, predictions = drawn()
    sides = [Judged(y, one) for one in predictions]
    for metric in ("log_loss", "brier", "f1"):
        assert said_of(sides, metric) > 0
    losses = Judged(y, predictions[0]).losses["log_loss"]
    heavy = np.random.default_rng(0).integers(0, ROWS, ROWS)
    (moves,) = chance_moves("log_loss", sides[:1])
    assert not METRICS["log_loss"].higher_is_better
    assert moves[0] == pytest.approx(losses.mean() - losses[heavy].mean())
