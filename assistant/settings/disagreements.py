"""Where a language model and the record disagreed in a Dojo, for its facilitators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant.facts.wording import CRITERIA
from assistant.models import Message, Review
from classrooms.knowledge import knows_truths
from classrooms.models import Seat

SHOWN = 20
REASONS: dict[str, str | Promise] = {
    "quote": gettext_lazy("quotes what nobody wrote"),
    "number": gettext_lazy("a number that is not in the record"),
    "claim": gettext_lazy("contradicts what the interval says"),
    "language": gettext_lazy("not in the reader's language"),
    "hidden": gettext_lazy("gives away what participants are to find"),
    "points": gettext_lazy("points that the record does not allow"),
}


@dataclass(frozen=True)
class Disagreement:
    """What the model said and what was wrong with it."""

    said: str
    reason: str


def disagreements_of(seat: Seat) -> list[Disagreement]:
    """The latest of a Dojo, feedback first; what would give away the truths of its data is for who
    may know them."""
    dojo, hides = seat.dojo, not knows_truths(seat)
    reviews = Review.objects.filter(experiment__seat__dojo=dojo).exclude(left_out=[])
    messages = Message.objects.filter(seat__dojo=dojo).exclude(left_out=[])
    stored = chain(
        *reviews.order_by("-pk").values_list("left_out", flat=True)[:SHOWN],
        *messages.order_by("-pk").values_list("left_out", flat=True)[:SHOWN],
    )
    allowed = (one for one in stored if not (hides and one["code"] == "hidden"))
    return list(islice(_told(allowed), SHOWN))


def _told(stored: Iterator[dict[str, Any]]) -> Iterator[Disagreement]:
    for one in stored:
        reason = str(REASONS.get(one["code"], one["code"]))
        if one["code"] == "points":
            said = _("%(criterion)s: %(given)s points, shown %(shown)s") % {
                "criterion": CRITERIA[one["criterion"]],
                "given": "–" if one["given"] is None else one["given"],
                "shown": "–" if one["shown"] is None else one["shown"],
            }
        else:
            said = one["text"]
        yield Disagreement(said, reason)
