"""The rows of the leaderboard, as a given person may see them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from classrooms.knowledge import knows_hidden_scores
from classrooms.models import Dojo, Seat
from classrooms.models.rules import Visibility
from engine.spec.metrics import METRICS
from experiments.holdout.scores import HiddenScore, hidden_scores
from experiments.leaderboard.entries import entry_of, leaking_of
from experiments.leaderboard.luck import RoomLuck, luck_of
from experiments.leaderboard.rigour import Rigour, rigour_of
from experiments.leaderboard.words import OBJECTIONS
from experiments.models import Experiment, LeaderboardSnapshot, Run
from experiments.participants.table import ParticipantRow, participant_rows


@dataclass
class LeaderboardRow:
    """A participant's score on the primary metric, with the run and the number of experiments
    behind it.

    Attributes:
        experiment: what they have submitted (`entries`).
        score: None where it does not rank.
        is_chosen: they have kept it; otherwise it stands in for what they will choose.
        objection: code of why it does not rank; else empty.
        rank: 1 and the number of those who are better beyond chance; None without a score.
        tied: how many others cannot be told from them; None where it is not known (yet).
        leads: its score leads by more than luck alone would give.
        hidden: the same run on the hidden rows; None until it is revealed.
        leaking: the best-scored experiment of theirs that uses a marked column, submitted or not.
    """

    seat: Seat | None
    tries: int = 0
    experiment: Experiment | None = None
    score: float | None = None
    is_chosen: bool = False
    objection: str = ""
    interval: list[float] | None = None
    hidden: HiddenScore | None = None
    leaking: Experiment | None = None
    rank: int | None = None
    tied: int | None = None
    leads: bool = False
    reaches_threshold: bool = False
    is_baseline: bool = False
    is_own: bool = False
    shows_name: bool = True
    rigour: Rigour | None = None

    @property
    def run(self) -> Run | None:
        return self.experiment.run if self.experiment else None

    @property
    def holdout(self) -> float | None:
        return self.hidden.holdout if self.hidden else None

    @property
    def name(self) -> str:
        return self.seat.display_name if self.seat and self.shows_name else ""

    @property
    def why_not(self) -> str:
        """Why it does not rank, in words; no column is named."""
        return str(OBJECTIONS[self.objection]) if self.objection else ""

    @property
    def is_simulated(self) -> bool:
        return bool(self.seat and self.seat.simulated_as)


@dataclass(frozen=True)
class Board:
    """The leaderboard as one person, or the audience, sees it.

    Attributes:
        rows: with a line where a model that ignores the features stands.
        rigour: the same people by how properly they experiment.
        left_out: how many are not among the rows, for want of space.
        luck: how large a lead luck alone would give; None where it is not told.
    """

    dojo: Dojo
    rows: list[LeaderboardRow]
    rigour: list[LeaderboardRow]
    is_frozen: bool
    span: tuple[float, float] = field(default=(0.0, 1.0))
    left_out: int = 0
    luck: RoomLuck | None = None

    def top(self, places: int) -> Board:
        """The first ones, with the baseline's line, for a screen that nobody scrolls."""
        people = [row for row in self.rows if not row.is_baseline]
        first = people[:places]
        rows = [row for row in self.rows if row.is_baseline or row in first]
        return replace(
            self, rows=rows, rigour=self.rigour[:places], left_out=len(people) - len(first)
        )

    @property
    def counts_leaders(self) -> bool:
        """Whether how many lead by more than luck is anybody's business here."""
        return not self.is_hidden and not self.dojo.is_solo

    @property
    def is_hidden(self) -> bool:
        """Whether other participants are left out."""
        return self.dojo.rules.visibility == Visibility.NOTHING


def leaderboard(dojo: Dojo, viewer: Seat | None) -> Board:
    """The leaderboard for a person; None is the audience, which sees what participants see.

    Whose names are withheld comes without them, so no template can leak them.
    """
    sees_all = viewer is not None and viewer.is_facilitator and not dojo.is_solo
    until = dojo.stage.board_frozen_at if not sees_all else None
    snapshot = (
        LeaderboardSnapshot.objects.filter(dojo=dojo).defer(*LeaderboardSnapshot.KEPT).first()
    )
    ranks = snapshot.content.get("ranks", {}) if snapshot else {}
    luck = None if _is_newer(snapshot, until) else luck_of(dojo, snapshot)
    shows_names = sees_all or dojo.rules.visibility == Visibility.NAMES
    # By name, or in an order that says nothing: neither who came first nor who needs help.
    people = sorted(
        participant_rows(dojo),
        key=lambda row: row.seat.display_name.casefold() if shows_names else row.seat.public_id,
    )
    rows = [_row(dojo, person, until) for person in people]
    ranked = _ranked(dojo, rows, ranks)
    if knows_hidden_scores(dojo):
        runs = [row.run for row in ranked if row.run and row.score is not None]
        hidden = hidden_scores(runs, dojo.primary_metric)
        for row in ranked:
            row.hidden = hidden.get(row.run.pk) if row.run else None
    for row in ranked:
        row.leads = luck is not None and row.seat is not None and row.seat.pk in luck.leaders
        row.is_own = viewer is not None and row.seat == viewer
        row.shows_name = shows_names or row.is_own
    if dojo.rules.visibility == Visibility.NOTHING and not sees_all:
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
        luck=luck,
    )


def _is_newer(snapshot: LeaderboardSnapshot | None, until: datetime | None) -> bool:
    """Whether a frozen board would tell of what came later."""
    if snapshot is None or until is None:
        return False
    return snapshot.started_at is None or snapshot.started_at > until


def _row(dojo: Dojo, person: ParticipantRow, until: datetime | None) -> LeaderboardRow:
    """A person's row: what they have submitted."""
    metric = METRICS[dojo.primary_metric]
    experiments = [e for e in person.experiments if until is None or e.submitted_at <= until]
    counted = {experiment.pk for experiment in experiments}
    entry = entry_of(experiments, metric.name, until)
    row = LeaderboardRow(
        person.seat,
        tries=len(experiments),
        experiment=entry.experiment,
        is_chosen=entry.is_chosen,
        objection=entry.objection,
        leaking=leaking_of(experiments, metric.name, until),
        rigour=rigour_of(experiments, [f for f in person.findings if f.experiment.pk in counted]),
    )
    if entry.ranked:
        run = entry.ranked.run
        row.score, row.interval = run.score("test", metric.name), run.intervals.get(metric.name)
        row.reaches_threshold = row.score is not None and not metric.is_better(
            dojo.success_threshold, row.score
        )
    return row


def _ranked(dojo: Dojo, rows: list[LeaderboardRow], ranks: dict[str, Any]) -> list[LeaderboardRow]:
    """By score; ties beyond chance where every row's run has been compared."""
    metric = METRICS[dojo.primary_metric]
    scored = [row for row in rows if row.score is not None]
    scored.sort(key=lambda row: row.score or 0.0, reverse=metric.higher_is_better)
    compared = {person: found for person, found in ranks.items() if _is_of(found, person, scored)}
    is_complete = len(compared) == len(scored)
    for place, row in enumerate(scored, start=1):
        previous = scored[place - 2] if place > 1 else None
        row.rank = previous.rank if previous and previous.score == row.score else place
        if is_complete and row.seat:
            found = compared[str(row.seat.pk)]
            row.rank, row.tied = found["rank"], found["tied"]
    if is_complete:
        scored.sort(key=lambda row: row.rank or 0)
    return scored + [row for row in rows if row.score is None]


def _is_of(found: dict[str, int], person: str, rows: list[LeaderboardRow]) -> bool:
    """Return whether a computed rank belongs to the run that the leaderboard shows."""
    return any(
        row.seat is not None
        and str(row.seat.pk) == person
        and row.run is not None
        and row.run.pk == found["run"]
        for row in rows
    )


def _with_baseline(dojo: Dojo, rows: list[LeaderboardRow]) -> list[LeaderboardRow]:
    """The rows with a line for the dummy score."""
    score = dojo.dataset.baseline_metrics.get("test", {}).get(dojo.primary_metric)
    if score is None:
        return rows
    line = LeaderboardRow(None, score=score, is_baseline=True)
    if knows_hidden_scores(dojo):
        holdout = dojo.dataset.baseline_metrics.get("holdout", {}).get(dojo.primary_metric)
        line.hidden = None if holdout is None else HiddenScore(holdout, holdout)
    metric = METRICS[dojo.primary_metric]
    place = sum(row.score is not None and not metric.is_better(score, row.score) for row in rows)
    return [*rows[:place], line, *rows[place:]]


def _span(rows: list[LeaderboardRow]) -> tuple[float, float]:
    """Between which scores the intervals are drawn."""
    ends = [end for row in rows for end in (row.interval or ([row.score] if row.score else []))]
    if not ends:
        return (0.0, 1.0)
    low, high = min(ends), max(ends)
    margin = (high - low) * 0.05 or 0.01
    return (low - margin, high + margin)
