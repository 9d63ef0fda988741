"""Names of people in exports: their own, or P01, P02 and so on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy

from classrooms.models import Dojo, Seat
from experiments.exports.record import Record
from experiments.models import ConclusionVersion, Experiment

# A name of one or two letters is found only as it is written: “a” is a word, too.
SHORT = 2
EXPERIMENT_TEXTS = ("claim", "rationale", "analysis", "next_step", "limits")
DOCUMENT_TEXTS = ("title", "introduction", "conclusion")
TALK_TEXTS = ("learned", "next_step")
FRAMING_TEXTS = ("problem", "data", "metric", "baseline")


class RealNames:
    """Everyone keeps their name."""

    def of(self, seat: Seat) -> str:
        return seat.display_name

    def text(self, text: str) -> str:
        """A person's text."""
        return text

    def record(self, record: Record) -> Record:
        return record


class Aliases(RealNames):
    """Participants become P01, P02…, facilitators F01…, in the order in which they came.

    In what people wrote, the names and e-mails of everyone in the Dojo are replaced too.
    """

    def __init__(self, dojo: Dojo) -> None:
        people = list(dojo.seats.prefetch_related("people"))
        participants = [seat for seat in people if not seat.is_facilitator]
        facilitators = [seat for seat in people if seat.is_facilitator]
        self._aliases = _numbered("P", participants) | _numbered("F", facilitators)
        self._known: dict[str, str] = {}
        exact: list[str] = []
        folded: list[str] = []
        for seat in people:
            for word in (seat.display_name, *seat.emails):
                (exact if len(word) <= SHORT else folded).append(word)
                self._known[_key(word)] = self._aliases[seat.pk]
        self._patterns = [_pattern(folded, re.IGNORECASE), _pattern(exact, re.NOFLAG)]

    def of(self, seat: Seat) -> str:
        return self._aliases[seat.pk]

    def text(self, text: str) -> str:
        for pattern in self._patterns:
            text = pattern.sub(lambda found: self._known[_key(found[0])], text)
        return text

    def record(self, record: Record) -> Record:
        """The same record with other names: copies, which nobody saves."""
        seat = copy(record.seat)
        seat.display_name = self.of(record.seat)
        seat.dojo = copy(record.seat.dojo)
        seat.dojo.title = self.text(seat.dojo.title)
        framing = copy(record.framing)
        for name in FRAMING_TEXTS if framing else ():
            setattr(framing, name, self.text(getattr(framing, name)))
        experiments = [self._experiment(one, seat) for one in record.experiments]
        document, talk = copy(record.document), copy(record.talk)
        for name in DOCUMENT_TEXTS:
            setattr(document, name, self.text(getattr(document, name)))
        for name in TALK_TEXTS:
            setattr(talk, name, self.text(getattr(talk, name)))
        talk.slides = {
            key: {name: self.text(v) if isinstance(v, str) else v for name, v in told.items()}
            for key, told in talk.slides.items()
        }
        talk.seat = seat
        # What workers made of it bears names, and so does what was sealed.
        return Record(seat, framing, experiments, document, talk, has_names=False)

    def _experiment(self, experiment: Experiment, seat: Seat) -> Experiment:
        for name in EXPERIMENT_TEXTS:
            setattr(experiment, name, self.text(getattr(experiment, name)))
        for note in experiment.row_notes.all():
            note.text = self.text(note.text)
        for version in experiment.versions.all():
            version.author = None
            for name in ConclusionVersion.TEXTS:
                setattr(version, name, self.text(getattr(version, name)))
        experiment.seat = seat
        return experiment


def _numbered(letter: str, people: Sequence[Seat]) -> dict[int, str]:
    width = max(2, len(str(len(people))))
    return {seat.pk: f"{letter}{n:0{width}d}" for n, seat in enumerate(people, start=1)}


def _key(word: str) -> str:
    return " ".join(word.casefold().split())


def _pattern(words: Sequence[str], flags: re.RegexFlag) -> re.Pattern[str]:
    """Any of these as whole words, the longest first; however many spaces are between."""
    longest_first = sorted(words, key=len, reverse=True)
    either = "|".join(r"\s+".join(map(re.escape, word.split())) for word in longest_first)
    return re.compile(rf"(?<!\w)(?:{either or '(?!)'})(?!\w)", flags)
