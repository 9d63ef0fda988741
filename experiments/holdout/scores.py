"""Scores on the hidden rows, as they are and as they would arrive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from engine.judge.checks.check import is_notable_gap
from engine.spec.metrics import METRICS
from experiments.findings.evidence import WEARING_TRIES
from experiments.models import HoldoutResult, Run

REASONS: dict[str, Promise] = {
    "within": _("The difference is no more than chance explains: confirmed on unseen rows."),
    "worn": _(
        "Below its interval, after %(tries)s experiments: the leaderboard showed the luckiest."
    ),
    "overfitted": _(
        "Below its interval; the training score was already much better than the test score."
    ),
    "below": _(
        "Below its interval: the holdout rows differ, or chance played a larger part "
        "than it seemed."
    ),
    "above": _("Above its interval: the holdout rows were easier, or the model was lucky."),
    "leak": _("It uses a column recorded after the outcome, which isn't there when you predict."),
    "needless": _("It uses a column recorded after the outcome, but does as well without it."),
    "unknown": _(
        "It uses a column recorded after the outcome; its score without it is on its way."
    ),
}


@dataclass(frozen=True)
class HiddenScore:
    """One metric of a run on the hidden rows.

    Attributes:
        production: on the same rows as they would arrive, without marked columns; None while it
            is not known.
        misses_columns: the model reads some of those.
    """

    holdout: float
    production: float | None
    misses_columns: bool = False

    @property
    def falls(self) -> bool:
        """Whether there is something to see between the two."""
        return self.misses_columns and self.production is not None


def hidden_scores(runs: Iterable[Run], metric: str) -> dict[int, HiddenScore]:
    """By run, in one query."""
    keys = [run.pk for run in runs]
    results = HoldoutResult.objects.filter(run__in=keys).defer("predictions")
    found = {one.run_id: one for one in results.select_related("run")}
    scores = Run.objects.filter(pk__in=keys).values_list("pk", "holdout_metrics")
    return {
        pk: _score(values[metric], found.get(pk), metric)
        for pk, values in scores
        if values.get(metric) is not None
    }


def hidden_score_of(run: Run, metric: str) -> HiddenScore | None:
    """Of a run that is loaded with its result; None before there is a score."""
    holdout = run.score("holdout", metric)
    return None if holdout is None else _score(holdout, run.hidden, metric)


def _score(holdout: float, result: HoldoutResult | None, metric: str) -> HiddenScore:
    if result is None:
        return HiddenScore(holdout, None)
    return HiddenScore(holdout, result.production_score(metric), result.misses_columns)


def span_of(scores: Iterable[float | None]) -> tuple[float, float]:
    """Ends of a scale on which these scores are drawn, with some room."""
    known = [score for score in scores if score is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    room = (high - low) * 0.08 or 0.01
    return low - room, high + room


def reason_of(
    run: Run, hidden: HiddenScore, name: str, *, interval: list[float] | None, tries: int
) -> str:
    """Why the score on the hidden rows differs from the test score: a code of `REASONS`.

    Args:
        name: of the metric.
        interval: 95 %, of the test score.
        tries: experiments of the same person.
    """
    metric, test = METRICS[name], run.score("test", name)
    low, high = interval or [test or 0.0, test or 0.0]
    if hidden.misses_columns:
        if hidden.production is None:
            return "unknown"
        worst = low if metric.higher_is_better else high
        return "leak" if metric.is_better(worst, hidden.production) else "needless"
    if low <= hidden.holdout <= high:
        return "within"
    is_worse = hidden.holdout < low if metric.higher_is_better else hidden.holdout > high
    if not is_worse:
        return "above"
    gap = run.gaps.get(name)
    if gap and metric.is_share and is_notable_gap(gap[0]):
        return "overfitted"
    return "worn" if tries >= WEARING_TRIES else "below"


def reason_words(reason: str, *, tries: int) -> str:
    """The reason in a sentence."""
    return str(REASONS[reason]) % {"tries": tries}
