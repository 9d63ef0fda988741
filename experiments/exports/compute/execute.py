"""Execute a notebook in its own process. Only workers import this."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings

from classrooms.models import Dataset
from engine.process_settings import THREAD_VARIABLES
from engine.run.fingerprint import library_versions
from experiments.compute.process_memory import participant_csv
from experiments.exports.compute import run_notebook
from jobs.perform import JobFailure, Report

# A killed process ends at once, unless it waits for a disk.
SECONDS_TO_DIE = 10
LOOK_EVERY_SECONDS = 0.5


def execute(notebook: str, dataset: Dataset, report: Report | None = None) -> dict[str, Any]:
    """Run the notebook from top to bottom beside the data, as its owner would.

    Args:
        report: is told which share of its cells has been run.

    Returns:
        How long it took, and with which versions.

    Raises:
        JobFailure: a cell failed, or it took too long.
    """
    with tempfile.TemporaryDirectory(prefix="notebook-") as name:
        folder = Path(name)
        (folder / "notebook.ipynb").write_text(notebook, encoding="utf-8")
        (folder / "data.csv").write_bytes(participant_csv(dataset))
        found = _in_own_process(folder, report)
    if "cell" in found:
        raise JobFailure("notebook_failed", found)
    return found | {"versions": library_versions()}


def _in_own_process(folder: Path, report: Report | None) -> dict[str, Any]:
    """The script's output; whatever happens, none of its processes keeps running."""
    seconds = settings.EXPORT_TIME_LIMIT_SECONDS
    # The notebook has no business with the secrets of this process.
    environment = {"PATH": os.defpath, "HOME": str(folder), "LANG": "C.UTF-8"}
    environment |= dict.fromkeys(THREAD_VARIABLES, "1")
    answer = folder / "answer.json"
    # A file, since a pipe would stay open as long as the kernel has it, too.
    with answer.open("wb") as output:
        # Our own script, in our own interpreter.
        process = subprocess.Popen(  # noqa: S603  # nosec B603
            [sys.executable, run_notebook.__file__, "notebook.ipynb", str(seconds)],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
    try:
        _wait(process, seconds, folder / run_notebook.PROGRESS, report)
    except subprocess.TimeoutExpired as error:
        raise JobFailure("time_limit", {"seconds": seconds}) from error
    finally:
        _kill(process)
    if process.returncode != 0:
        raise JobFailure("notebook_stopped")
    found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return found


def _wait(
    process: subprocess.Popen[bytes], seconds: float, progress: Path, report: Report | None
) -> None:
    """Wait for the script, and pass on what it says of its progress.

    Raises:
        TimeoutExpired: it took longer.
    """
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise subprocess.TimeoutExpired(process.args, seconds)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=min(left, LOOK_EVERY_SECONDS))
        # Half-written, it is read the next time.
        with contextlib.suppress(OSError, ValueError):
            if report:
                report(float(progress.read_text(encoding="utf-8")))


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the script and its kernel, which is in a session of its own."""
    kernels = []
    if process.poll() is None:
        kernels = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        for kernel in kernels:
            with contextlib.suppress(psutil.NoSuchProcess):
                kernel.kill()
    process.wait()
    # A signal is only sent; the folder may go when nobody writes into it any more.
    deadline = time.monotonic() + SECONDS_TO_DIE
    while any(map(_is_alive, kernels)) and time.monotonic() < deadline:
        time.sleep(0.01)


def _is_alive(kernel: psutil.Process) -> bool:
    """Not a zombie either: nobody may be there to reap an orphan, so waiting for it has no end."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return kernel.is_running() and kernel.status() != psutil.STATUS_ZOMBIE
    return False
