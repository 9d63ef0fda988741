"""Is what a test can tell said rightly, before the run?

Goals: given the standard error, the stated chance to see an effect is within 3 points of the
simulated one; over the bundled datasets and ten changes of each kind, the announced half-width
is within a factor of 1.5 of the measured one in 80 % of cases; the answer for a page takes
less than 150 ms, which is a ratio to nothing and only printed.

What is announced comes from tables that `--write` makes of these very changes, so for each
dataset those of the other datasets are used, then the median of its own past changes of the
kind, as in a Dojo.

    python benchmarks/judgement/power.py [--write]
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.process_settings import set_up_process

set_up_process()

import numpy as np  # noqa: E402

from benchmarks.judgement.changes_of_each_kind import Measured, measure  # noqa: E402
from benchmarks.judgement.simulated import Population  # noqa: E402
from engine.bundled import BUNDLED  # noqa: E402
from engine.judge import power  # noqa: E402
from engine.judge.kinds import KINDS  # noqa: E402
from engine.judge.uncertainty import cells as counting  # noqa: E402

TABLE = Path(power.__file__).with_name("standard_errors.py")
FACTOR, SHARE, POINTS = 1.5, 0.8, 0.03
DRAWS = 4_000
# Half-widths below this have no width to be a share of.
TINY = 1e-6
HEAD = '''"""Half-widths of paired differences as shares of a score's own, by kind of change.

Written by `python benchmarks/judgement/power.py --write` from changes over the bundled datasets.
Imports no scientific library.
"""

# By kind and metric: low, middle and high of what was measured (deciles 1, 5 and 9).
SHARES: dict[str, dict[str, tuple[float, float, float]]] = {
'''
FOOT = """
# By kind and metric: how far differences lie from 0, in standard errors of a score.
MOVES: dict[str, dict[str, float]] = {
"""


def shares(found: Iterable[Measured], metric: str) -> list[float]:
    return [
        one.paired[metric] / one.reference[metric]
        for one in found
        if one.reference[metric] > TINY and one.paired[metric] > TINY
    ]


def table(found: Sequence[Measured]) -> str:
    """The module with the tables."""
    metrics = [*found[0].paired, "expected_cost"]

    def of(kind: str, metric: str) -> list[Measured]:
        return [one for one in found if one.kind == kind]

    lines = [HEAD]
    for kind in KINDS:
        lines.append(f'    "{kind}": {{\n')
        for metric in metrics:
            # Costs weigh the same cells as accuracy does.
            measured = "accuracy" if metric == "expected_cost" else metric
            ends = np.quantile(shares(of(kind, measured), measured), [0.1, 0.5, 0.9])
            lines.append(f'        "{metric}": ({", ".join(f"{end:.3f}" for end in ends)}),\n')
        lines.append("    },\n")
    lines += ["}\n", FOOT]
    for kind in KINDS:
        lines.append(f'    "{kind}": {{\n')
        for metric in metrics:
            measured = "accuracy" if metric == "expected_cost" else metric
            moved = [
                abs(one.moved[measured]) * power.Z_95 / one.reference[measured]
                for one in of(kind, measured)
                if one.reference[measured] > TINY
            ]
            # Four in five lie within the range of a normal distribution with this deviation.
            lines.append(f'        "{metric}": {np.quantile(moved, 0.8) / power.Z_90:.3f},\n')
        lines.append("    },\n")
    return "".join([*lines, "}\n"])


def announced(found: Sequence[Measured], metric: str) -> list[tuple[float, float]]:
    """Pairs of announced and measured half-widths, as a Dojo on each dataset would meet them."""
    pairs = []
    for key in BUNDLED:
        others = [one for one in found if one.dataset != key]
        for kind in KINDS:
            own = [one for one in found if (one.dataset, one.kind) == (key, kind)]
            usual = statistics.median(shares([o for o in others if o.kind == kind], metric))
            past: list[float] = []
            for one in own:
                if one.paired[metric] <= TINY:
                    continue
                told = usual * one.reference[metric]
                if len(past) >= power.FEWEST_PAST:
                    told = statistics.median(past)
                pairs.append((told, one.paired[metric]))
                past.append(one.paired[metric])
    return pairs


def says_half_widths(found: Sequence[Measured]) -> bool:
    is_met = True
    for metric in ("roc_auc", "accuracy", "recall", "f1"):
        pairs = announced(found, metric)
        good = [max(told / true, true / told) <= FACTOR for told, true in pairs]
        share = sum(good) / len(good)
        met = share >= SHARE
        is_met &= met
        print(
            f"  {metric:20} within a factor of {FACTOR} in {share:.0%} of {len(good)}"
            f"   goal {SHARE:.0%}: {'met' if met else 'MISSED'}"
        )
    return is_met


def says_power(rng: Any) -> bool:
    """Stated against simulated chance to see a difference of accuracy that is there."""
    is_met = True
    for rows, finer in ((500, 1.3), (1_600, 1.15), (1_600, 1.3), (5_000, 1.1)):
        place = Population(rows, 0.3, 0.75, finer)
        first, second = place.models
        y, one, other = place.draw(DRAWS, rng)
        kind = 4 * ~y + 2 * ~(one >= first.cut(0.5)) + ~(other >= second.cut(0.5))
        cells = np.stack([(kind == k).sum(axis=1) for k in range(8)], axis=1).astype(float)
        low, high = counting.paired_interval(counting.accuracy, cells, 0.95)
        effect = float(second.truth(0.5)["accuracy"] - first.truth(0.5)["accuracy"])
        error = float(np.median(high - low)) / 2 / power.Z_95
        seen, stated = float(np.mean(low > 0)), power.chance_to_see(effect, error)
        met = abs(seen - stated) <= POINTS
        is_met &= met
        print(
            f"  n={rows} effect {effect:+.4f}: stated {stated:.1%}, simulated {seen:.1%}"
            f"   goal {POINTS:.0%}: {'met' if met else 'MISSED'}"
        )
    return is_met


def main() -> int:
    print("stated and simulated chance to see an effect")
    is_met = says_power(np.random.default_rng(0))
    with ProcessPoolExecutor(2) as pool:
        found = [one for part in pool.map(measure, BUNDLED) for one in part]
    if "--write" in sys.argv:
        TABLE.write_text(table(found))
    print("announced and measured half-widths")
    is_met &= says_half_widths(found)
    return 0 if is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
