"""Is everything there that a Dojo needs?"""

import logging
from datetime import timedelta

from django.db import DatabaseError, connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from classrooms.models import WorkerSighting
from config.celery import app

logger = logging.getLogger(__name__)

SEEN_LATELY = timedelta(seconds=30)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("The database does not answer: %s", error)
        return False
    return True


def broker_answers() -> bool:
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
            broker.default_channel  # noqa: B018 (opening the channel is the check)
    except (OperationalError, OSError) as error:
        logger.warning("The broker does not answer: %s", error)
        return False
    return True


def worker_seen_lately() -> bool:
    """A compute worker gave a sign of life within the last half minute."""
    try:
        return WorkerSighting.objects.filter(
            queue="compute", seen_at__gte=timezone.now() - SEEN_LATELY
        ).exists()
    except DatabaseError:
        return False


def check_all() -> dict[str, bool]:
    return {
        "database": database_answers(),
        "broker": broker_answers(),
        "compute worker": worker_seen_lately(),
    }
