"""The real product: web and worker processes on the tests' own database and broker."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from tests.assistant.anthropic_server import AnthropicServer
from tests.commands import ROOT, commands

PATIENCE = 120.0
# The same for Playwright: how long a page may wait for the work of a busy machine.
PATIENCE_MS = 1000 * PATIENCE
STOP_SECONDS = 5.0
PROCESSES = {"web", "compute", "io", "scheduler"}


def wait_for(condition: Callable[[], Any], what: str, *, seconds: float = PATIENCE) -> Any:
    """The condition's first true value.

    Raises:
        AssertionError: it did not come true in time; `what` says what was awaited.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:.0f} s for {what}")


def database_url() -> str:
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    host, port = values["HOST"] or "127.0.0.1", values["PORT"] or 5432
    credentials = f"{values['USER']}:{values['PASSWORD']}@" if values["USER"] else ""
    return f"postgres://{credentials}{host}:{port}/{values['NAME']}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Product:
    """Starts and stops processes of the product; each in a process group of its own."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.mails = logs / "mails"
        self.mails.mkdir(exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # The language model behind its coach.
        self.anthropic = AnthropicServer()
        self.environment = os.environ | {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "VAR_DIR": str(settings.VAR_DIR),
            "PYTHONPATH": str(ROOT),
            "PORT": str(self.port),
            "LOG_LEVEL": "WARNING",
            "LEASE_SECONDS": "3",  # how long a killed worker's run stays with it
            # Each mail is a file.
            "EMAIL_URL": f"filemail:///{self.mails}",
            "ANTHROPIC_API_KEY": "test-key",
            "ANTHROPIC_BASE_URL": self.anthropic.url,
            "ASSISTANT_MAX_RETRIES": "0",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start those that do not run yet."""
        for name in names:
            if name in self.processes:
                continue
            log = (self.logs / f"{name}.log").open("ab")
            self.processes[name] = subprocess.Popen(
                commands(self.port)[name],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """kill -9 to the process and all of its children, those that are left."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End all of them: politely, so that they can write what coverage has measured."""
        for process in self.processes.values():
            process.terminate()
        for name, process in list(self.processes.items()):
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=STOP_SECONDS)
            self.kill(name)
        self.anthropic.close()

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as response:  # noqa: S310
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def serve(self) -> None:
        """Start the whole product, unless it runs, and wait until it says that it is ready."""
        if self.processes.keys() >= PROCESSES:
            return
        self.start(*PROCESSES)
        wait_for(self.is_ready, f"/readyz (logs in {self.logs})")
