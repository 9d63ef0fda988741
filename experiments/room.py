"""The room: where everyone is, and who needs help first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from classrooms.hands import hand_queue
from classrooms.models import Dojo, Membership, RaisedHand, Topic
from classrooms.models.jobs import JobStatus
from experiments.deliverables import Deliverable, Progress, Work, answers_in, progress_of
from experiments.findings import (
    Finding,
    Record,
    Setting,
    findings_of,
    most_pressing,
    setting_of,
)
from experiments.findings.reading import folded
from experiments.models import Experiment, Run
from experiments.room_memory import Judged, memory
from experiments.selectors import experiments_of

# Doing nothing for so long is worth a look.
IDLE = timedelta(minutes=15)


@dataclass
class RoomRow:
    """What the facilitator sees of one participant."""

    membership: Membership
    setting: Setting
    experiments: list[Experiment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    hand: RaisedHand | None = None
    answers: int = 0

    @property
    def has_framing(self) -> bool:
        return hasattr(self.membership, "framing")

    # --- Their runs -------------------------------------------------------------------
    @property
    def last(self) -> Experiment | None:
        return self.experiments[-1] if self.experiments else None

    @property
    def last_run(self) -> Run | None:
        return self.last.run if self.last else None

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
        """How many of their latest runs failed in a row; what they cancelled is no failure."""
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
        metric = self.membership.framing.metric if self.has_framing else ""
        record = Record(self.setting, tuple(self.experiments), self.has_framing, metric)
        self.findings = findings_of(record)

    @cached_property
    def pressing(self) -> list[Finding]:
        return most_pressing(self.findings)

    @property
    def traps(self) -> list[Finding]:
        return [finding for finding in self.pressing if finding.is_trap]

    @property
    def notices(self) -> list[Finding]:
        return [finding for finding in self.pressing if not finding.is_trap]

    @cached_property
    def progress(self) -> Progress:
        member = self.membership
        work = Work(
            answers=self.answers,
            has_framing=self.has_framing,
            experiments=self.experiments,
            is_final=hasattr(member, "documentation") and member.documentation.is_final,
            has_presented=hasattr(member, "talk") and member.talk.is_over,
        )
        return progress_of(self.setting.dojo, self.setting.phases, work)

    @property
    def deliverable(self) -> Deliverable | None:
        """That of the current phase."""
        return self.progress.current

    @property
    def idle(self) -> timedelta:
        """How long they have done nothing, counted while the Dojo runs."""
        dojo = self.setting.dojo
        if not dojo.is_running:
            return timedelta()
        began = max(self.membership.active_at, dojo.started_at or self.membership.active_at)
        return max(self.setting.now - began, timedelta())

    @property
    def idle_minutes(self) -> int:
        return int(self.idle.total_seconds() // 60)

    @property
    def is_idle(self) -> bool:
        return self.idle >= IDLE

    @property
    def needs_help(self) -> bool:
        return bool(self.hand or self.traps or self.failures or self.is_idle)

    @property
    def urgency(self) -> tuple[bool, datetime, int, int, int, int, datetime, int]:
        """Sorts who needs help first: hands by waiting time, then traps, failures, idleness;
        else as they came."""
        return (
            self.hand is None,
            self.hand.raised_at if self.hand else self.setting.now,
            -len(self.traps),
            -len(self.notices),
            -self.failures,
            -self.idle_minutes,
            self.membership.joined_at,
            self.membership.pk,
        )


def room_rows(dojo: Dojo, now: datetime | None = None) -> list[RoomRow]:
    """One row per participant, who needs help first."""
    versions = dict(Topic.objects.filter(dojo=dojo).values_list("name", "version"))
    setting = setting_of(dojo, now or timezone.now())
    answers = answers_in(dojo)
    hands = {hand.membership_id: hand for hand in hand_queue(dojo)}
    rows = [
        RoomRow(member, setting, hand=hands.get(member.pk), answers=answers.get(member.pk, 0))
        for member in _people(dojo)
    ]
    _judge(rows, setting, versions)
    return sorted(rows, key=lambda row: row.urgency)


def _judge(rows: list[RoomRow], setting: Setting, versions: dict[str, int]) -> None:
    """Give each row its experiments and findings; only who changed is read and judged again.

    Whatever changes a record announces it on its participant's own topic.
    """
    states = {
        row.membership.pk: (versions.get(row.membership.topic), setting.state) for row in rows
    }
    changed = []
    for row in rows:
        known = memory.recall(row.membership.public_id, states[row.membership.pk])
        if known:
            row.experiments, row.findings = known.experiments, known.findings
        else:
            changed.append(row)
    _read_experiments(changed)
    for row in changed:
        row.judge()
        judged = Judged(states[row.membership.pk], row.experiments, row.findings)
        memory.keep(row.membership.public_id, judged)


def _read_experiments(rows: list[RoomRow]) -> None:
    """Give each row its experiments. A dataset's description is large: all share the one that
    is read already, and so do experiments the one that they compare to."""
    by_member = {row.membership.pk: row for row in rows}
    experiments = Experiment.objects.filter(membership__in=by_member).with_outcomes()
    seen: dict[int, Experiment] = {}
    for experiment in experiments.order_by("number"):
        row = by_member[experiment.membership_id]
        experiment.membership = row.membership
        if experiment.compared_to_id is not None:
            experiment.compared_to = seen[experiment.compared_to_id]
        seen[experiment.pk] = experiment
        row.experiments.append(experiment)


def _people(dojo: Dojo) -> QuerySet[Membership]:
    """The participants; each knows this very Dojo."""
    return dojo.memberships.participants().select_related("framing", "documentation", "talk")


def room_row(dojo: Dojo, member_id: str) -> RoomRow:
    """One participant's row.

    Raises:
        Http404: nobody of this Dojo's participants has this identifier.
    """
    member = get_object_or_404(_people(dojo), public_id=member_id)
    row = RoomRow(
        member,
        setting_of(dojo),
        experiments_of(member),
        hand=RaisedHand.objects.raised().filter(membership=member).first(),
        answers=member.quiz_answers.count(),
    )
    row.judge()
    return row


def matching(rows: Sequence[RoomRow], *, search: str, only_help: bool) -> list[RoomRow]:
    """The rows of who needs help, or of everyone, by a part of the name."""
    wanted = folded(search.strip())
    return [
        row
        for row in rows
        if wanted in folded(row.membership.display_name) and (row.needs_help or not only_help)
    ]


@dataclass(frozen=True)
class Total:
    """How many have a deliverable."""

    deliverable: Deliverable
    done: int
    people: int


def totals(rows: Sequence[RoomRow]) -> list[Total]:
    """How far the group is, deliverable by deliverable."""
    columns = zip(*(row.progress.deliverables for row in rows), strict=True)
    return [Total(column[0], sum(one.done for one in column), len(rows)) for column in columns]
