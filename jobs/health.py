"""Check whether the database, the broker, the workers and the scheduler respond."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import current_app
from django.db import Error, connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from jobs.claim import worker_name
from jobs.kinds import Queue
from jobs.models import WorkerHeartbeat

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5
SEEN_LATELY = timedelta(seconds=30)
FORGOTTEN_AFTER = timedelta(days=1)
SCHEDULER = "scheduler"


def record_heartbeat(role: str) -> None:
    """Note that this process responds; a database that is away is only logged.

    Args:
        role: the queue that it serves, or SCHEDULER.
    """
    now = timezone.now()
    try:
        WorkerHeartbeat.objects.update_or_create(
            name=f"{role}@{worker_name()}", defaults={"queue": role, "seen_at": now}
        )
        WorkerHeartbeat.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()
    except Error as error:
        logger.warning("Could not record the heartbeat: %s", error)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        logger.warning("The database does not answer: %s", error)
        return False
    return True


def broker_answers() -> bool:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
            broker.default_channel  # noqa: B018 (opening the channel is the check)
    except (OperationalError, OSError) as error:
        logger.warning("The broker does not answer: %s", error)
        return False
    return True


def seen_lately() -> frozenset[str]:
    """The roles, queues and SCHEDULER, of which a process responded in the last 30 seconds."""
    lately = WorkerHeartbeat.objects.filter(seen_at__gte=timezone.now() - SEEN_LATELY)
    try:
        return frozenset(lately.values_list("queue", flat=True))
    except Error:
        return frozenset()


def worker_seen_lately() -> bool:
    """Whether a compute worker responded in the last 30 seconds."""
    return Queue.COMPUTE in seen_lately()


def check_all() -> dict[str, bool]:
    """What the product needs, by name, and whether it is there."""
    seen = seen_lately()
    return {
        "database": database_answers(),
        "broker": broker_answers(),
        "compute worker": Queue.COMPUTE in seen,
        "io worker": Queue.IO in seen,
        "scheduler": SCHEDULER in seen,
    }
