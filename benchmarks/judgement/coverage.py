"""Do the 95 % intervals hold what is true 95 times in 100, and are they no wider than needed?

Test sets are drawn from populations whose metrics are known, and the engine's intervals of
every metric and of every paired difference are counted; beside them those of methods that
were tried, to compare the widths. Goals:

- closed forms (all metrics of the confusion matrix, and ROC AUC), at every place of the grid:
  mean at least 94 %, no cell under 92 %, median width at most 1.25 times that of the narrowest
  tried method that holds in that cell;
- average precision, log loss and Brier score, a dozen cells: mean at least 93.5 %, none under
  90 %; rows that depend on each other, as series and as groups: the same.

    python benchmarks/judgement/coverage.py [draws [draws of the second goal]]
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.process_settings import set_up_process

set_up_process()

import numpy as np  # noqa: E402
from scipy.special import ndtri  # noqa: E402

from benchmarks.judgement import tried  # noqa: E402
from benchmarks.judgement.simulated import COSTS, Population, grouped, series  # noqa: E402
from engine.judge.uncertainty import cells as counting  # noqa: E402
from engine.judge.uncertainty.dependence import INDEPENDENT, Rows  # noqa: E402
from engine.judge.uncertainty.differences import difference  # noqa: E402
from engine.judge.uncertainty.intervals import Judged, metric_names  # noqa: E402
from engine.judge.uncertainty.predictions import Predictions  # noqa: E402
from engine.judge.uncertainty.ranks import Together, auc_interval, paired_interval, ranking, skew_of  # noqa: E402

DRAWS = 2_000
CHUNK = 2_000_000
LEVEL = 0.95
MEAN, LEAST, WIDEST, HOLDS = 0.94, 0.92, 1.25, 0.94
FEW_DRAWS, FEW_MEAN, FEW_LEAST = 300, 0.935, 0.90
CONTINUOUS = ("average_precision", "log_loss", "brier")
ALIKE = 0.5
PROCESSES = 2
ROWS = (100, 200, 500, 1_600, 5_000)
PREVALENCES = (0.02, 0.05, 0.1, 0.22, 0.4)
AUCS = (0.6, 0.75, 0.9, 0.98, 0.998)
FORMULAS = counting.formulas(COSTS)

Ends = tuple[np.ndarray, np.ndarray]


@dataclass
class Tally:
    """Of one cell of the grid and one metric: how often each method held, and how wide it was.

    Attributes:
        ends: of the engine's own method, as added last.
        held, width: by method; the engine's own is "".
    """

    place: str
    metric: str
    ends: Ends = field(init=False, repr=False)
    held: dict[str, list[np.ndarray]] = field(default_factory=lambda: defaultdict(list))
    width: dict[str, list[np.ndarray]] = field(default_factory=lambda: defaultdict(list))

    def add(self, method: str, ends: Ends, truth: float) -> None:
        low, high = ends
        if not method:
            self.ends = ends
        self.held[method].append((low <= truth + 1e-12) & (truth - 1e-12 <= high))
        self.width[method].append(high - low)

    def coverage(self, method: str = "") -> float:
        return float(np.concatenate(self.held[method]).mean())

    def median_width(self, method: str = "") -> float:
        return float(np.median(np.concatenate(self.width[method])))

    @property
    def ratio(self) -> float:
        """The engine's width to that of the narrowest that holds."""
        holding = [
            self.median_width(name)
            for name in self.held
            if self.coverage(name) >= HOLDS and min(map(np.min, self.width[name])) > 0
        ]
        narrowest = min(holding, default=0.0)
        return self.median_width() / narrowest if narrowest else 1.0


def stretched(ends: Ends, estimate: np.ndarray) -> Ends:
    low, high = ends
    return np.minimum(low, estimate), np.maximum(high, estimate)


def count_tallies(
    place: Population, name: str, drawn: np.ndarray, cuts: list[float]
) -> list[Tally]:
    """Of the metrics of the confusion matrix.

    Args:
        drawn: paired cells, shape (draws, 8).
    """
    first, second = place.models
    truths = (first.truth(cuts[0]), second.truth(cuts[1]))
    before, after = counting.sides(drawn)
    found = []
    for metric, formula in FORMULAS.items():
        single = Tally(name, metric)
        values = [formula(side) for side in (before, after)]
        own = [
            stretched(counting.interval(metric, formula, side, LEVEL), value)
            for side, value in zip((before, after), values, strict=True)
        ]
        single.add("", own[0], truths[0][metric])
        for method, ends in tried.single(metric, formula, before).items():
            single.add(method, stretched(ends, values[0]), truths[0][metric])
        pair = Tally(name, f"Δ {metric}")
        true = truths[1][metric] - truths[0][metric]
        ends = counting.paired_interval(formula, drawn, LEVEL)
        pair.add("", stretched(ends, values[1] - values[0]), true)
        for method, other in tried.paired(formula, drawn).items():
            pair.add(method, stretched(other, values[1] - values[0]), true)
        found += [single, pair]
    return found


def auc_tallies(place: Population, name: str, measured: list[tuple[float, ...]]) -> list[Tally]:
    """Of ROC AUC.

    Args:
        measured: of each draw, what `area` returns.
    """
    before, after, var_before, var_after, cov, skew, positives, negatives = np.array(measured).T
    first, second = (model.auc for model in place.models)
    own = [
        stretched(auc_interval(value, positives, negatives, variance, LEVEL), value)
        for value, variance in ((before, var_before), (after, var_after))
    ]
    single, pair = Tally(name, "roc_auc"), Tally(name, "Δ roc_auc")
    single.add("", own[0], first)
    for method, ends in tried.area(before, positives, negatives, var_before).items():
        single.add(method, stretched(ends, before), first)
    together = Together(
        var_before, var_after, cov, skew, positives + negatives, np.minimum(positives, negatives)
    )
    ends = paired_interval((before, *own[0]), (after, *own[1]), together, LEVEL)
    difference = after - before
    pair.add("", stretched(ends, difference), second - first)
    error = np.sqrt(np.maximum(var_before + var_after - 2 * cov, 0))
    z = ndtri(0.975)
    pair.add("DeLong", (difference - z * error, difference + z * error), second - first)
    return [single, pair]


def of_place(task: tuple[Population, int, int]) -> list[Tally]:
    """Every tally of one population."""
    place, draws, seed = task
    rng = np.random.default_rng(seed)
    first, second = place.models
    thresholds = {"0.5": [0.5, 0.5], "tuned": [first.tuned, second.tuned]}
    cells: dict[str, list[np.ndarray]] = {key: [] for key in thresholds}
    measured = []
    step = max(1, CHUNK // place.rows)
    for start in range(0, draws, step):
        y, one, other = place.draw(min(step, draws - start), rng)
        for key, (cut, other_cut) in thresholds.items():
            said, then = one >= first.cut(cut), other >= second.cut(other_cut)
            kind = 4 * ~y + 2 * ~said + 1 * ~then
            cells[key].append(np.stack([(kind == k).sum(axis=1) for k in range(8)], axis=1))
        for classes, before, after in zip(y, one, other, strict=True):
            measured.append(area(classes, before, after))
    name = place.name
    found = auc_tallies(place, name, measured)
    for key, cuts in thresholds.items():
        drawn = np.concatenate(cells[key]).astype(float)
        found += count_tallies(place, f"{name} threshold {key}", drawn, cuts)
    return found


def area(y: np.ndarray, before: np.ndarray, after: np.ndarray) -> tuple[float, ...]:
    """Both areas, their variances and covariance, the skew, and the rows of both classes."""
    one, other = ranking(y, before), ranking(y, after)
    u, v, count = one.auc_influence, other.auc_influence, len(y) ** 2
    positives = float(y.sum())
    return (
        one.auc,
        other.auc,
        float(u @ u) / count,
        float(v @ v) / count,
        float(u @ v) / count,
        skew_of(v - u),
        positives,
        len(y) - positives,
    )


def of_facade(task: tuple[Population, str, int, int]) -> list[Tally]:
    """Every tally of one population through the engine's own door, one test set at a time."""
    place, kind, draws, seed = task
    rng = np.random.default_rng(seed)
    first, second = place.models
    truths = (first.truth(first.tuned), second.truth(second.tuned))
    found: dict[str, Tally] = {}
    for _draw in range(draws):
        rows, drawn = _drawn(place, kind, rng)
        y, *scores = drawn
        if y.all() or not y.any():
            continue
        sides = [
            Judged(
                y.astype(int),
                Predictions(model.probability(score), model.tuned),
                costs=COSTS,
                rows=rows,
            )
            for model, score in zip(place.models, scores, strict=True)
        ]
        for metric in metric_names(COSTS):
            single = sides[0].interval(metric)
            pair = difference(metric, *sides)
            true = truths[1][metric] - truths[0][metric]
            for name, (low, high), value in (
                (metric, single, truths[0][metric]),
                (f"Δ {metric}", pair.interval, true),
            ):
                own = found.setdefault(name, Tally(f"{place.name} {kind}", name))
                own.add("", (np.array([low]), np.array([high])), value)
    return list(found.values())


def _drawn(place: Population, kind: str, rng: Any) -> tuple[Rows, tuple[np.ndarray, ...]]:
    name, *numbers = kind.split()
    if name == "series":
        return Rows("series"), place.draw_along(series(place.rows, float(numbers[0])), rng)
    if name == "groups":
        count, most = map(int, numbers)
        group = np.repeat(np.arange(count), rng.integers(2, most + 1, count))
        return Rows("groups", group), place.draw_along(grouped(group, ALIKE), rng)
    return INDEPENDENT, tuple(part[0] for part in place.draw(1, rng))


def places() -> Iterator[Population]:
    for rows, prevalence, auc in product(ROWS, PREVALENCES, AUCS):
        yield Population(rows, prevalence, auc)


def report(tallies: list[Tally], *, mean: float, least: float, widest: float | None) -> bool:
    """A line for each metric; whether all goals are met."""
    by_metric: dict[str, list[Tally]] = defaultdict(list)
    for tally in tallies:
        by_metric[tally.metric].append(tally)
    is_met = True
    for metric, own in by_metric.items():
        covered = [tally.coverage() for tally in own]
        worst = own[int(np.argmin(covered))]
        good = bool(np.mean(covered) >= mean and min(covered) >= least)
        line = f"{metric:22} mean {np.mean(covered):.1%}   least {min(covered):.1%} ({worst.place})"
        if widest is not None:
            wide = max(own, key=lambda tally: tally.ratio)
            good = good and wide.ratio <= widest
            line += f"   widest {wide.ratio:.2f} ({wide.place})"
        print(f"  {line}   {'met' if good else 'MISSED'}", flush=True)
        is_met = is_met and good
    return is_met


def continuous() -> list[tuple[Population, str]]:
    """A dozen cells for average precision and the losses: where a Dojo's test sets lie."""
    cells = ((100, 0.22), (100, 0.4), (200, 0.1), (200, 0.4), (500, 0.05), (500, 0.22))
    more = ((1_600, 0.02), (1_600, 0.1), (1_600, 0.22), (5_000, 0.02), (5_000, 0.1), (5_000, 0.4))
    return [
        (Population(rows, prevalence, AUCS[1 + number % 3]), "independent")
        for number, (rows, prevalence) in enumerate((*cells, *more))
    ]


def dependent() -> list[tuple[Population, str]]:
    """Series and groups."""
    found = [
        (Population(rows, prevalence, 0.85), f"series {memory}")
        for memory in (0.3, 0.6, 0.9)
        for rows, prevalence in ((1_000, 0.3), (1_600, 0.22), (5_000, 0.1))
    ]
    return found + [
        (Population(count * (most + 2) // 2, prevalence, 0.85), f"groups {count} {most}")
        for count, most, prevalence in (
            (50, 20, 0.3),
            (50, 8, 0.4),
            (100, 20, 0.22),
            (200, 5, 0.3),
            (500, 2, 0.22),
            (500, 20, 0.1),
        )
    ]


def main() -> int:
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    draws, few = (numbers + [DRAWS, FEW_DRAWS][len(numbers) :])[:2]
    tasks = [(place, draws, seed) for seed, place in enumerate(places())]
    with ProcessPoolExecutor(PROCESSES) as pool:
        found = [tally for part in pool.map(of_place, tasks) for tally in part]
        print(f"closed forms, {draws:,} draws in each of {len(found)} cells")
        is_met = report(found, mean=MEAN, least=LEAST, widest=WIDEST)
        for title, cells, names in (
            ("average precision and losses", continuous(), CONTINUOUS),
            ("series and groups", dependent(), None),
        ):
            facade = [(*cell, few, seed) for seed, cell in enumerate(cells)]
            parts = pool.map(of_facade, facade)
            found = [
                tally
                for part in parts
                for tally in part
                if names is None or tally.metric.removeprefix("Δ ") in names
            ]
            print(f"{title}, {few} draws in each of {len(found)} cells")
            is_met &= report(found, mean=FEW_MEAN, least=FEW_LEAST, widest=None)
    return 0 if is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
