"""Runs as the folder that `mlflow ui` opens, for who has no server.

The layout is that of MLflow's file store; the same runs give the same bytes.
"""

from __future__ import annotations

import hashlib
import uuid
import zlib
from datetime import datetime
from typing import Any

import yaml
from django.template.loader import render_to_string
from django.utils import translation

from connections.tracking.runs import TrackedRun, charts_of, tracked_run
from experiments.exports.record import Record
from jobs.models import JobStatus

ROOT = "mlruns"
# MLflow's RunStatus.
STATUSES = {JobStatus.SUCCEEDED: 3, JobStatus.CANCELLED: 5}
FAILED = 4
# MLflow's SourceType of a run that no script of its own started.
LOCAL = 4


def mlruns_of(record: Record) -> dict[str, bytes]:
    """The files of a participant's finished runs, by path; empty where there is none."""
    done = [one for one in record.experiments if not one.run.is_unfinished]
    if not done:
        return {}
    charts = charts_of(done)
    with translation.override(record.seat.dojo.language):
        runs = [tracked_run(one, charts[one.run.pk]) for one in done]
        readme = render_to_string("connections/mlruns.txt")
    files = {f"{ROOT}/README.txt": readme.encode()}
    files |= _experiment_files(runs)
    for run in runs:
        files |= _run_files(run)
    return files


def experiment_id(group: str) -> str:
    """A number, as MLflow numbers experiments: the same for a Dojo each time."""
    return str(10**9 + zlib.crc32(group.encode()))


def run_id(key: str) -> str:
    """A run id in MLflow's format: 32 hexadecimal digits."""
    return uuid.UUID(bytes=hashlib.sha256(key.encode()).digest()[:16]).hex


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _yaml(content: dict[str, Any]) -> bytes:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=True).encode()


def _experiment_files(runs: list[TrackedRun]) -> dict[str, bytes]:
    number = experiment_id(runs[0].group)
    meta = {
        "artifact_location": f"{ROOT}/{number}",
        "creation_time": min(_milliseconds(run.started) for run in runs),
        "experiment_id": number,
        "last_update_time": max(_milliseconds(run.ended) for run in runs),
        "lifecycle_stage": "active",
        "name": runs[0].group_name,
    }
    return {f"{ROOT}/{number}/meta.yaml": _yaml(meta)}


def _run_files(run: TrackedRun) -> dict[str, bytes]:
    number, identity = experiment_id(run.group), run_id(run.key)
    folder = f"{ROOT}/{number}/{identity}"
    ended = _milliseconds(run.ended)
    meta = {
        "artifact_uri": f"{folder}/artifacts",
        "end_time": ended,
        "entry_point_name": "",
        "experiment_id": number,
        "lifecycle_stage": "active",
        "run_id": identity,
        "run_name": run.name,
        "run_uuid": identity,
        "source_name": "",
        "source_type": LOCAL,
        "source_version": "",
        "start_time": _milliseconds(run.started),
        "status": STATUSES.get(run.status, FAILED),
        "tags": [],
        "user_id": run.tags["participant"],
    }
    tags = run.tags | {"mlflow.runName": run.name, "mlflow.note.content": run.description}
    files = {f"{folder}/meta.yaml": _yaml(meta)}
    files |= {f"{folder}/params/{key}": value.encode() for key, value in run.parameters.items()}
    files |= {
        f"{folder}/metrics/{key}": f"{ended} {value!r} 0\n".encode()
        for key, value in run.metrics.items()
    }
    files |= {f"{folder}/tags/{key}": value.encode() for key, value in tags.items()}
    files |= {f"{folder}/artifacts/{path}": content for path, content in run.files.items()}
    return files
