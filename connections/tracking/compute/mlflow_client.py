"""Wrap MLflow's own client, imported in a worker when it is needed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connections.tracking.runs import TrackedRun
from connections.tracking.unreachable import Unreachable
from jobs.models import JobStatus

if TYPE_CHECKING:
    from mlflow import MlflowClient

STATUSES = {JobStatus.SUCCEEDED: "FINISHED", JobStatus.CANCELLED: "KILLED"}
# By it a run is found again that was created before the connection broke.
KEY = "ml_experimenter.run"
PARAMETERS_PER_CALL = 100
CLIENT_SETTINGS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


def send_to_mlflow(run: TrackedRun, address: str, remote_id: str) -> str:
    """Send a run to an MLflow server; returns its id there.

    Args:
        remote_id: from the last time; then only what can change is told.

    Raises:
        Unreachable: nothing is known of how much the server took; tell it all again.
    """
    with _environment():
        try:
            from mlflow import MlflowClient  # noqa: PLC0415 (heavy, and not always installed)
            from mlflow.exceptions import MlflowException  # noqa: PLC0415
        except ImportError as missing:
            raise Unreachable("not_installed", missing) from missing
        try:
            return _send(MlflowClient(tracking_uri=address), run, remote_id)
        except MlflowException as failure:
            raise Unreachable(_code(failure), failure) from failure
        except OSError as failure:
            raise Unreachable("unreachable", failure) from failure


def _code(failure: Any) -> str:
    if failure.error_code == "RESOURCE_DOES_NOT_EXIST":
        return "gone"
    wants_others = failure.error_code in ("PERMISSION_DENIED", "UNAUTHENTICATED")
    return (
        "refused" if wants_others or failure.get_http_status_code() in (401, 403) else "unreachable"
    )


@contextmanager
def _environment() -> Iterator[None]:
    """Environment variables that the client reads."""
    before = dict(os.environ)
    os.environ.update(CLIENT_SETTINGS)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _send(client: MlflowClient, run: TrackedRun, remote_id: str) -> str:
    known = remote_id or _created(client, run)
    _log(client, known, run)
    if not remote_id:
        _upload(client, known, run)
    client.set_terminated(
        known, STATUSES.get(run.status, "FAILED"), end_time=_milliseconds(run.ended)
    )
    return known


def _milliseconds(moment: Any) -> int:
    return round(moment.timestamp() * 1000)


def _created(client: MlflowClient, run: TrackedRun) -> str:
    """The run there, made unless it was made before."""
    # Titles repeat; names there do not.
    name = f"{run.group_name} [{run.group}]"
    group = client.get_experiment_by_name(name)
    group_id = group.experiment_id if group else client.create_experiment(name)
    earlier = client.search_runs([group_id], f"tags.`{KEY}` = '{run.key}'", max_results=1)
    if earlier:
        return str(earlier[0].info.run_id)
    created = client.create_run(
        group_id, start_time=_milliseconds(run.started), run_name=run.name, tags={KEY: run.key}
    )
    return str(created.info.run_id)


def _log(client: MlflowClient, run_id: str, run: TrackedRun) -> None:
    from mlflow.entities import Metric, Param, RunTag  # noqa: PLC0415 (heavy)

    moment = _milliseconds(run.ended)
    tags = run.tags | {"mlflow.note.content": run.description}
    client.log_batch(
        run_id,
        metrics=[Metric(name, value, moment, 0) for name, value in run.metrics.items()],
        tags=[RunTag(name, value) for name, value in tags.items()],
    )
    parameters = [Param(name, value) for name, value in run.parameters.items()]
    for start in range(0, len(parameters), PARAMETERS_PER_CALL):
        client.log_batch(run_id, params=parameters[start : start + PARAMETERS_PER_CALL])


def _upload(client: MlflowClient, run_id: str, run: TrackedRun) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path, content in run.files.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        client.log_artifacts(run_id, folder)
