"""Thresholds, ranking and calibration, against scikit-learn and formulas."""

import json

import numpy as np
import pytest
import sklearn.metrics as skm
from sklearn.calibration import calibration_curve

from engine.explain.curves import (
    best_thresholds,
    precision_recall,
    reliability,
    roc,
    thinned,
    threshold_curve,
)
from engine.explain.mistakes.errors import confusion
from engine.spec.schema import Costs

COSTS = Costs(false_positive=10, false_negative=90, true_positive=-20, true_negative=1)


def predictions(rows: int, *, decimals: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Classes and imperfect probabilities; rounded ones have ties, also at the thresholds."""
    rng = np.random.default_rng(rows)
    y = (rng.random(rows) < 0.3).astype(int)
    probability = 1 / (1 + np.exp(-(rng.normal(size=rows) + 1.5 * y - 1)))
    return y, probability if decimals is None else probability.round(decimals)


THEIRS = {
    "accuracy": skm.accuracy_score,
    "balanced_accuracy": skm.balanced_accuracy_score,
    "f1": lambda y, said: skm.f1_score(y, said, zero_division=0),
    "mcc": skm.matthews_corrcoef,
    "precision": lambda y, said: skm.precision_score(y, said, zero_division=0),
    "recall": lambda y, said: skm.recall_score(y, said, zero_division=0),
}


def mean_cost(y: np.ndarray, said: np.ndarray) -> float:
    cost = np.where(y == 1, np.where(said == 1, -20, 90), np.where(said == 1, 10, 1))
    return float(cost.mean())


@pytest.mark.parametrize("kind", ["smooth", "tied", "32 bits", "never positive"])
def test_every_threshold_has_the_library_s_numbers(kind: str) -> None:
    y, probability = predictions(300, decimals=2 if kind == "tied" else None)
    if kind == "32 bits":
        probability = probability.astype("float32")
    if kind == "never positive":
        probability = np.zeros(len(y))
    found = threshold_curve(y, probability, costs=COSTS).to_dict()
    assert found["threshold"] == [n / 100 for n in range(1, 100)]
    for place, threshold in list(enumerate(found["threshold"]))[::3]:
        said = (probability >= threshold).astype(int)
        counts = [found[name][place] for name in ("tn", "fp", "fn", "tp")]
        assert counts == list(confusion(y, probability, threshold).to_dict().values())
        for name, score in THEIRS.items():
            assert found[name][place] == pytest.approx(score(y, said), abs=1e-12), name
        assert found["expected_cost"][place] == pytest.approx(mean_cost(y, said))
    json.dumps(found, allow_nan=False)


def test_a_probability_that_is_the_threshold_in_32_bits_is_positive_as_in_the_run() -> None:
    y, probability = np.array([0, 1]), np.array([0.1, 0.7], dtype="float32")
    found = threshold_curve(y, probability)
    assert bool(probability[1] >= 0.7), "as the run's own metrics compare"
    assert found.tp[69] == 1
    assert found.expected_cost is None


def test_the_best_thresholds_are_those_of_a_search_by_hand() -> None:
    y, probability = predictions(400)
    out_of_fold = np.where(np.arange(400) % 3 == 0, np.nan, probability)
    known = ~np.isnan(out_of_fold)
    found = best_thresholds(y, out_of_fold, costs=COSTS)
    assert found.rows == known.sum()
    scores = {name: THEIRS[name] for name in ("f1", "accuracy", "balanced_accuracy", "mcc")}
    scores["expected_cost"] = lambda y, said: -mean_cost(y, said)
    assert set(found.by_metric) == set(scores)
    for name, score in scores.items():
        values = [
            score(y[known], (out_of_fold[known] >= n / 100).astype(int)) for n in range(1, 100)
        ]
        chosen = values[round(found.by_metric[name] * 100) - 1]
        assert chosen == pytest.approx(max(values), abs=1e-12), name
    without = best_thresholds(y, out_of_fold, costs=None)
    assert "expected_cost" not in without.by_metric
    json.dumps(found.to_dict(), allow_nan=False)


def distance_to(x: np.ndarray, y: np.ndarray, all_x: np.ndarray, all_y: np.ndarray) -> float:
    """How far the furthest of all points lies from a polyline."""
    starts, ends = np.stack([x[:-1], y[:-1]], 1), np.stack([x[1:], y[1:]], 1)
    points = np.stack([all_x, all_y], 1)[:, None]
    step = ends - starts
    length = np.maximum((step**2).sum(1), 1e-30)
    along = np.clip(((points - starts) * step).sum(2) / length, 0, 1)[..., None]
    return float(np.sqrt(((points - starts - along * step) ** 2).sum(2)).min(1).max())


def test_the_roc_curve_is_thinned_and_looks_the_same() -> None:
    y, probability = predictions(4_000)
    found = roc(y, probability)
    all_x, all_y, _ = skm.roc_curve(y, probability)
    x, points = np.array(found.false_positive_rate), np.array(found.true_positive_rate)
    assert len(x) == 150 < len(all_x)
    assert (x[0], points[0], x[-1], points[-1]) == (0, 0, 1, 1)
    assert found.auc == skm.roc_auc_score(y, probability)
    assert distance_to(x, points, all_x, all_y) < 0.004
    assert found.thresholds[0] is None
    said = probability >= found.thresholds[70]
    assert x[70] == pytest.approx(np.mean(said[y == 0]))
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_precision_recall_curve_is_thinned_and_looks_the_same() -> None:
    y, probability = predictions(4_000)
    found = precision_recall(y, probability)
    all_precision, all_recall, _ = skm.precision_recall_curve(y, probability)
    recall, precision = np.array(found.recall), np.array(found.precision)
    assert len(recall) == 150
    assert (recall[0], precision[0], recall[-1]) == (0, 1, 1)
    assert np.all(np.diff(recall) >= 0)
    assert found.average_precision == skm.average_precision_score(y, probability)
    assert found.base_rate == y.mean()
    # Where recall is small, a single row moves precision far; those spikes must stay.
    assert distance_to(recall, precision, all_recall, all_precision) < 0.006
    said = probability >= found.thresholds[70]
    assert precision[70] == pytest.approx(np.mean(y[said]))
    json.dumps(found.to_dict(), allow_nan=False)


def test_thinning_keeps_corners_and_drops_what_lies_on_a_line() -> None:
    x = np.array([0, 0, 0, 0.25, 0.5, 1])
    y = np.array([0, 0.5, 1, 1, 1, 1])
    assert thinned(x, y).tolist() == [0, 2, 5]
    there_and_back = np.array([0.0, 1.0, 0.0])
    assert thinned(there_and_back, np.zeros(3)).tolist() == [0, 1, 2]


@pytest.mark.parametrize("decimals", [None, 1])
def test_reliability_has_the_library_s_bins_and_wilson_s_intervals(decimals: int | None) -> None:
    y, probability = predictions(605, decimals=decimals)
    found = reliability(y, probability, bins=10)
    share, mean = calibration_curve(y, probability, n_bins=10, strategy="quantile")
    assert [one.share for one in found.bins] == pytest.approx(share.tolist())
    assert [one.probability for one in found.bins] == pytest.approx(mean.tolist())
    count = np.array([one.count for one in found.bins])
    assert count.sum() == found.rows == 605
    if decimals is None:
        assert set(count) <= {60, 61}
    z = 1.959963984540054
    centre = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    assert [one.low for one in found.bins] == pytest.approx(np.maximum(centre - half, 0), abs=1e-9)
    assert [one.high for one in found.bins] == pytest.approx(np.minimum(centre + half, 1), abs=1e-9)
    error = (np.abs(share - mean) * count).sum() / 605
    assert found.expected_calibration_error == pytest.approx(error)
    assert found.brier == pytest.approx(np.mean((probability - y) ** 2))
    json.dumps(found.to_dict(), allow_nan=False)


def test_one_probability_for_all_rows_is_one_bin() -> None:
    y = np.array([0, 0, 0, 1])
    found = reliability(y, np.full(4, 0.25))
    assert [(one.count, one.share, one.probability) for one in found.bins] == [(4, 0.25, 0.25)]
    assert found.expected_calibration_error == 0
