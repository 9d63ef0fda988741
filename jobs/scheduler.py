"""The scheduler: a process that sweeps every few seconds, as long as it holds the lease.

It sweeps itself, without the broker and without a worker: what recovers lost messages and dead
workers depends on neither. Any number of schedulers may run. One holds the lease in the
database; the others stand by.
"""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings
from django.db import Error, close_old_connections, connection

from jobs.claim import worker_name
from jobs.health import HEARTBEAT_SECONDS, SCHEDULER, record_heartbeat
from jobs.models import Lease
from jobs.sweep import sweep

logger = logging.getLogger(__name__)


def run(ended: threading.Event) -> None:
    """Sweep until told to end, then leave the lease to whoever stands by."""
    next_heartbeat = 0.0
    while True:
        close_old_connections()
        if time.monotonic() >= next_heartbeat:
            next_heartbeat = time.monotonic() + HEARTBEAT_SECONDS
            record_heartbeat(SCHEDULER)
        tick()
        if ended.wait(settings.SWEEP_SECONDS):
            break
    try:
        Lease.objects.give_back(SCHEDULER, holder=worker_name())
    except Error as error:
        logger.warning("Could not give the lease back: %s", error)
    connection.close()


def tick() -> bool:
    """One sweep; False where another scheduler holds the lease, or the database is away."""
    try:
        if not Lease.objects.take(SCHEDULER, holder=worker_name()):
            return False
        sweep()
    except Error as error:
        logger.warning("The database does not answer the scheduler: %s", error)
        return False
    return True
