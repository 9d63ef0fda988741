"""The summary of a Dojo: lessons learned, common issues, timing and scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from classrooms.agenda.timetable import Slot, timetable_of
from classrooms.knowledge import knows_claims, knows_hidden_scores
from classrooms.models import Dojo, Phase, Seat
from experiments.exports.archives.aliases import RealNames
from experiments.findings import Finding
from experiments.forecasts.record import ForecastRecord, forecast_record
from experiments.holdout.claims import KeptClaims, kept_claims
from experiments.holdout.scores import HiddenScore, hidden_scores
from experiments.leaderboard.rows import LeaderboardRow, leaderboard
from experiments.models import Experiment, Takeaway, Talk
from experiments.pages.run_page import run_page
from experiments.participants.table import ParticipantRow, participant_rows
from experiments.talks.learnings import learnings_of, score_of


@dataclass(frozen=True)
class CommonIssue:
    """Something that went wrong for several people, and what to ask them."""

    label: str
    question: str
    people: int


def common_issues(rows: Sequence[ParticipantRow]) -> list[CommonIssue]:
    """The issues that the rules found, by how many people they caught."""
    known: dict[str, Finding] = {}
    caught: Counter[str] = Counter()
    for row in rows:
        codes = {finding.code: finding for finding in row.findings if not finding.is_strength}
        known |= codes
        caught.update(codes.keys())
    ordered = sorted(caught.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        CommonIssue(known[code].label, known[code].shared_question, people)
        for code, people in ordered
    ]


@dataclass(frozen=True)
class Person:
    """One participant in numbers, and in their words."""

    name: str
    experiments: int
    failures: int
    concluded: int
    forecasts: ForecastRecord
    first: float | None
    board: LeaderboardRow | None
    learned: str
    has_own_words: bool
    takeaways: tuple[tuple[str, str], ...]

    @property
    def submitted(self) -> float | None:
        """The score of what they have submitted, where it ranks."""
        return self.board.score if self.board else None

    @property
    def why_not(self) -> str:
        """Why it does not rank; empty where it does, or where there is nothing."""
        return self.board.why_not if self.board else ""

    @property
    def interval(self) -> list[float] | None:
        return self.board.interval if self.board else None

    @property
    def holdout(self) -> float | None:
        return self.board.holdout if self.board else None

    @property
    def rank(self) -> int | None:
        return self.board.rank if self.board else None

    @property
    def model(self) -> str:
        experiment = self.board.experiment if self.board else None
        return experiment.model_label if experiment else ""


@dataclass(frozen=True)
class PhaseTime:
    """A phase as it was planned, and as it went. Pauses count for nothing."""

    slot: Slot
    actual: int | None

    @property
    def phase(self) -> Phase:
        return self.slot.phase

    @property
    def planned(self) -> int:
        return self.phase.planned_minutes

    @property
    def difference(self) -> int | None:
        return None if self.actual is None or self.phase.is_current else self.actual - self.planned

    @property
    def began(self) -> datetime | None:
        """In the Dojo's time zone; None where it has not begun."""
        return self.slot.actual[0] if self.slot.actual and self.phase.started_at else None

    @property
    def ended(self) -> datetime | None:
        return (
            self.slot.actual[1] if self.began and self.phase.is_over and self.slot.actual else None
        )


@dataclass(frozen=True)
class Fall:
    """A run that uses a marked column: its score, and what is left of it in production."""

    name: str
    number: int
    test: float | None
    hidden: HiddenScore


@dataclass(frozen=True)
class Summary:
    """Everything that a facilitator keeps of a Dojo.

    Attributes:
        claims: which of them hold on the hidden rows; None before that is told.
        falls: of each person the best run that uses a marked column; none before the reveal.
    """

    dojo: Dojo
    title: str
    people: tuple[Person, ...]
    times: tuple[PhaseTime, ...]
    issues: tuple[CommonIssue, ...]
    baseline: LeaderboardRow | None
    claims: KeptClaims | None = None
    falls: tuple[Fall, ...] = ()

    @property
    def is_provisional(self) -> bool:
        return not self.dojo.has_ended

    @property
    def ranked(self) -> list[Person]:
        """Rows in leaderboard order; those without a score come last."""
        return sorted(self.people, key=lambda person: (person.rank is None, person.rank or 0))

    @property
    def lessons(self) -> list[Person]:
        """Participants with lessons learned."""
        return [person for person in self.people if person.learned or person.takeaways]

    @property
    def experiments(self) -> int:
        return sum(person.experiments for person in self.people)

    @property
    def failures(self) -> int:
        return sum(person.failures for person in self.people)

    @property
    def concluded(self) -> int:
        return sum(person.concluded for person in self.people)

    @property
    def forecasts(self) -> ForecastRecord:
        """Of the whole room."""
        return ForecastRecord(
            tuple(one for person in self.people for one in person.forecasts.scored)
        )

    @property
    def successes(self) -> int:
        return sum(bool(person.board and person.board.reaches_threshold) for person in self.people)

    @property
    def planned_minutes(self) -> int:
        return sum(time.planned for time in self.times)

    @property
    def actual_minutes(self) -> int:
        return sum(time.actual or 0 for time in self.times)


def summary_of(dojo: Dojo, viewer: Seat, names: RealNames | None = None) -> Summary:
    """The summary for a facilitator, in a constant number of queries.

    Args:
        names: what people are called in it; by their names where it is None.
    """
    names = names or RealNames()
    rows = sorted(participant_rows(dojo), key=lambda row: (row.seat.joined_at, row.seat.pk))
    board = leaderboard(dojo, viewer).rows
    by_member = {row.seat.pk: row for row in board if row.seat}
    words: dict[int, list[tuple[str, str]]] = {}
    for takeaway in Takeaway.objects.filter(talk__seat__dojo=dojo).select_related("talk", "author"):
        said = (names.text(takeaway.text), names.of(takeaway.author))
        words.setdefault(takeaway.talk.seat_id, []).append(said)
    people = tuple(
        _person(
            row,
            by_member.get(row.seat.pk),
            tuple(words.get(row.seat.pk, ())),
            names,
        )
        for row in rows
    )
    return Summary(
        dojo=dojo,
        title=names.text(dojo.title),
        people=people,
        times=phase_times(dojo),
        issues=tuple(common_issues(rows)),
        baseline=next((row for row in board if row.is_baseline), None),
        claims=kept_claims(dojo) if knows_claims(dojo) else None,
        falls=_falls(dojo, board, names) if knows_hidden_scores(dojo) else (),
    )


def _falls(dojo: Dojo, board: Sequence[LeaderboardRow], names: RealNames) -> tuple[Fall, ...]:
    metric = dojo.primary_metric
    found = [(row.seat, row.leaking) for row in board if row.seat and row.leaking]
    hidden = hidden_scores([experiment.run for _seat, experiment in found], metric)
    return tuple(
        Fall(
            names.of(seat),
            experiment.number,
            experiment.run.score("test", metric),
            hidden[experiment.run.pk],
        )
        for seat, experiment in found
        if experiment.run.pk in hidden
    )


def phase_times(dojo: Dojo) -> tuple[PhaseTime, ...]:
    """The agenda as it went."""
    slots = timetable_of(dojo, tuple(dojo.phases.all())).slots
    return tuple(
        PhaseTime(slot, round(slot.phase.elapsed().total_seconds() / 60))
        if slot.phase.started_at
        else PhaseTime(slot, None)
        for slot in slots
    )


def _person(
    row: ParticipantRow,
    board: LeaderboardRow | None,
    takeaways: tuple[tuple[str, str], ...],
    names: RealNames,
) -> Person:
    seat = row.seat
    talk = seat.talk if hasattr(seat, "talk") else Talk(seat=seat)
    return Person(
        name=names.of(seat),
        experiments=len(row.experiments),
        failures=sum(experiment.run.has_failed for experiment in row.experiments),
        concluded=row.closed,
        forecasts=forecast_record(row.experiments),
        first=_first_score(row.experiments),
        board=board,
        learned=names.text(learnings_of(talk, row.experiments).learned),
        has_own_words=bool(talk.learned),
        takeaways=takeaways,
    )


def _first_score(experiments: Sequence[Experiment]) -> float | None:
    scores = (score_of(run_page(experiment)) for experiment in experiments)
    return next((found for found in scores if found is not None), None)
