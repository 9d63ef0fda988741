"""The reveal of the holdout: row by row, from the last to the first, with what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classrooms.exceptions import NotNow
from classrooms.models import Dojo
from classrooms.models.live import touch
from classrooms.topics import LEADERBOARD, ROOM
from experiments.board.rows import BoardRow, holdout_scores, leaderboard
from experiments.engine.metrics import METRICS
from experiments.findings.evidence import WEARING_TRIES
from experiments.run_page import NOTABLE_GAP

REASONS: dict[str, Promise] = {
    "within": _("Within what chance explains: the score was honest."),
    "worn": _("Lower than its interval allows, after %(tries)s tries: the luckiest was shown."),
    "overfitted": _("Lower than its interval allows; train looked much better than test already."),
    "below": _("Lower than its interval allows: other rows, or more chance than it seemed."),
    "above": _("Better than its interval allows: these rows were easier, or it was lucky."),
}


@dataclass(frozen=True)
class RevealRow:
    """One participant's public and hidden score.

    Attributes:
        is_revealed: the hidden side is told.
        moved: places gained (positive) or lost on the hidden rows.
        reason: a code of `REASONS`.
    """

    row: BoardRow
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
    """As many as a screen holds: the next to be told, and those told last."""
    told = next((n for n, row in enumerate(rows) if row.is_revealed), len(rows))
    start = max(0, min(told - 1, len(rows) - places))
    return rows[start : start + places]


def reveal_rows(dojo: Dojo) -> list[RevealRow]:
    """Everyone with a score, first to last by the public one; hidden sides as far as told.

    Who moved is told with the last of them: before, it would give the others away.
    """
    rows = [row for row in leaderboard(dojo, None).rows if row.run and row.score is not None]
    scores = holdout_scores(dojo, rows)
    hidden = [scores.get(row.run.pk) if row.run else None for row in rows]
    told = len(rows) if dojo.holdout_is_revealed else dojo.revealed_rows
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


def _reason(row: BoardRow, holdout: float, name: str) -> str:
    """What the step from the public to the hidden score says."""
    metric, run = METRICS[name], row.run
    low, high = row.interval or [row.score or 0.0, row.score or 0.0]
    if low <= holdout <= high:
        return "within"
    is_worse = holdout < low if metric.higher_is_better else holdout > high
    if not is_worse:
        return "above"
    train, test = (run.score(part, name) for part in ("train", "test")) if run else (None, None)
    if train is not None and test is not None and metric.is_share:
        gap = train - test if metric.higher_is_better else test - train
        if gap >= NOTABLE_GAP:
            return "overfitted"
    return "worn" if row.tries >= WEARING_TRIES else "below"


@transaction.atomic
def reveal_next(dojo: Dojo) -> None:
    """Tell the hidden score of the next row from the end; with the last all is revealed.

    Raises:
        NotNow: it is all revealed.
    """
    dojo = Dojo.objects.select_for_update().select_related("dataset").get(pk=dojo.pk)
    if dojo.holdout_is_revealed:
        raise NotNow
    if dojo.revealed_rows + 1 >= len(reveal_rows(dojo)):
        reveal_all(dojo)
        return
    Dojo.objects.filter(pk=dojo.pk).update(revealed_rows=F("revealed_rows") + 1)
    touch(dojo.pk, LEADERBOARD)


@transaction.atomic
def reveal_all(dojo: Dojo) -> None:
    """Show the scores on the hidden rows to everyone; there is no way back."""
    Dojo.objects.filter(pk=dojo.pk, holdout_revealed_at=None).update(
        holdout_revealed_at=timezone.now()
    )
    touch(dojo.pk, LEADERBOARD, ROOM)


@transaction.atomic
def freeze(dojo: Dojo) -> None:
    """From now on participants see the board as it is."""
    Dojo.objects.filter(pk=dojo.pk, board_frozen_at=None).update(board_frozen_at=timezone.now())
    touch(dojo.pk, LEADERBOARD)


@transaction.atomic
def unfreeze(dojo: Dojo) -> None:
    """Let it move again."""
    Dojo.objects.filter(pk=dojo.pk).update(board_frozen_at=None)
    touch(dojo.pk, LEADERBOARD)
