"""Ask a worker to recompute the ranking when a run ends or a rule changes."""

from __future__ import annotations

from django.db import transaction

from classrooms.models import Dojo
from experiments.models import LeaderboardSnapshot
from jobs.enqueue import wake_workers
from jobs.models import FINISHED


@transaction.atomic
def request_leaderboard(dojo: Dojo) -> None:
    """Queue them, unless they are queued or being computed.

    The row is locked: a worker that is finishing them at this moment has either seen what
    changed, or they are queued once more.
    """
    locked = LeaderboardSnapshot.objects.select_for_update().defer(*LeaderboardSnapshot.KEPT)
    snapshot, is_new = locked.get_or_create(dojo=dojo, defaults={"share_key": dojo.pk})
    ended = LeaderboardSnapshot.objects.filter(pk=snapshot.pk, status__in=FINISHED)
    if ended.requeue() or is_new:
        wake_workers(LeaderboardSnapshot)
