"""A few threads that wait for other services, so that the io worker itself never does."""

from __future__ import annotations

import logging
import threading

from django.db import connection

from jobs.kinds import Queue, kinds_of
from jobs.perform import perform_next

logger = logging.getLogger(__name__)

AT_A_TIME = 6
_free = threading.BoundedSemaphore(AT_A_TIME)


def start_thread() -> threading.Thread | None:
    """Let one more thread do what waits; None where enough do already.

    It ends with its process: the sweeper requeues whatever it had claimed.
    """
    if not _free.acquire(blocking=False):
        return None
    thread = threading.Thread(target=_do_all, name="io", daemon=True)
    thread.start()
    return thread


def _do_all() -> None:
    try:
        while perform_next(kinds_of(Queue.IO)):
            pass
    except Exception:
        logger.exception("A thread of the io worker ended; the next message starts another")
    finally:
        connection.close()
        _free.release()
