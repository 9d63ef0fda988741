"""Do as many claims hold on the hidden rows as the reveal says would?

Pairs of models with a known true difference are tested over and over on hidden rows, and claims
about them are judged: that the metric rises, or falls, by what it truly does; that it rises or
falls although the models are equally good; that it stays the same, and does; that it stays the
same although it differs by the whole margin. Beside the shares that hold, are contradicted, or
cannot be told stands the share that the reveal expects. Goals:

- what is expected is within 3 points of what holds, in the mean of every kind of claim and
  metric, and in rooms of 20 claims of all kinds within 3 % of those that would hold;
- what is not true holds in at most 2.5 %, beyond what so many draws may be off by chance;
- what is true is contradicted in at most 2.5 %, where it is larger than the margin.

    python benchmarks/judgement/replication.py [draws]
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.process_settings import set_up_process

set_up_process()

import numpy as np  # noqa: E402

from benchmarks.judgement.verdicts import OFF, PLACES, intervals  # noqa: E402
from engine.judge import power  # noqa: E402
from engine.judge.replication import replicate, tally  # noqa: E402
from engine.judge.verdict import Forecast  # noqa: E402

DRAWS = 2_000
POINTS, SHARE, WRONG = 0.03, 0.03, 0.025
CLAIMS_OF_A_ROOM = 20
# Margins of "no change", as multiples of the reach of an interval.
WIDE = 2.0
# A margin so wide that an effect can be seen, and be too small to matter.
WIDE_MARGIN = 2.5


@dataclass(frozen=True)
class Judged:
    """One kind of claim at one place: shares of the draws.

    Attributes:
        is_true: what was claimed is so.
        expected: the mean chance that the reveal states.
    """

    name: str
    metric: str
    is_true: bool
    holds: float
    contradicted: float
    expected: float


def claims_about(true: float, reach: float) -> Iterator[tuple[str, bool, Forecast, float]]:
    """Name, truth, claim, and the Dojo's margin, of a true difference."""
    if true == 0.0:
        for kind, sign in (("rises", 1), ("falls", -1)):
            yield kind, False, _effect(kind, sign * reach), 0.0
            yield f"{kind}, wide margin", False, _effect(kind, sign * reach), WIDE_MARGIN * reach
    else:
        kind = "rises" if true > 0 else "falls"
        yield kind, True, _effect(kind, true), 0.0
        # Less than matters here: the rows may well say so.
        yield f"{kind}, too small", True, _effect(kind, true), max(abs(true), WIDE_MARGIN * reach)
    own = WIDE * reach if true == 0.0 else abs(true)
    stays = Forecast("stays", 0.0, -own, own, margin=own)
    yield "stays the same", true == 0.0, stays, 0.0


def _effect(kind: str, size: float) -> Forecast:
    ends = sorted((size / 2, 1.5 * size))
    return Forecast("rises" if kind == "rises" else "falls", size, ends[0], ends[1])


def judged(place: int, draws: int) -> list[Judged]:
    """Every claim about every metric at one place."""
    found = []
    for metric, (lows, highs, truth) in intervals(PLACES[place], draws, place).items():
        true = float(truth) if abs(float(truth)) > 1e-12 else 0.0
        pairs = list(zip(lows.tolist(), highs.tolist(), strict=True))
        reach = power.Z_95 * float(np.median((highs - lows) / (2 * power.Z_95)))
        for name, is_true, claim, margin in claims_about(true, reach):
            counted = tally(replicate(pair, claim, margin=margin) for pair in pairs)
            expected = counted.if_all if is_true else counted.if_none
            found.append(
                Judged(
                    name,
                    metric,
                    is_true,
                    counted.holds / counted.count,
                    counted.contradicted / counted.count,
                    expected / counted.count,
                )
            )
    return found


def says_kinds(found: list[Judged], draws: int) -> bool:
    """A line for each kind of claim and metric; whether all keep the goals."""
    together: dict[tuple[str, bool, str], list[Judged]] = defaultdict(list)
    for one in found:
        together[one.name, one.is_true, one.metric].append(one)
    is_met = True
    for (name, is_true, metric), same in sorted(together.items()):
        holds, expected, against = (
            float(np.mean([getattr(one, part) for one in same]))
            for part in ("holds", "expected", "contradicted")
        )
        off = OFF * float((WRONG * (1 - WRONG) / (draws * len(same))) ** 0.5)
        may_be_contradicted = name.endswith("too small")
        wrong = 0.0 if may_be_contradicted else against if is_true else holds
        met = abs(holds - expected) <= POINTS and wrong <= WRONG + off
        is_met &= met
        print(
            f"  {name + (', true' if is_true else ', not true'):44} {metric:18}"
            f" holds {holds:6.1%}  expected {expected:6.1%}  contradicted {against:6.1%}"
            f"   goal {POINTS:.0%} and {WRONG:.1%}: {'met' if met else 'MISSED'}"
        )
    return is_met


def says_rooms(found: list[Judged]) -> bool:
    """Rooms in which all, half, or none of the claims are true."""
    rng, is_met = np.random.default_rng(0), True
    for share in (1.0, 0.5, 0.0):
        holds = expected = 0.0
        for is_true, part in ((True, share), (False, 1 - share)):
            own = [one for one in found if one.is_true == is_true]
            some = rng.choice(len(own), size=2_000)
            weight = part * CLAIMS_OF_A_ROOM
            holds += weight * float(np.mean([own[place].holds for place in some]))
            expected += weight * float(np.mean([own[place].expected for place in some]))
        met = abs(holds - expected) <= max(SHARE * expected, POINTS * CLAIMS_OF_A_ROOM / 4)
        is_met &= met
        print(
            f"  {share:.0%} of {CLAIMS_OF_A_ROOM} are true: {holds:.2f} hold on average,"
            f" {expected:.2f} expected   goal {SHARE:.0%}: {'met' if met else 'MISSED'}"
        )
    return is_met


def main() -> int:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    with ProcessPoolExecutor(2) as pool:
        places = range(len(PLACES))
        parts = pool.map(judged, places, [draws] * len(PLACES))
        found = [one for part in parts for one in part]
    print("kinds of claims")
    is_met = says_kinds(found, draws)
    print("rooms")
    is_met &= says_rooms(found)
    return 0 if is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
