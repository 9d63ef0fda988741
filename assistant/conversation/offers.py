"""Where to go from an answer of the rules: the page that shows it, entries that come near, help.

Stored with the message as plain data, and told in the language of whoever reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assistant.facts.small_talk import Said
from assistant.retrieval.entries import entries_in
from assistant.retrieval.live import PAGE
from assistant.retrieval.tokens import LANGUAGES
from classrooms.models import Seat
from experiments.analysis.catalogue import VIEWS
from experiments.analysis.page import address_of
from experiments.models import Experiment

LONGEST_REASON = 300
LABELS = {view.slug: view.title for view in VIEWS}


@dataclass(frozen=True)
class Offer:
    """A link, a question to ask by a click, or a raised hand.

    Attributes:
        address: of a link; empty else.
        question: what the click asks, or what the raised hand is about.
    """

    kind: str
    label: str
    address: str = ""
    question: str = ""


def offers_of(said: Said, question: str) -> list[dict[str, Any]]:
    """What an answer offers, to be stored with it."""
    if not said.is_known:
        asks = [{"kind": "ask", "entry": key} for key in said.nearest]
        return [*asks, {"kind": "hand", "about": question[:LONGEST_REASON]}]
    if said.view and said.experiment:
        return [{"kind": "view", "view": said.view, "number": said.experiment.number}]
    return []


def told(stored: Iterable[dict[str, Any]], seat: Seat) -> list[Offer]:
    """The offers as they are shown to this person; what is gone is left out."""
    return [offer for one in stored for offer in _told(one, seat)]


def _told(one: dict[str, Any], seat: Seat) -> Iterator[Offer]:
    if one["kind"] == "ask":
        language = (get_language() or "")[:2]
        entry = entries_in(language if language in LANGUAGES else "en").get(one["entry"])
        if entry:
            yield Offer("ask", entry.title, question=entry.title)
    elif one["kind"] == "view":
        own = Experiment.objects.filter(seat=seat, number=one["number"])
        if experiment := own.select_related("seat__dojo").first():
            label = _("Open #%(number)s") % {"number": experiment.number}
            address = experiment.get_absolute_url()
            if one["view"] != PAGE:
                address = address_of(experiment, one["view"])
                label = f"#{experiment.number}: {LABELS[one['view']]}"
            yield Offer("view", label, address)
    elif one["kind"] == "hand" and not seat.is_facilitator and not seat.dojo.has_ended:
        yield Offer("hand", _("Raise my hand"), question=one["about"])
