"""The reveal of the holdout scores, row by row, from last to first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classrooms.exceptions import NotNow
from classrooms.models import Dojo, DojoStage
from classrooms.topics import LEADERBOARD, PARTICIPANTS
from engine.judge.checks.check import is_notable_gap
from engine.spec.metrics import METRICS
from experiments.findings.evidence import WEARING_TRIES
from experiments.leaderboard.rows import LeaderboardRow, holdout_scores, leaderboard
from live.models import touch

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
}


@dataclass(frozen=True)
class RevealRow:
    """One participant's test and holdout score.

    Attributes:
        is_revealed: the hidden side is told.
        moved: places gained (positive) or lost on the hidden rows.
        reason: a code of `REASONS`.
    """

    row: LeaderboardRow
    place: int
    is_revealed: bool
    holdout: float | None = None
    hidden_place: int | None = None
    reason: str = ""

    @property
    def moved(self) -> int:
        return self.place - self.hidden_place if self.hidden_place else 0

    @property
    def fallen(self) -> int:
        return -self.moved

    @property
    def words(self) -> str:
        return str(REASONS[self.reason]) % {"tries": self.row.tries} if self.reason else ""


def rows_in_sight(rows: Sequence[RevealRow], places: int) -> Sequence[RevealRow]:
    """Rows that fit on screen: the next to reveal and the latest revealed."""
    told = next((n for n, row in enumerate(rows) if row.is_revealed), len(rows))
    start = max(0, min(told - 1, len(rows) - places))
    return rows[start : start + places]


def reveal_rows(dojo: Dojo) -> list[RevealRow]:
    """Everyone with a score, ranked by the test score; holdout scores as far as revealed.

    Who moved is told with the last of them: before, it would give the others away.
    """
    rows = [row for row in leaderboard(dojo, None).rows if row.run and row.score is not None]
    scores = holdout_scores(dojo, rows)
    hidden = [scores.get(row.run.pk) if row.run else None for row in rows]
    told = len(rows) if dojo.stage.holdout_is_revealed else dojo.stage.revealed_rows
    is_over = told >= len(rows)
    found = []
    for number, (row, score) in enumerate(zip(rows, hidden, strict=True)):
        place = _place(dojo, row.score, [other.score for other in rows])
        if number < len(rows) - told or score is None:
            found.append(RevealRow(row, place, is_revealed=False))
            continue
        found.append(
            RevealRow(
                row,
                place,
                is_revealed=True,
                holdout=score,
                hidden_place=_place(dojo, score, hidden) if is_over else None,
                reason=_reason(row, score, dojo.primary_metric),
            )
        )
    return found


def _place(dojo: Dojo, score: float | None, others: Sequence[float | None]) -> int:
    """1 and the number of those that are better; equal scores share a place."""
    better = METRICS[dojo.primary_metric].is_better
    return 1 + sum(
        other is not None and score is not None and better(other, score) for other in others
    )


def _reason(row: LeaderboardRow, holdout: float, name: str) -> str:
    """Why the holdout score differs from the test score."""
    metric, run = METRICS[name], row.run
    low, high = row.interval or [row.score or 0.0, row.score or 0.0]
    if low <= holdout <= high:
        return "within"
    is_worse = holdout < low if metric.higher_is_better else holdout > high
    if not is_worse:
        return "above"
    gap = run.gaps.get(name) if run else None
    if gap and metric.is_share and is_notable_gap(gap[0]):
        return "overfitted"
    return "worn" if row.tries >= WEARING_TRIES else "below"


@transaction.atomic
def reveal_next(dojo: Dojo) -> None:
    """Reveal the holdout score of the next row from the end; with the last row, all are revealed.

    Raises:
        NotNow: it is all revealed.
    """
    dojo = Dojo.objects.select_for_update().select_related("dataset").get(pk=dojo.pk)
    if dojo.stage.holdout_is_revealed:
        raise NotNow
    if dojo.stage.revealed_rows + 1 >= len(reveal_rows(dojo)):
        reveal_all(dojo)
        return
    DojoStage.objects.filter(dojo=dojo).update(revealed_rows=F("revealed_rows") + 1)
    touch(dojo.pk, LEADERBOARD)


@transaction.atomic
def reveal_all(dojo: Dojo) -> None:
    """Show the scores on the hidden rows to everyone; there is no way back."""
    DojoStage.objects.filter(dojo=dojo, holdout_revealed_at=None).update(
        holdout_revealed_at=timezone.now()
    )
    touch(dojo.pk, LEADERBOARD, PARTICIPANTS)


@transaction.atomic
def freeze(dojo: Dojo) -> bool:
    """From now on participants see the board as it is.

    Returns:
        Whether it moved before.
    """
    moving = DojoStage.objects.filter(dojo=dojo, board_frozen_at=None)
    is_news = moving.update(board_frozen_at=timezone.now()) > 0
    touch(dojo.pk, LEADERBOARD)
    return is_news


@transaction.atomic
def unfreeze(dojo: Dojo) -> bool:
    """Let it move again.

    Returns:
        Whether it was frozen before.
    """
    frozen = DojoStage.objects.filter(dojo=dojo, board_frozen_at__isnull=False)
    is_news = frozen.update(board_frozen_at=None) > 0
    touch(dojo.pk, LEADERBOARD)
    return is_news
