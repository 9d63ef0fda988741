"""The participants' table: everyone's progress, and who needs help first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from classrooms.conversation.hands import hand_queue
from classrooms.models import Dojo, RaisedHand, Seat
from experiments.findings import (
    Finding,
    Record,
    Setting,
    findings_of,
    most_pressing,
    setting_of,
)
from experiments.findings.reading import folded
from experiments.models import Experiment
from experiments.pages.reads import experiments_of
from experiments.participants.deliverables import (
    Deliverable,
    Progress,
    Work,
    answers_in,
    progress_of,
)
from experiments.participants.memory import Judged, memory
from experiments.submit.rules import simple_models
from jobs.models import JobStatus
from live.models import Topic

# Doing nothing for so long is worth a look.
IDLE = timedelta(minutes=15)


@dataclass
class ParticipantRow:
    """A participant's row in the participants' table."""

    seat: Seat
    setting: Setting
    experiments: list[Experiment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    hand: RaisedHand | None = None
    answers: int = 0

    @property
    def has_framing(self) -> bool:
        return hasattr(self.seat, "framing")

    # --- Their runs -------------------------------------------------------------------
    @property
    def last(self) -> Experiment | None:
        return self.experiments[-1] if self.experiments else None

    @cached_property
    def scored(self) -> Experiment | None:
        """The latest experiment with a score."""
        return next((e for e in reversed(self.experiments) if e.run.has_succeeded), None)

    @property
    def score(self) -> float | None:
        return self.scored.run.score("test", self.setting.metric.name) if self.scored else None

    @property
    def interval(self) -> list[float] | None:
        return self.scored.run.intervals.get(self.setting.metric.name) if self.scored else None

    @cached_property
    def statuses(self) -> Counter[str]:
        return Counter(run.status for e in self.experiments for run in e.runs.all())

    @property
    def running(self) -> int:
        return self.statuses[JobStatus.RUNNING]

    @property
    def queued(self) -> int:
        return self.statuses[JobStatus.QUEUED]

    @property
    def failures(self) -> int:
        """Number of latest runs that failed in a row; cancelled runs are not failures."""
        count = 0
        for experiment in reversed(self.experiments):
            if experiment.run.status not in (JobStatus.FAILED, JobStatus.TIMED_OUT):
                break
            count += 1
        return count

    @property
    def closed(self) -> int:
        return sum(experiment.is_closed for experiment in self.experiments)

    # --- How they do ------------------------------------------------------------------
    def judge(self) -> None:
        """Let the rules look at the record."""
        record = Record(self.setting, tuple(self.experiments), self.has_framing)
        self.findings = findings_of(record)

    @cached_property
    def pressing(self) -> list[Finding]:
        return most_pressing(self.findings)

    @property
    def issues(self) -> list[Finding]:
        return [finding for finding in self.pressing if finding.is_issue]

    @property
    def notices(self) -> list[Finding]:
        return [finding for finding in self.pressing if not finding.is_issue]

    @property
    def notice_labels(self) -> str:
        return ", ".join(str(finding.label) for finding in self.notices)

    @cached_property
    def progress(self) -> Progress:
        seat = self.seat
        work = Work(
            simple_models=simple_models(self.setting.dojo.rules.allowed_models),
            answers=self.answers,
            has_framing=self.has_framing,
            experiments=self.experiments,
            is_final=hasattr(seat, "documentation") and seat.documentation.is_final,
            has_presented=hasattr(seat, "talk") and seat.talk.is_over,
        )
        return progress_of(self.setting.dojo, self.setting.phases, work)

    @property
    def deliverable(self) -> Deliverable | None:
        """That of the current phase."""
        return self.progress.current

    @property
    def idle(self) -> timedelta:
        """Time without activity, counted while the Dojo runs."""
        dojo = self.setting.dojo
        if not dojo.is_running:
            return timedelta()
        began = max(self.seat.active_at, dojo.started_at or self.seat.active_at)
        return max(self.setting.now - began, timedelta())

    @property
    def idle_minutes(self) -> int:
        return int(self.idle.total_seconds() // 60)

    @property
    def is_idle(self) -> bool:
        return self.idle >= IDLE

    @property
    def needs_help(self) -> bool:
        return bool(self.hand or self.issues or self.failures or self.is_idle)

    @property
    def urgency(self) -> tuple[bool, datetime, int, int, int, int, datetime, int]:
        """Sorts who needs help first: hands by waiting time, then issues, failures, idleness;
        else as they came."""
        return (
            self.hand is None,
            self.hand.raised_at if self.hand else self.setting.now,
            -len(self.issues),
            -len(self.notices),
            -self.failures,
            -self.idle_minutes,
            self.seat.joined_at,
            self.seat.pk,
        )


def participant_rows(
    dojo: Dojo, now: datetime | None = None, *, names_columns: bool = False
) -> list[ParticipantRow]:
    """One row per participant, who needs help first.

    Args:
        names_columns: findings name columns that participants are to find.
    """
    versions = dict(Topic.objects.filter(channel=dojo.pk).values_list("name", "version"))
    setting = setting_of(dojo, now or timezone.now(), names_columns=names_columns)
    answers = answers_in(dojo)
    hands = {hand.seat_id: hand for hand in hand_queue(dojo)}
    rows = [
        ParticipantRow(seat, setting, hand=hands.get(seat.pk), answers=answers.get(seat.pk, 0))
        for seat in _people(dojo)
    ]
    _judge(rows, setting, versions)
    return sorted(rows, key=lambda row: row.urgency)


def _judge(rows: list[ParticipantRow], setting: Setting, versions: dict[str, int]) -> None:
    """Give each row its experiments and findings; only who changed is read and judged again.

    Whatever changes a record announces it on its participant's own topic.
    """
    states = {row.seat.pk: (versions.get(row.seat.topic), setting.state) for row in rows}
    changed = []
    for row in rows:
        known = memory.recall(row.seat.public_id, states[row.seat.pk])
        if known:
            row.experiments, row.findings = known.experiments, known.findings
        else:
            changed.append(row)
    _read_experiments(changed)
    for row in changed:
        row.judge()
        judged = Judged(states[row.seat.pk], row.experiments, row.findings)
        memory.keep(row.seat.public_id, judged)


def _read_experiments(rows: list[ParticipantRow]) -> None:
    """Give each row its experiments. A dataset's description is large: all share the one that
    is read already, and so do experiments the one that they compare to."""
    by_member = {row.seat.pk: row for row in rows}
    experiments = Experiment.objects.filter(seat__in=by_member).with_outcomes()
    seen: dict[int, Experiment] = {}
    for experiment in experiments.order_by("number"):
        row = by_member[experiment.seat_id]
        experiment.seat = row.seat
        if experiment.compared_to_id is not None:
            experiment.compared_to = seen[experiment.compared_to_id]
        seen[experiment.pk] = experiment
        row.experiments.append(experiment)


def _people(dojo: Dojo) -> QuerySet[Seat]:
    """The participants; each knows this very Dojo."""
    return dojo.seats.participants().select_related("framing", "documentation", "talk")


def participant_row(dojo: Dojo, person_id: str, *, names_columns: bool = False) -> ParticipantRow:
    """One participant's row.

    Args:
        names_columns: as in `participant_rows`.

    Raises:
        Http404: nobody of this Dojo's participants has this identifier.
    """
    seat = get_object_or_404(_people(dojo), public_id=person_id)
    row = ParticipantRow(
        seat,
        setting_of(dojo, names_columns=names_columns),
        experiments_of(seat),
        hand=RaisedHand.objects.raised().filter(seat=seat).first(),
        answers=seat.quiz_answers.count(),
    )
    row.judge()
    return row


def matching(
    rows: Sequence[ParticipantRow], *, search: str, only_help: bool
) -> list[ParticipantRow]:
    """Rows of participants who need help, or of everyone, filtered by a part of the name."""
    wanted = folded(search.strip())
    return [
        row
        for row in rows
        if wanted in folded(row.seat.display_name) and (row.needs_help or not only_help)
    ]


@dataclass(frozen=True)
class Total:
    """Number of participants who have a deliverable."""

    deliverable: Deliverable
    done: int
    people: int


def totals(rows: Sequence[ParticipantRow]) -> list[Total]:
    """The group's progress, deliverable by deliverable."""
    columns = zip(*(row.progress.deliverables for row in rows), strict=True)
    return [Total(column[0], sum(one.done for one in column), len(rows)) for column in columns]
