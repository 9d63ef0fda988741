"""The queue of presentations. Each service is one transaction.

A place is stored when something first happens to the queue; before that, everyone
stands in it as they joined. Verbs hold the Dojo's lock, so that one talk is current
at most.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from classrooms.exceptions import NotNow
from classrooms.models import Dojo, Phase, Seat
from classrooms.models.agenda import PhaseKind
from classrooms.topics import PARTICIPANTS, TALKS
from experiments.models import Experiment, JuryGrade, Takeaway, Talk
from live.models import touch


# --- Reading --------------------------------------------------------------------------
@dataclass(frozen=True)
class TalkQueue:
    """Everyone's place, in order, and how long each may speak."""

    dojo: Dojo
    talks: tuple[Talk, ...]
    phase: Phase | None

    @property
    def current(self) -> Talk | None:
        return next((talk for talk in self.talks if talk.is_current), None)

    @property
    def waiting(self) -> list[Talk]:
        return [talk for talk in self.talks if talk.is_waiting]

    @property
    def following(self) -> Talk | None:
        return next(iter(self.waiting), None)

    @property
    def previous(self) -> Talk | None:
        """The talk that was given last."""
        given = [talk for talk in self.talks if talk.is_over]
        return max(given, key=lambda talk: (talk.ended_at, talk.position), default=None)

    @property
    def time_each(self) -> timedelta | None:
        """The phase's time, shared by those who are there; None where nothing is planned."""
        people = sum(not talk.is_skipped for talk in self.talks)
        return self.phase.duration / people if self.phase and people else None

    @property
    def minutes_each(self) -> float | None:
        return self.time_each.total_seconds() / 60 if self.time_each else None

    def milliseconds_left(self, now: datetime | None = None) -> int | None:
        """Of the current talk; negative once it runs over."""
        talk = self.current
        if talk is None or talk.started_at is None or self.time_each is None:
            return None
        left = self.time_each - ((now or timezone.now()) - talk.started_at)
        return round(left.total_seconds() * 1000)


def talks_of(dojo: Dojo) -> list[Talk]:
    """Everyone's place in order; those that nobody needed yet are not stored."""
    stored = list(Talk.objects.filter(seat__dojo=dojo))
    people = {seat.pk: seat for seat in dojo.seats.participants()}
    for seat in people.values():
        seat.dojo = dojo
    found = [talk for talk in stored if talk.seat_id in people]
    for talk in found:
        talk.seat = people.pop(talk.seat_id)
    last = max((talk.position for talk in stored), default=0)
    return found + [
        Talk(seat=seat, position=place)
        for place, seat in enumerate(people.values(), start=last + 1)
    ]


def talk_queue(dojo: Dojo) -> TalkQueue:
    """The queue with the phase that gives it its time, in three queries."""
    phases = dojo.phases.filter(kind=PhaseKind.PRESENTATION)
    return TalkQueue(dojo, tuple(talks_of(dojo)), phases.last())


# --- Moving on --------------------------------------------------------------------------
def _locked(dojo: Dojo) -> list[Talk]:
    """The queue, every place stored, for this transaction alone."""
    Dojo.objects.select_for_update(no_key=True).get(pk=dojo.pk)
    talks = talks_of(dojo)
    Talk.objects.bulk_create([talk for talk in talks if talk.pk is None])
    return talks


def _find(talks: list[Talk], seat: Seat) -> Talk:
    """Their place.

    Raises:
        NotNow: they have none among these.
    """
    talk = next((talk for talk in talks if talk.seat_id == seat.pk), None)
    if talk is None:
        raise NotNow
    return talk


def _set_times(talk: Talk, started_at: datetime | None, ended_at: datetime | None) -> None:
    talk.started_at, talk.ended_at = started_at, ended_at
    talk.save(update_fields=["started_at", "ended_at"])


def _begin(talks: list[Talk], talk: Talk) -> None:
    """Let this one speak; who spoke has finished."""
    now = timezone.now()
    for other in talks:
        if other.is_current and other is not talk:
            _set_times(other, other.started_at, now)
    _set_times(talk, now, None)


def _announce(dojo: Dojo) -> None:
    touch(dojo.pk, TALKS, PARTICIPANTS)


@transaction.atomic
def begin_next_talk(dojo: Dojo) -> None:
    """End the current talk, if any, and begin the first that waits.

    Raises:
        NotNow: nobody waits, or the Dojo has not started.
    """
    talks = _locked(dojo)
    waiting = [talk for talk in talks if talk.is_waiting]
    if not waiting or not dojo.has_started:
        raise NotNow
    _begin(talks, waiting[0])
    _announce(dojo)


@transaction.atomic
def begin_talk(dojo: Dojo, seat: Seat) -> None:
    """Let this participant speak now, whatever their place.

    Raises:
        NotNow: they speak already, or the Dojo has not started.
    """
    talks = _locked(dojo)
    talk = _find(talks, seat)
    if talk.is_current or not dojo.has_started:
        raise NotNow
    _begin(talks, talk)
    _announce(dojo)


@transaction.atomic
def end_talk(dojo: Dojo) -> None:
    """End the current talk; nobody speaks until the next begins.

    Raises:
        NotNow: nobody speaks.
    """
    current = next((talk for talk in _locked(dojo) if talk.is_current), None)
    if current is None:
        raise NotNow
    _set_times(current, current.started_at, timezone.now())
    _announce(dojo)


@transaction.atomic
def reopen_previous_talk(dojo: Dojo) -> None:
    """Go back: the talk that was given last goes on; who spoke meanwhile waits again.

    Raises:
        NotNow: nobody has finished a talk.
    """
    talks = _locked(dojo)
    previous = TalkQueue(dojo, tuple(talks), None).previous
    if previous is None:
        raise NotNow
    for talk in talks:
        if talk.is_current:
            _set_times(talk, None, None)
    _set_times(previous, previous.started_at, None)
    _announce(dojo)


@transaction.atomic
def skip_talk(dojo: Dojo, seat: Seat) -> None:
    """Pass over who is absent, even where they were called already.

    Raises:
        NotNow: they have given their talk, or were skipped.
    """
    talk = _find(_locked(dojo), seat)
    if not (talk.is_waiting or talk.is_current):
        raise NotNow
    _set_times(talk, None, timezone.now())
    _announce(dojo)


@transaction.atomic
def call_again(dojo: Dojo, seat: Seat) -> None:
    """Who was skipped is there: they wait at their place again.

    Raises:
        NotNow: they were not skipped.
    """
    talk = _find(_locked(dojo), seat)
    if not talk.is_skipped:
        raise NotNow
    _set_times(talk, None, None)
    _announce(dojo)


# --- The order --------------------------------------------------------------------------
@transaction.atomic
def move_talk(dojo: Dojo, seat: Seat, *, by: int) -> None:
    """Change places with who waits before (`by` −1) or after (`by` 1).

    Raises:
        NotNow: they do not wait, or nobody waits there.
    """
    waiting = [talk for talk in _locked(dojo) if talk.is_waiting]
    talk = _find(waiting, seat)
    place = waiting.index(talk) + by
    if not 0 <= place < len(waiting):
        raise NotNow
    other = waiting[place]
    talk.position, other.position = other.position, talk.position
    Talk.objects.bulk_update([talk, other], ["position"])
    _announce(dojo)


@transaction.atomic
def shuffle_talks(dojo: Dojo) -> None:
    """Put those who wait in an order that nobody chose."""
    waiting = [talk for talk in _locked(dojo) if talk.is_waiting]
    places = [talk.position for talk in waiting]
    random.SystemRandom().shuffle(places)
    for talk, place in zip(waiting, places, strict=True):
        talk.position = place
    Talk.objects.bulk_update(waiting, ["position"])
    _announce(dojo)


@transaction.atomic
def stored_talk(seat: Seat) -> Talk:
    """A participant's talk, at the place in the queue that it has from now on."""
    return _find(_locked(seat.dojo), seat)


# --- What is on a talk --------------------------------------------------------------------
@transaction.atomic
def save_learnings(
    seat: Seat,
    *,
    learned: str,
    next_step: str,
    best: Experiment | None,
    most_instructive: Experiment | None,
) -> Talk:
    """Keep what a participant presents; without a choice the product chooses.

    Raises:
        NotNow: the Dojo has ended.
    """
    dojo = seat.dojo
    if dojo.has_ended:
        raise NotNow
    talk = _find(_locked(dojo), seat)
    talk.learned, talk.next_step = learned, next_step
    talk.best, talk.most_instructive = best, most_instructive
    talk.save(update_fields=["learned", "next_step", "best", "most_instructive"])
    Seat.objects.filter(pk=seat.pk).update(active_at=timezone.now())
    touch(dojo.pk, seat.topic, PARTICIPANTS, *([TALKS] if talk.is_current else []))
    return talk


@transaction.atomic
def leave_takeaway(talk: Talk, author: Seat, text: str) -> None:
    """Tell a presenter what one learned from them; an empty text takes it back.

    Only the presenter's topic is touched, which facilitators hear too: nobody else reads it.

    Raises:
        NotNow: the talk has not begun, or is the author's own.
    """
    if talk.pk is None or not talk.is_public or talk.seat_id == author.pk:
        raise NotNow
    if text:
        Takeaway.objects.update_or_create(talk=talk, author=author, defaults={"text": text})
    else:
        Takeaway.objects.filter(talk=talk, author=author).delete()
    Seat.objects.filter(pk=author.pk).update(active_at=timezone.now())
    touch(author.dojo_id, talk.seat.topic)


@transaction.atomic
def grade_talk(dojo: Dojo, seat: Seat, *, juror: Seat, points: dict[str, int]) -> None:
    """Keep one juror's points, by criterion."""
    talk = _find(_locked(dojo), seat)
    JuryGrade.objects.bulk_create(
        [
            JuryGrade(talk=talk, juror=juror, criterion=criterion, points=given)
            for criterion, given in points.items()
        ],
        update_conflicts=True,
        unique_fields=["talk", "juror", "criterion"],
        update_fields=["points"],
    )
    touch(dojo.pk, seat.topic)
