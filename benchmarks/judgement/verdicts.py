"""How often is a verdict wrong?

Pairs of models with a known true difference are tested over and over, and each verdict that
cannot be true is counted. Goals, beyond what so many draws may be off by chance:

- two models that are equally good: "there is an effect" in at most 2.5 % for each side;
- a true difference as large as the margin: "equivalent" and "too small to matter" in at most
  2.5 %, and so is "refuted" of a forecast that nothing changes;
- a true rise: "opposite" in at most 2.5 %;
- a loss as large as a guardrail allows: "held" and "broken" in at most 2.5 % each.

    python benchmarks/judgement/verdicts.py [draws]
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.process_settings import set_up_process

set_up_process()

import numpy as np  # noqa: E402

from benchmarks.judgement.coverage import area, auc_tallies, stretched  # noqa: E402
from benchmarks.judgement.simulated import COSTS, Population  # noqa: E402
from engine.judge.uncertainty import cells as counting  # noqa: E402
from engine.judge.verdict import Forecast, guardrail, verdict_on  # noqa: E402
from engine.spec.metrics import METRICS  # noqa: E402

DRAWS = 4_000
GOAL = 0.025
# Errors of the simulation itself that a mean may be off by, and a single one of hundreds.
OFF, OFF_ALONE = 2.5, 4.0
EFFECTS = ("as_forecast", "smaller", "larger")
# Equally good models, and a finer second one.
PLACES = tuple(
    Population(rows, prevalence, auc, finer)
    for rows, prevalence, auc in (
        (200, 0.4, 0.75),
        (500, 0.1, 0.9),
        (1_600, 0.22, 0.8),
        (5_000, 0.05, 0.9),
    )
    for finer in (1.0, 1.2)
)


def intervals(place: Population, draws: int, seed: int) -> dict[str, tuple[np.ndarray, ...]]:
    """Of each metric both ends of every drawn difference, and the true one."""
    rng = np.random.default_rng(seed)
    first, second = place.models
    y, one, other = place.draw(draws, rng)
    cuts = (first.tuned, second.tuned)
    kind = 4 * ~y + 2 * ~(one >= first.cut(cuts[0])) + ~(other >= second.cut(cuts[1]))
    cells = np.stack([(kind == k).sum(axis=1) for k in range(8)], axis=1).astype(float)
    truths = (first.truth(cuts[0]), second.truth(cuts[1]))
    found = {}
    for metric, formula in counting.formulas(COSTS).items():
        before, after = counting.sides(cells)
        ends = counting.paired_interval(formula, cells, 0.95)
        low, high = stretched(ends, formula(after) - formula(before))
        found[metric] = (low, high, np.array(truths[1][metric] - truths[0][metric]))
    drawn = [area(*row) for row in zip(y, one, other, strict=True)]
    pair = auc_tallies(place, place.name, drawn)[1]
    low, high = pair.ends
    found["roc_auc"] = (low, high, np.array(second.auc - first.auc))
    return found


def wrong_shares(metric: str, low: np.ndarray, high: np.ndarray, true: float) -> dict[str, float]:
    """Of each verdict that the truth excludes, how often it was given."""
    pairs = list(zip(low.tolist(), high.tolist(), strict=True))
    near = 0.02
    found: dict[str, float] = {}

    def share(counted: Counter[str], *names: str) -> float:
        return sum(counted[name] for name in names) / len(pairs)

    rises, falls = (
        Forecast("rises", near, near / 2, 3 * near / 2),
        Forecast("falls", -near, -3 * near / 2, -near / 2),
    )
    if abs(true) < 1e-12:
        for forecast in (rises, falls):
            counted = Counter(verdict_on(pair, forecast, margin=0.0) for pair in pairs)
            found[f"{forecast.kind}: an effect"] = share(counted, *EFFECTS)
            found[f"{forecast.kind}: opposite"] = share(counted, "opposite")
        return found
    margin = abs(true)
    side = rises if true > 0 else falls
    counted = Counter(verdict_on(pair, side, margin=margin) for pair in pairs)
    found["opposite to a true effect"] = share(counted, "opposite")
    found["too small at the margin"] = share(counted, "too_small")
    stays = Forecast("stays", 0.0, -margin, margin, margin=margin)
    counted = Counter(verdict_on(pair, stays, margin=margin) for pair in pairs)
    found["equivalent at the margin"] = share(counted, "equivalent")
    found["refuted at the margin"] = share(counted, "refuted")
    is_better = METRICS[metric].higher_is_better
    # Turned round, the true difference is a loss as large as is allowed.
    lost = [(-b, -a) if (true > 0) == is_better else (a, b) for a, b in pairs]
    guards = Counter(guardrail(pair, margin, higher_is_better=is_better) for pair in lost)
    found["held at its limit"] = share(guards, "held")
    found["broken at its limit"] = share(guards, "broken")
    return found


def main() -> int:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    shares: dict[str, dict[str, list[float]]] = {}
    for seed, place in enumerate(PLACES):
        for metric, (low, high, true) in intervals(place, draws, seed).items():
            for verdict, share in wrong_shares(metric, low, high, float(true)).items():
                shares.setdefault(verdict, {}).setdefault(metric, []).append(share)
    is_met = True
    for verdict, by_metric in sorted(shares.items()):
        for metric, found in by_metric.items():
            is_met &= _report(f"{verdict}, {metric}", found, draws)
    return 0 if is_met else 1


def _report(name: str, found: list[float], draws: int) -> bool:
    """A line; whether the mean over the places keeps the goal, and each place by itself."""
    mean, most = sum(found) / len(found), max(found)
    met = mean <= GOAL + OFF * _error(draws * len(found)) and most <= GOAL + OFF_ALONE * _error(
        draws
    )
    print(
        f"  {name:44} mean {mean:.2%}   most {most:.2%}"
        f"   goal {GOAL:.1%}: {'met' if met else 'MISSED'}"
    )
    return met


def _error(draws: int) -> float:
    """The standard error of a share of the goal's size over so many draws."""
    return float((GOAL * (1 - GOAL) / draws) ** 0.5)


if __name__ == "__main__":
    raise SystemExit(main())
