"""Whether a claim about two runs holds on rows that nobody has seen. No scientific library.

A claim is a forecast difference. It is judged by the rule of the verdicts, on the interval that
the holdout rows give: it *holds* where they show an effect on its side that matters (or no
change), it is *contradicted* where they show that there is none (or one), else they cannot tell.

How many would hold if all were true is the mean power of those rows, as in replications of
published findings (Open Science Collaboration 2015). `benchmarks/judgement/replication.py`
measures whether that many do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.judge.numbers import Interval
from engine.judge.power import NORMAL, Z_95, single_error
from engine.judge.verdict import DECIDED, MISSED, Forecast, verdict_on

# Of a difference that is known, but for rounding.
CERTAIN = 1e-12

Answer = Literal["holds", "contradicted", "cannot_tell"]


@dataclass(frozen=True)
class Replication:
    """What the holdout rows say of one claim.

    Attributes:
        if_true: the chance that these rows show it, if it is as large as was claimed.
        if_not: the same at the border of what it denies: of an effect, if there is none; of no
            change, if there is one as large as the margin.
    """

    answer: Answer
    if_true: float
    if_not: float


@dataclass(frozen=True)
class Tally:
    """What the holdout rows say of several claims.

    Attributes:
        if_all: how many would hold, on average, if all were true.
        if_none: how many at most, on average, if none were.
    """

    holds: int = 0
    contradicted: int = 0
    cannot_tell: int = 0
    if_all: float = 0.0
    if_none: float = 0.0

    @property
    def count(self) -> int:
        return self.holds + self.contradicted + self.cannot_tell


def replicate(interval: Interval, claim: Forecast, *, margin: float) -> Replication:
    """What an interval of holdout rows says of a claim.

    Args:
        interval: 95 %, of the difference on these rows.
        claim: of a kind that is about a difference.
        margin: a smaller difference does not matter in this Dojo.

    Raises:
        ValueError: it is about a score.
    """
    if claim.kind == "score":
        raise ValueError("A score is no claim about a difference.")
    error = single_error(interval)
    return Replication(
        answer=_answer(interval, claim, margin),
        if_true=_chance_to_hold(claim, margin, error, is_true=True),
        if_not=_chance_to_hold(claim, margin, error, is_true=False),
    )


def _answer(interval: Interval, claim: Forecast, margin: float) -> Answer:
    verdict = verdict_on(interval, claim, margin=margin)
    if verdict in MISSED:
        return "contradicted"
    return "holds" if verdict in DECIDED else "cannot_tell"


def _chance_to_hold(claim: Forecast, margin: float, error: float, *, is_true: bool) -> float:
    """That the measured difference falls where the claim holds, for a true one.

    The interval is taken to reach as far to either side as it does here, around a normal
    difference.
    """
    if error < CERTAIN:  # both models predict the same
        return float(is_true)
    reach = Z_95 * error
    if claim.kind == "stays":
        true, room = 0.0 if is_true else claim.margin, claim.margin - reach
        if room <= 0:
            return 0.0
        return NORMAL.cdf((room - true) / error) - NORMAL.cdf((-room - true) / error)
    true = abs(claim.size) if is_true else 0.0
    # Above 0 with its whole interval, and not with all of it within the margin.
    least = max(reach, margin - reach)
    return 1.0 - NORMAL.cdf((least - true) / error)


def tally(replications: Iterable[Replication]) -> Tally:
    """How many hold, are contradicted, or cannot be told; and how many would hold."""
    found = list(replications)
    return Tally(
        holds=_count(found, "holds"),
        contradicted=_count(found, "contradicted"),
        cannot_tell=_count(found, "cannot_tell"),
        if_all=sum(one.if_true for one in found),
        if_none=sum(one.if_not for one in found),
    )


def _count(found: Sequence[Replication], answer: Answer) -> int:
    return sum(one.answer == answer for one in found)
