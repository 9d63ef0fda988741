"""The slides of a formal presentation: made from the log, with the presenter's edits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.exceptions import NotNow
from classrooms.models import Seat
from classrooms.topics import TALKS
from experiments.exports.record import Record
from experiments.talks.learnings import Highlight, Learnings, learnings_of
from experiments.talks.services import stored_talk
from live.models import touch

MAX_TITLE = 120
MAX_TEXT = 2000


@dataclass(frozen=True)
class Slide:
    """One slide.

    Attributes:
        key: names it, whatever its title becomes.
        highlight: the experiment whose numbers it shows.
        has_chart: whether it shows the way through all experiments.
    """

    key: str
    title: str
    text: str = ""
    highlight: Highlight | None = None
    has_chart: bool = False
    is_shown: bool = True

    def told(self, stored: dict[str, Any]) -> Slide:
        """The slide with the presenter's edits."""
        return replace(
            self,
            title=stored.get("title", self.title),
            text=stored.get("text", self.text),
            is_shown=stored.get("is_shown", self.is_shown),
        )


@dataclass(frozen=True)
class Deck:
    """All slides of a talk. Made and read in the document's language."""

    record: Record

    @cached_property
    def learnings(self) -> Learnings:
        return learnings_of(self.record.talk, self.record.experiments)

    @cached_property
    def from_log(self) -> tuple[Slide, ...]:
        """The slide as the log has it."""
        return tuple(
            replace(slide, text=slide.text.replace("\r\n", "\n").strip())
            for slide in _slides(self.record, self.learnings)
        )

    @cached_property
    def slides(self) -> tuple[Slide, ...]:
        """The presentation's slides, hidden ones included."""
        stored = self.record.talk.slides
        return tuple(slide.told(stored.get(slide.key, {})) for slide in self.from_log)

    @property
    def shown(self) -> list[Slide]:
        return [slide for slide in self.slides if slide.is_shown]


def _slides(record: Record, learnings: Learnings) -> Iterator[Slide]:
    seat, framing = record.seat, record.framing
    dojo = seat.dojo
    title = record.document.title or dojo.title
    names = [seat.display_name] + ([dojo.title] if title != dojo.title else [])
    yield Slide("title", title, "\n".join(names))
    if framing:
        yield Slide("problem", _("The problem"), f"{framing.problem}\n\n{framing.data}")
        yield Slide("baseline", _("The score to beat"), f"{framing.metric}\n\n{framing.baseline}")
    yield Slide("tried", _("What I tried"), has_chart=True)
    for place, (name, highlight) in enumerate(learnings.highlights):
        key = "best" if place == 0 else "instructive"
        yield Slide(key, name, highlight.experiment.analysis.strip(), highlight=highlight)
    if errors := _errors(learnings):
        yield Slide("errors", _("Where it is wrong"), errors)
    yield Slide("learned", _("What I learned"), learnings.learned)
    yield Slide("next", _("What I would do next"), learnings.next_step)


def _errors(learnings: Learnings) -> str:
    """Limits of the best experiment, and what was noted of its errors."""
    if learnings.best is None:
        return ""
    best = learnings.best.experiment
    notes = [
        _("Row %(row)s: %(note)s") % {"row": note.row, "note": note.text}
        for note in best.row_notes.all()
    ]
    return "\n".join([*([best.limits.strip()] if best.limits.strip() else []), *notes])[:MAX_TEXT]


# --- Changing them -------------------------------------------------------------------------
@transaction.atomic
def save_slides(seat: Seat, deck: Deck, told: dict[str, dict[str, Any]]) -> None:
    """Store what differs from the log; the rest keeps following it.

    Args:
        told: title, text and is_shown by key of the slide.

    Raises:
        NotNow: the Dojo has ended.
    """
    if seat.dojo.has_ended:
        raise NotNow
    changed = {
        slide.key: {
            name: value
            for name, value in told.get(slide.key, {}).items()
            if value != getattr(slide, name)
        }
        for slide in deck.from_log
    }
    kept = {key: values for key, values in changed.items() if values}
    talk = stored_talk(seat)
    talk.slides = kept
    talk.save(update_fields=["slides"])
    touch(seat.dojo_id, seat.topic, *([TALKS] if talk.is_current else []))
