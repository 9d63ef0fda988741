"""Ways in which parts of a running product come to harm, for `kills.py`."""

from __future__ import annotations

import random
import resource
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

# What distinguishes the command of each process.
WORDS = {"web": "uvicorn", "compute": "compute@%h", "io": "io@%h", "scheduler": "scheduler"}
# For so long a process finds no room for a file of more than so many bytes.
FULL_SECONDS, FULL_BYTES = 3.0, 32 * 1024


@dataclass
class Harm:
    """Harms the product that runs below a supervisor.

    Attributes:
        broker: where messages wait: a folder, or a Redis client.
        lease_seconds: a stopped process comes back after that.
        done: how often each way was taken.
    """

    supervisor: int
    broker: Any
    lease_seconds: float
    draw: random.Random
    done: dict[str, int] = field(default_factory=dict)
    _later: list[threading.Timer] = field(default_factory=list)

    def ways(self) -> dict[str, Callable[[], bool]]:
        """Each returns whether it found something to harm."""
        found: dict[str, Callable[[], bool]] = {
            f"kill {name}": lambda name=name: self._kill(self._parent(name)) for name in WORDS
        }
        found |= {
            "kill a compute child": lambda: self._kill(self._child()),
            "kill a compute child again": lambda: self._kill(self._child()),
            "stop a compute child past its lease": self._stop_and_go_on,
            "stop the scheduler past its lease": lambda: self._stop_and_go_on("scheduler"),
            "a full disk": self._fill_the_disk,
            "empty the broker": self._empty_the_broker,
        }
        from django.db import connection

        if connection.vendor == "postgresql":
            found["terminate PostgreSQL's backends"] = self._terminate_backends
        return found

    def once(self) -> str:
        """Take one of the ways; returns which."""
        ways = self.ways()
        while True:
            name = self.draw.choice(list(ways))
            with suppress(psutil.Error, ProcessLookupError):
                if ways[name]():
                    self.done[name] = self.done.get(name, 0) + 1
                    return name
            time.sleep(0.2)

    def finish(self) -> None:
        """Wait until what was stopped goes on."""
        for timer in self._later:
            timer.join()

    def _parent(self, name: str) -> psutil.Process | None:
        for child in psutil.Process(self.supervisor).children():
            with suppress(psutil.Error):
                if WORDS[name] in child.cmdline():
                    return child
        return None

    def _child(self) -> psutil.Process | None:
        parent = self._parent("compute")
        children = parent.children() if parent else []
        return self.draw.choice(children) if children else None

    def _kill(self, process: psutil.Process | None) -> bool:
        if process is None:
            return False
        process.kill()
        return True

    def _stop_and_go_on(self, name: str = "") -> bool:
        process = self._parent(name) if name else self._child()
        if process is None:
            return False
        process.send_signal(signal.SIGSTOP)
        self._after(self.lease_seconds + 2, lambda: process.send_signal(signal.SIGCONT))
        return True

    def _fill_the_disk(self) -> bool:
        process = self._child()
        if process is None:
            return False
        before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (FULL_BYTES, before[1]))
        self._after(
            FULL_SECONDS, lambda: resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
        )
        return True

    def _empty_the_broker(self) -> bool:
        if isinstance(self.broker, Path):
            for message in self.broker.glob("*.msg"):
                message.unlink(missing_ok=True)
        else:
            self.broker.flushdb()
        return True

    def _terminate_backends(self) -> bool:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        return True

    def _after(self, seconds: float, act: Callable[[], object]) -> None:
        def safely() -> None:
            with suppress(psutil.Error, ProcessLookupError, PermissionError):
                act()

        timer = threading.Timer(seconds, safely)
        timer.start()
        self._later.append(timer)
