"""A circuit breaker: while a service is down, nobody waits for it.

Closed, open, half open (Nygard, Release It!, 2007). One per process: each learns for
itself, within a few calls.
"""

from __future__ import annotations

import threading
import time

FAILURES_TO_OPEN = 3
OPEN_SECONDS = 60.0


class Breaker:
    """Counts failures in a row; open, it lets one call through per `OPEN_SECONDS`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_again_at = 0.0

    def allows_call(self) -> bool:
        """Return whether to call now. While open, a True takes the one trial that is due."""
        with self._lock:
            if self._failures < FAILURES_TO_OPEN:
                return True
            now = time.monotonic()
            if now < self._closed_again_at:
                return False
            self._closed_again_at = now + OPEN_SECONDS
            return True

    def note_success(self) -> None:
        with self._lock:
            self._failures = 0

    def note_failure(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_TO_OPEN:
                self._closed_again_at = time.monotonic() + OPEN_SECONDS
