"""A participant's way in one picture: the test score of each experiment with its interval.

Drawn by the server as SVG: it needs no worker, no script and no library, so it is there
at once on a page, on the projector and on paper.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.pages.run_page import RunPage
from experiments.templatetags.experiments import interval, score

WIDTH, HEIGHT = 640.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 14.0, 14.0, 34.0
TICKS = 4
LABELS = 15


@dataclass(frozen=True)
class Mark:
    """One experiment; places are strings, because a page would write 1,5 in French."""

    number: int
    x: str
    score: str
    interval: str = ""
    y: str = ""
    low: str = ""
    high: str = ""
    is_best: bool = False
    failed: bool = False
    is_labelled: bool = True


@dataclass(frozen=True)
class ProgressChart:
    """Marks, the axis and the success threshold, in the units of the picture."""

    metric: str
    marks: tuple[Mark, ...]
    line: str
    ticks: tuple[tuple[str, str], ...]
    threshold: str
    threshold_label: str
    width: str = f"{WIDTH:.0f}"
    height: str = f"{HEIGHT:.0f}"
    left: str = f"{LEFT:.0f}"
    right: str = f"{WIDTH - RIGHT:.0f}"
    floor: str = f"{HEIGHT - BOTTOM:.0f}"
    labels_at: str = f"{HEIGHT - BOTTOM + 20:.0f}"
    ticks_at: str = f"{LEFT - 8:.0f}"


def progress_chart(
    results: Sequence[RunPage], best: RunPage | None, *, threshold: float
) -> ProgressChart | None:
    """The picture of a participant's experiments, first to last.

    Args:
        results: those that have ended; failures have a mark at the foot.
        threshold: from which score on it is a success.

    Returns:
        None where no experiment has a score.
    """
    known = [value for result in results for value in _values(result)]
    if not known:
        return None
    primary = results[0].primary
    scale = _Scale.over([*known, threshold], is_share=primary.is_share)
    every = math.ceil(len(results) / LABELS)
    best_pk = best.experiment.pk if best else None
    step = (WIDTH - LEFT - RIGHT) / len(results)
    marks = tuple(
        _mark(
            result,
            x=f"{LEFT + step * (place + 0.5):.1f}",
            scale=scale,
            is_best=result.experiment.pk == best_pk,
            is_labelled=place % every == 0,
        )
        for place, result in enumerate(results)
    )
    return ProgressChart(
        metric=results[0].primary_label,
        marks=marks,
        line=" ".join(f"{mark.x},{mark.y}" for mark in marks if mark.y),
        ticks=tuple((scale.y(value), score(value, scale.decimals)) for value in scale.ticks),
        threshold=scale.y(threshold),
        threshold_label=score(threshold, 2),
    )


def _values(result: RunPage) -> list[float]:
    row = result.primary_row
    if row is None or row.test is None:
        return []
    return [row.test, *(row.interval or [])]


def _mark(result: RunPage, *, x: str, scale: _Scale, is_best: bool, is_labelled: bool) -> Mark:
    row, number = result.primary_row, result.experiment.number
    if row is None or row.test is None:
        return Mark(number, x, score(None), failed=True, is_labelled=is_labelled)
    low, high = row.interval or (row.test, row.test)
    return Mark(
        number=number,
        x=x,
        score=score(row.test),
        interval=interval(row.interval),
        y=scale.y(row.test),
        low=scale.y(low),
        high=scale.y(high),
        is_best=is_best,
        is_labelled=is_labelled,
    )


@dataclass(frozen=True)
class _Scale:
    """Scores to heights."""

    lowest: float
    highest: float
    step: float

    @classmethod
    def over(cls, values: Sequence[float], *, is_share: bool) -> _Scale:
        """Around all these values, between round numbers; no share is drawn above 1."""
        low, high = min(values), max(values)
        rough = max((high - low) / TICKS, 0.005)
        magnitude = 10 ** math.floor(math.log10(rough))
        step = next(size * magnitude for size in (1, 2, 5, 10) if rough <= size * magnitude)
        lowest, highest = math.floor(low / step) * step, math.ceil(high / step) * step
        if is_share and high <= 1:
            highest = min(highest, 1.0)
        return cls(lowest, max(highest, lowest + step), step)

    @property
    def decimals(self) -> int:
        return max(0, -math.floor(math.log10(self.step)))

    @property
    def ticks(self) -> list[float]:
        count = math.floor((self.highest - self.lowest) / self.step + 1e-9)
        return [self.lowest + self.step * place for place in range(count + 1)]

    def y(self, value: float) -> str:
        share = (value - self.lowest) / (self.highest - self.lowest)
        return f"{HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP):.1f}"
