"""Weights & Biases: each run by its own client, in a process that ends with it."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from classrooms.models import Dojo
from classrooms.storage import files
from connections.models import Delivery, Tool
from connections.tracking.compute import wandb_script
from connections.tracking.runs import TrackedRun
from connections.tracking.unreachable import Unreachable
from experiments.exports.archives.participant import safe_name, write_entry
from experiments.exports.record import Record
from jobs.models import JobStatus

logger = logging.getLogger(__name__)

SECONDS = 60
CODES = {wandb_script.NOT_INSTALLED: "not_installed", wandb_script.REFUSED: "refused"}
OFFLINE = "offline"
# What is put into a ZIP is not to be as large as a model can be.
MODEL = "model/"


def send_to_wandb(run: TrackedRun, address: str, remote_id: str) -> str:
    """Send a run to the service, or write the offline folder for `wandb sync`; returns its id.

    Args:
        address: the mode, "online" or "offline".

    Raises:
        Unreachable: tell it all again.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "files").mkdir()
        (folder / "run.json").write_text(json.dumps(_told(run)), encoding="utf-8")
        for path, content in run.files.items():
            if address == OFFLINE and path.startswith(MODEL):
                continue
            file = folder / "files" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        _run_script(folder, address)
        if address == OFFLINE:
            _keep(run.key, folder / "wandb")
    return run.key


def _told(run: TrackedRun) -> dict[str, Any]:
    title = safe_name(run.group_name, "dojo")[:80]
    return {
        "init": {
            "project": re.sub(r"[^\w-]", "-", f"{title}-{run.group}"),
            "id": run.key,
            "name": run.name,
            "group": run.tags["participant"],
            "notes": run.description,
        },
        "config": run.parameters | run.tags,
        "summary": run.metrics,
        "exit_code": 0 if run.status == JobStatus.SUCCEEDED else 1,
    }


def _run_script(folder: Path, mode: str) -> None:
    environment = os.environ | {
        "WANDB_MODE": mode,
        "WANDB_DIR": str(folder),
        "WANDB_CACHE_DIR": str(folder / "cache"),
        "WANDB_DATA_DIR": str(folder / "data"),
        "WANDB_ERROR_REPORTING": "false",
    }
    try:
        # Our own script.
        done = subprocess.run(  # noqa: S603  # nosec B603
            [sys.executable, str(wandb_script.__file__), str(folder)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired as late:
        raise Unreachable("unreachable", late) from late
    if done.returncode:
        code = CODES.get(done.returncode, "unreachable")
        raise Unreachable(code, done.stderr[-2000:])


# --- Offline ------------------------------------------------------------------------------
def _stored(key: str) -> str:
    return f"tracking/wandb/{key}.zip"


def _keep(key: str, folder: Path) -> None:
    """Store the run's folder, without the client's own logs, in place of an earlier one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(folder.glob("offline-run-*/**/*")):
            path = file.relative_to(folder)
            if file.is_file() and path.parts[1] != "logs":
                write_entry(archive, path.as_posix(), file.read_bytes())
    files.store(_stored(key), ContentFile(buffer.getvalue()))


def forget(key: str) -> None:
    """Delete what is stored of a run."""
    files.delete(_stored(key))


def stored_runs_of(dojo: Dojo) -> list[str]:
    """Paths in the storage of what is kept of a Dojo's offline runs."""
    told = Delivery.objects.of_dojo(dojo).filter(tool=Tool.WANDB).exclude(remote_id="")
    paths = map(_stored, told.values_list("remote_id", flat=True))
    return [path for path in paths if default_storage.exists(path)]


def offline_runs_of(record: Record) -> dict[str, bytes]:
    """The files of a participant's offline runs, by path."""
    runs = [experiment.run.pk for experiment in record.experiments]
    told = Delivery.objects.filter(run__in=runs, tool=Tool.WANDB, status=JobStatus.SUCCEEDED)
    found: dict[str, bytes] = {}
    for key in told.order_by("run_id").values_list("remote_id", flat=True):
        try:
            stored = files.read(_stored(key))
        except files.Damaged:
            logger.warning("%s is not there, or damaged", _stored(key))
            continue
        with zipfile.ZipFile(io.BytesIO(stored)) as archive:
            found |= {f"wandb/{name}": archive.read(name) for name in archive.namelist()}
    return found
