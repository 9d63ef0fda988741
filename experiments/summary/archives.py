"""The Dojo exports offered on the summary page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from classrooms.models import Dojo
from experiments.models import DojoArchive


@dataclass(frozen=True)
class ArchiveCard:
    """One kind of ZIP, and the one that was asked for, if any.

    Attributes:
        query: of the address that makes it and gives it out.
    """

    title: str
    words: str
    query: str
    archive: DojoArchive | None


def archive_cards(dojo: Dojo) -> list[ArchiveCard]:
    """With names first, then without."""
    found = {one.is_anonymous: one for one in dojo.archives.all()}
    return [
        ArchiveCard(
            _("Everything in one ZIP"),
            _(
                "Everyone's ZIP, the leaderboard, the agenda as it happened, this "
                "summary, and every record with its checksum. The Dojo can be "
                "restored from it on another server."
            ),
            "",
            found.get(False),
        ),
        ArchiveCard(
            _("Same, without names"),
            _("Everyone becomes P01, P02…, also in the texts they wrote; without the records."),
            "?anonymous",
            found.get(True),
        ),
    ]


def is_being_packed(cards: list[ArchiveCard]) -> bool:
    """Whether the page has to ask again."""
    return any(card.archive and card.archive.is_unfinished for card in cards)
