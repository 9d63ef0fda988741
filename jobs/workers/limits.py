"""Time limits of jobs. They differ between the kinds of one queue, as Celery's own cannot."""

from __future__ import annotations

import faulthandler
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Seconds in which a process may tidy up once its time is up.
HARD_LIMIT_AFTER = 15
STDERR = 2


class TimeUp(BaseException):
    """The job's time is up. No `except Exception` of a library may swallow it."""


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise TimeUp in the block after so many seconds.

    A process that is stuck in native code cannot raise it: that one is ended a little later,
    and the sweeper ends its job. Threads cannot be interrupted; their work has timeouts of its
    own, and the sweeper again.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signal_number: int, frame: Any) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, stop)
    # Its watchdog needs no interpreter lock, and shows where the process was stuck.
    faulthandler.dump_traceback_later(seconds + HARD_LIMIT_AFTER, exit=True, file=STDERR)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)
