"""Feedback is written by threads of the io worker: nobody else's work waits for a service."""

from __future__ import annotations

import threading

from django.db import connection

from assistant.reviewing import write_next

AT_A_TIME = 6
_free = threading.BoundedSemaphore(AT_A_TIME)


def wake() -> threading.Thread | None:
    """Let one more thread write what waits; None where enough do already.

    It ends with its process: whatever it had claimed, the sweeper gives to another.
    """
    if not _free.acquire(blocking=False):
        return None
    thread = threading.Thread(target=_write_all, name="feedback", daemon=True)
    thread.start()
    return thread


def _write_all() -> None:
    try:
        while write_next():
            pass
    finally:
        connection.close()
        _free.release()
