"""Limits that all processes share: how often something may happen within a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from posting.models import Tally


@dataclass(frozen=True)
class Limit:
    """So many within a while that begins with the first."""

    most: int
    within: timedelta

    def count(self, key: str) -> timedelta | None:
        """Count one more; how long to pause where there were too many, None where there were not.

        Args:
            key: what is counted, and of whom; 200 characters at most.
        """
        now = timezone.now()
        tally = _counted(key, now, self.within)
        return tally.ends_at - now if tally.count > self.most else None


def _counted(key: str, now: datetime, within: timedelta) -> Tally:
    """The tally with one more in it, begun anew where its while is over."""
    own = Tally.objects.filter(key=key)
    if not own.filter(ends_at__gt=now).update(count=F("count") + 1):
        with transaction.atomic():
            fresh = {"count": 1, "ends_at": now + within}
            if not own.filter(ends_at__lte=now).update(**fresh):
                try:
                    with transaction.atomic():
                        return Tally.objects.create(key=key, **fresh)
                except IntegrityError:
                    # Another process has just begun it.
                    own.update(count=F("count") + 1)
    return own.get()


def seconds_of(pause: timedelta) -> int:
    """As Retry-After has it: whole, and never none."""
    return max(1, round(pause.total_seconds()))
