"""When a Dojo starts, in local clock time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones


class NoSuchTime(Exception):
    """Clocks are put forward over this time: nobody's clock will show it."""


@dataclass(frozen=True)
class Schedule:
    """A planned start, if any, and the time zone in which it is shown."""

    scheduled_for: datetime | None
    time_zone: str


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """The IANA names of all zones with a place in them, in order."""
    return tuple(sorted(name for name in available_timezones() if "/" in name or name == "UTC"))


def is_zone(name: str) -> bool:
    return name in zone_names()


def local_moment(day: date, clock: time, zone: str) -> datetime:
    """The moment at which clocks in the zone show this; of an hour that comes twice, the first.

    Raises:
        NoSuchTime: clocks in the zone never show it.
    """
    shown = datetime.combine(day, clock)
    moment = shown.replace(tzinfo=ZoneInfo(zone))
    if moment.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != shown:
        raise NoSuchTime
    return moment


def clock_text(moment: datetime, zone: str) -> str:
    """Local clock time in the zone at a moment, such as 14:05."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def local_parts(moment: datetime | None, zone: str) -> tuple[date | None, time | None]:
    """Day and time of a moment as clocks in the zone show them."""
    if moment is None:
        return None, None
    local = moment.astimezone(ZoneInfo(zone))
    return local.date(), local.time().replace(second=0, microsecond=0)
