"""Where one can go in a Dojo: a row of tabs, and on a phone a few groups of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from classrooms.dojos.reads import Clock
from classrooms.models import Seat


@dataclass(frozen=True)
class Destination:
    """One page.

    Attributes:
        tab: as `dojo_context` names it.
        group: key of `GROUPS`.
    """

    tab: str
    label: str | Promise
    route: str
    group: str

    def address(self, seat: Seat) -> str:
        return reverse(self.route, args=[seat.dojo.public_id])


@dataclass(frozen=True)
class Link:
    """A destination for one reader."""

    tab: str
    label: str | Promise
    address: str
    is_open: bool


@dataclass(frozen=True)
class Group:
    """What is one touch away on a phone, and the pages behind it.

    Attributes:
        icon: a heroicon's name.
    """

    key: str
    label: str | Promise
    icon: str
    links: list[Link]

    @property
    def is_open(self) -> bool:
        return any(link.is_open for link in self.links)

    @property
    def address(self) -> str:
        return self.links[0].address


GROUPS: dict[str, tuple[str | Promise, str]] = {
    "run": (pgettext_lazy("a workshop", "Run"), "presentation-chart-bar"),
    "work": (_("Work"), "beaker"),
    "data": (_("Data"), "table-cells"),
    "room": (_("Room"), "user-group"),
    "coach": (_("Coach"), "chat-bubble-left-right"),
}
DESTINATIONS = (
    Destination("cockpit", _("Cockpit"), "classrooms:cockpit", "run"),
    Destination("prepare", _("Settings"), "classrooms:prepare", "run"),
    Destination("people", _("People"), "classrooms:people", "run"),
    Destination("work", _("My work"), "experiments:workspace", "work"),
    Destination("slides", _("Slides"), "classrooms:slides", "room"),
    Destination("data", _("Data"), "classrooms:data", "data"),
    Destination("leaderboard", _("Leaderboard"), "experiments:leaderboard", "room"),
    Destination("talks", _("Presentations"), "experiments:talks", "room"),
    Destination("summary", _("Summary"), "experiments:summary", "room"),
    Destination("take_home", _("Take home"), "experiments:take_home", "work"),
    Destination("coach", _("Coach"), "assistant:coach", "coach"),
    Destination("help", _("Help"), "classrooms:help", "coach"),
)
OF_WHO_TAKES_PART = frozenset({"work", "take_home", "coach", "help"})
OF_WHO_RUNS_IT = frozenset({"cockpit", "prepare", "people", "summary"})


@dataclass(frozen=True)
class Navigation:
    """Everything that one reader can open, in order."""

    seat: Seat
    clock: Clock
    tab: str

    def at(self, tab: str) -> Navigation:
        """The same from another page."""
        return replace(self, tab=tab)

    @cached_property
    def links(self) -> list[Link]:
        return [
            Link(one.tab, one.label, one.address(self.seat), is_open=one.tab == self.tab)
            for one in self._offered()
        ]

    @cached_property
    def groups(self) -> list[Group]:
        """The same by group, those that hold something."""
        of = {one.tab: one.group for one in DESTINATIONS}
        return [
            Group(key, label, icon, links)
            for key, (label, icon) in GROUPS.items()
            if (links := [link for link in self.links if of[link.tab] == key])
        ]

    @property
    def siblings(self) -> list[Link]:
        """The open group's pages, where there are several."""
        links = next((group.links for group in self.groups if group.is_open), [])
        return links if len(links) > 1 else []

    @property
    def coach_is_open(self) -> bool:
        """The page is the coach's already, so no drawer holds it once more."""
        return self.tab == "coach"

    @property
    def addresses(self) -> set[str]:
        """Of the pages themselves: what lies deeper is none of them."""
        return {link.address for link in self.links}

    def _offered(self) -> Iterator[Destination]:
        seat, dojo = self.seat, self.seat.dojo
        runs_it = seat.is_facilitator and not dojo.is_solo
        for one in DESTINATIONS:
            if one.tab in OF_WHO_TAKES_PART:
                is_offered = seat.participates
            elif one.tab in OF_WHO_RUNS_IT:
                # Who works alone facilitates nobody.
                is_offered = runs_it
            else:
                is_offered = one.tab != "talks" or runs_it or self.clock.shows_presentations
            if is_offered:
                yield one
