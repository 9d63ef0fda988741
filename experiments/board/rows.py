"""The rows of the leaderboard, as somebody may see them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from classrooms.models import Dojo, Membership
from classrooms.models.dojos import Visibility
from experiments.board.rigour import Rigour, rigour_of
from experiments.engine.metrics import METRICS
from experiments.models import Experiment, Run, Standings
from experiments.room import RoomRow, room_rows


@dataclass
class BoardRow:
    """A participant's score on the primary metric, and how they came to it.

    Attributes:
        rank: 1 and the number of those who are better beyond chance; None without a score.
        tied: how many others cannot be told from them; None where it is not known (yet).
        holdout: of the same run; None until it is revealed.
    """

    membership: Membership | None
    tries: int = 0
    experiment: Experiment | None = None
    score: float | None = None
    interval: list[float] | None = None
    holdout: float | None = None
    rank: int | None = None
    tied: int | None = None
    reaches_threshold: bool = False
    is_baseline: bool = False
    is_own: bool = False
    shows_name: bool = True
    rigour: Rigour | None = None

    @property
    def run(self) -> Run | None:
        return self.experiment.run if self.experiment else None

    @property
    def name(self) -> str:
        return self.membership.display_name if self.membership and self.shows_name else ""

    @property
    def is_simulated(self) -> bool:
        return bool(self.membership and self.membership.simulated_as)


@dataclass(frozen=True)
class Board:
    """The leaderboard as one person, or the room, sees it.

    Attributes:
        rows: with a line where a model that ignores the features stands.
        rigour: the same people by how properly they experiment.
        left_out: how many are not among the rows, for want of space.
    """

    dojo: Dojo
    rows: list[BoardRow]
    rigour: list[BoardRow]
    is_frozen: bool
    span: tuple[float, float] = field(default=(0.0, 1.0))
    left_out: int = 0

    def top(self, places: int) -> Board:
        """The first ones, with the baseline's line, for a screen that nobody scrolls."""
        people = [row for row in self.rows if not row.is_baseline]
        first = people[:places]
        rows = [row for row in self.rows if row.is_baseline or row in first]
        return replace(
            self, rows=rows, rigour=self.rigour[:places], left_out=len(people) - len(first)
        )

    @property
    def is_hidden(self) -> bool:
        """Whether others are left out."""
        return self.dojo.visibility == Visibility.NOTHING


def leaderboard(dojo: Dojo, viewer: Membership | None) -> Board:
    """The board for a member; None is the room, which sees what participants see.

    Whose names are withheld comes without them, so no template can leak them.
    """
    sees_all = viewer is not None and viewer.is_facilitator and not dojo.is_solo
    until = dojo.board_frozen_at if not sees_all else None
    standings = Standings.objects.filter(dojo=dojo).first()
    content = standings.content if standings else {}
    shows_names = sees_all or dojo.visibility == Visibility.NAMES
    # By name, or in an order that says nothing: neither who came first nor who needs help.
    people = sorted(
        room_rows(dojo),
        key=lambda row: (
            row.membership.display_name.casefold() if shows_names else row.membership.public_id
        ),
    )
    rows = [_row(dojo, person, until, content.get("ladder", {})) for person in people]
    ranked = _ranked(dojo, rows, content.get("ranks", {}))
    if dojo.holdout_is_revealed:
        hidden = holdout_scores(dojo, ranked)
        for row in ranked:
            row.holdout = hidden.get(row.run.pk) if row.run else None
    for row in ranked:
        row.is_own = viewer is not None and row.membership == viewer
        row.shows_name = shows_names or row.is_own
    if dojo.visibility == Visibility.NOTHING and not sees_all:
        ranked = [row for row in ranked if row.is_own]
    rigour = sorted(
        (row for row in ranked if row.rigour and row.rigour.total is not None),
        key=lambda row: -(row.rigour.total or 0.0) if row.rigour else 0.0,
    )
    return Board(
        dojo,
        _with_baseline(dojo, ranked),
        rigour,
        is_frozen=until is not None,
        span=_span(ranked),
    )


def holdout_scores(dojo: Dojo, rows: list[BoardRow]) -> dict[int, float]:
    """Of the runs that rows show, by run."""
    found = Run.objects.filter(pk__in=[row.run.pk for row in rows if row.run])
    scores = found.values_list("pk", "holdout_metrics")
    metric = dojo.primary_metric
    return {pk: values[metric] for pk, values in scores if values.get(metric) is not None}


def _row(dojo: Dojo, person: RoomRow, until: datetime | None, ladder: dict[str, Any]) -> BoardRow:
    """A person's row: their best run, or the one that the ladder shows."""
    metric = METRICS[dojo.primary_metric]
    experiments = [e for e in person.experiments if until is None or e.submitted_at <= until]
    counted = {experiment.pk for experiment in experiments}
    row = BoardRow(
        person.membership,
        tries=len(experiments),
        rigour=rigour_of(experiments, [f for f in person.findings if f.experiment.pk in counted]),
    )
    climbed = set(ladder.get(str(person.membership.pk), {}).get("shown", ()))
    for experiment in experiments:
        run = experiment.run
        score = run.score("test", metric.name)
        if score is None or (until and (run.finished_at is None or run.finished_at > until)):
            continue
        if dojo.uses_ladder:
            # Until a worker has looked at the others, the first score stands.
            is_shown = row.score is None or run.pk in climbed
        else:
            is_shown = row.score is None or metric.is_better(score, row.score)
        if is_shown:
            row.experiment, row.score = experiment, score
            row.interval = run.intervals.get(metric.name)
            row.reaches_threshold = not metric.is_better(dojo.success_threshold, score)
    return row


def _ranked(dojo: Dojo, rows: list[BoardRow], ranks: dict[str, Any]) -> list[BoardRow]:
    """By score; ties beyond chance where every row's run has been compared."""
    metric = METRICS[dojo.primary_metric]
    scored = [row for row in rows if row.score is not None]
    scored.sort(key=lambda row: row.score or 0.0, reverse=metric.higher_is_better)
    compared = {person: found for person, found in ranks.items() if _is_of(found, person, scored)}
    is_complete = len(compared) == len(scored)
    for place, row in enumerate(scored, start=1):
        previous = scored[place - 2] if place > 1 else None
        row.rank = previous.rank if previous and previous.score == row.score else place
        if is_complete and row.membership:
            found = compared[str(row.membership.pk)]
            row.rank, row.tied = found["rank"], found["tied"]
    if is_complete:
        scored.sort(key=lambda row: row.rank or 0)
    return scored + [row for row in rows if row.score is None]


def _is_of(found: dict[str, int], person: str, rows: list[BoardRow]) -> bool:
    """Whether a computed rank is of the run that the board shows."""
    return any(
        row.membership is not None
        and str(row.membership.pk) == person
        and row.run is not None
        and row.run.pk == found["run"]
        for row in rows
    )


def _with_baseline(dojo: Dojo, rows: list[BoardRow]) -> list[BoardRow]:
    """The rows with a line where a model that ignores the features stands."""
    score = dojo.dataset.baseline_metrics.get("test", {}).get(dojo.primary_metric)
    if score is None:
        return rows
    line = BoardRow(None, score=score, is_baseline=True)
    if dojo.holdout_is_revealed:
        line.holdout = dojo.dataset.baseline_metrics.get("holdout", {}).get(dojo.primary_metric)
    metric = METRICS[dojo.primary_metric]
    place = sum(row.score is not None and not metric.is_better(score, row.score) for row in rows)
    return [*rows[:place], line, *rows[place:]]


def _span(rows: list[BoardRow]) -> tuple[float, float]:
    """Between which scores the intervals are drawn."""
    ends = [end for row in rows for end in (row.interval or ([row.score] if row.score else []))]
    if not ends:
        return (0.0, 1.0)
    low, high = min(ends), max(ends)
    margin = (high - low) * 0.05 or 0.01
    return (low - margin, high + margin)
