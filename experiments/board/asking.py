"""Asking a worker for standings: when a run ends, and when a rule changes what counts."""

from __future__ import annotations

from django.db import transaction

from classrooms.jobs import ring
from classrooms.models import Dojo
from classrooms.models.jobs import FINISHED
from experiments.models import Standings
from experiments.tasks import work_next


@transaction.atomic
def request_standings(dojo: Dojo) -> None:
    """Queue them, unless they wait already; who computes them now looks again at the end."""
    _row, is_new = Standings.objects.get_or_create(dojo=dojo)
    ended = Standings.objects.filter(dojo=dojo, status__in=FINISHED)
    requeued = ended.queue_again()
    if is_new or requeued:
        ring(work_next)
