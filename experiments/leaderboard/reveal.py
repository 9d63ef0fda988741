"""The reveal of the hidden rows: which claims hold, then the scores, row by row from the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from classrooms.exceptions import NotNow
from classrooms.models import Dojo, DojoStage
from classrooms.topics import LEADERBOARD, PARTICIPANTS
from engine.spec.metrics import METRICS
from experiments.holdout.claims import has_claims
from experiments.holdout.requests import request_missing
from experiments.holdout.scores import (
    HiddenScore,
    hidden_scores,
    reason_of,
    reason_words,
    span_of,
)
from experiments.leaderboard.rows import LeaderboardRow, leaderboard
from live.models import touch

WHOLE = ("dataset", "rules", "stage")


@dataclass(frozen=True)
class RevealRow:
    """One run's test and holdout score.

    Attributes:
        place: None of a run that uses a marked column, which ranks nowhere.
        is_revealed: the hidden side is told.
        is_latest: it is the one that was told last.
        moved: places gained (positive) or lost on the hidden rows.
        reason: a code of `experiments.holdout.scores.REASONS`.
        span: ends of the scale on which all rows are drawn.
    """

    row: LeaderboardRow
    place: int | None
    is_revealed: bool
    is_latest: bool = False
    hidden: HiddenScore | None = None
    hidden_place: int | None = None
    reason: str = ""
    span: tuple[float, float] = (0.0, 1.0)

    @property
    def holdout(self) -> float | None:
        return self.hidden.holdout if self.hidden else None

    @property
    def moved(self) -> int:
        return self.place - self.hidden_place if self.place and self.hidden_place else 0

    @property
    def fallen(self) -> int:
        return -self.moved

    @property
    def words(self) -> str:
        return reason_words(self.reason, tries=self.row.tries) if self.reason else ""


def rows_in_sight(rows: Sequence[RevealRow], places: int) -> Sequence[RevealRow]:
    """Rows that fit on screen: the next to reveal and the latest revealed."""
    told = next((n for n, row in enumerate(rows) if row.is_revealed), len(rows))
    start = max(0, min(told - 1, len(rows) - places))
    return rows[start : start + places]


def reveal_rows(dojo: Dojo) -> list[RevealRow]:
    """Everyone with a score, ranked by the test score; then of each person the best run that uses a
    marked column. Holdout scores as far as revealed.

    Who moved is told with the last of them: before, it would give the others away.
    """
    metric, board = dojo.primary_metric, leaderboard(dojo, None).rows
    ranked = [row for row in board if row.run and row.score is not None]
    rows = [*ranked, *_leaking(board, metric)]
    runs = {place: row.run for place, row in enumerate(rows) if row.run}
    scores = hidden_scores(runs.values(), metric)
    hidden = [scores.get(run.pk) for run in runs.values()]
    holdout = [one.holdout if one else None for one in hidden[: len(ranked)]]
    told = len(rows) if dojo.stage.holdout_is_revealed else dojo.stage.revealed_rows
    is_over, first = told >= len(rows), len(rows) - told
    drawn = [value for one in hidden[first:] if one for value in (one.holdout, one.production)]
    span = span_of([*(row.score for row in rows[first:]), *drawn])
    found = []
    for number, (row, score) in enumerate(zip(rows, hidden, strict=True)):
        is_ranked = number < len(ranked)
        place = _place(dojo, row.score, [one.score for one in ranked]) if is_ranked else None
        if number < first or score is None or row.run is None:
            found.append(RevealRow(row, place, is_revealed=False))
            continue
        moves = is_over and is_ranked
        reason = reason_of(row.run, score, metric, interval=row.interval, tries=row.tries)
        found.append(
            RevealRow(
                row,
                place,
                is_revealed=True,
                is_latest=number == first,
                hidden=score,
                hidden_place=_place(dojo, score.holdout, holdout) if moves else None,
                reason=reason,
                span=span,
            )
        )
    return found


def _leaking(board: Sequence[LeaderboardRow], metric: str) -> list[LeaderboardRow]:
    """Of each person whose run uses a marked column, that one, the best first."""
    rows = [
        replace(
            row,
            experiment=row.leaking,
            score=row.leaking.run.score("test", metric),
            interval=row.leaking.run.intervals.get(metric),
            rank=None,
            objection="marked",
        )
        for row in board
        if row.leaking
    ]
    return sorted(rows, key=lambda row: row.score or 0.0, reverse=METRICS[metric].higher_is_better)


def _place(dojo: Dojo, score: float | None, others: Sequence[float | None]) -> int:
    """1 and the number of those that are better; equal scores share a place."""
    better = METRICS[dojo.primary_metric].is_better
    return 1 + sum(
        other is not None and score is not None and better(other, score) for other in others
    )


@transaction.atomic
def reveal_next(dojo: Dojo) -> None:
    """Reveal which claims hold; after that, the holdout score of the next row from the end. With
    the last row, all are revealed.

    Raises:
        NotNow: it is all revealed.
    """
    dojo = Dojo.objects.select_for_update(of=("self",)).select_related(*WHOLE).get(pk=dojo.pk)
    if dojo.stage.holdout_is_revealed:
        raise NotNow
    if not dojo.stage.claims_are_revealed:
        tells = claims_come_next(dojo)
        _begin(dojo)
        if tells:
            return
    if dojo.stage.revealed_rows + 1 >= len(reveal_rows(dojo)):
        reveal_all(dojo)
        return
    DojoStage.objects.filter(dojo=dojo).update(revealed_rows=F("revealed_rows") + 1)
    request_missing(dojo)
    touch(dojo.pk, LEADERBOARD)


def claims_come_next(dojo: Dojo) -> bool:
    """Whether the next step tells which claims hold."""
    begun = dojo.stage.reveal_has_begun
    return not begun and dojo.rules.tells_claims and has_claims(dojo)


def _begin(dojo: Dojo) -> None:
    """From now on nobody changes what they kept."""
    DojoStage.objects.filter(dojo=dojo, claims_revealed_at=None).update(
        claims_revealed_at=timezone.now()
    )
    request_missing(dojo)
    touch(dojo.pk, LEADERBOARD, PARTICIPANTS)


@transaction.atomic
def reveal_all(dojo: Dojo) -> None:
    """Show claims and the scores on the hidden rows to everyone; there is no way back."""
    _begin(dojo)
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
