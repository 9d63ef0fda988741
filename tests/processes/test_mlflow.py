"""Runs on a real MLflow server, sent by a worker's own code."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from classrooms.models import DojoStage
from connections.models import Delivery
from connections.tracking import deliveries as tracking
from experiments.models import Run
from experiments.submit.services import record_analysis
from jobs.models import JobStatus
from tests import factories
from tests.conftest import Cast
from tests.product import free_port, wait_for
from tests.work import do_next

pytestmark = [pytest.mark.serverless, pytest.mark.processes]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """An MLflow server with its own database and folder of files."""
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--workers", "1"]
    command += ["--port", str(port), "--backend-store-uri", f"sqlite:///{tmp_path / 'mlflow.db'}"]
    command += ["--artifacts-destination", str(tmp_path / "files")]
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    address = f"http://127.0.0.1:{port}"
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env=os.environ | quiet,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

        def answers() -> bool:
            assert process.poll() is None, (tmp_path / "server.log").read_text()
            try:
                return bool(urllib.request.urlopen(f"{address}/health", timeout=1))  # noqa: S310
            except OSError:
                return False

        try:
            wait_for(answers, "the MLflow server")
            yield address
        finally:
            os.killpg(process.pid, 15)
            process.wait()


def test_every_run_is_there_and_what_is_known_later_follows(
    cast: Cast, server: str, settings: Any, tmp_path: Path
) -> None:
    from mlflow import MlflowClient

    settings.MLFLOW_TRACKING_URI = server
    failed = factories.submit(cast.participant, claim="participant tries.")
    Run.objects.filter(experiment=failed).update(
        status="failed",
        failure_code="time_limit",
        failure_context={"seconds": 120},
        finished_at=timezone.now(),
    )

    def deliver_all() -> None:
        tracking.find_deliveries()
        while do_next(Delivery):
            pass
        assert {one.status for one in Delivery.objects.all()} == {JobStatus.SUCCEEDED}

    deliver_all()
    client = MlflowClient(tracking_uri=server)
    (group,) = [one for one in client.search_experiments() if one.name != "Default"]
    assert group.name == f"Dojo [{cast.dojo.public_id}]"

    def runs() -> list[Any]:
        return list(client.search_runs([group.experiment_id], order_by=["attributes.start_time"]))

    by_name = {run.info.run_name: run for run in runs()}
    assert set(by_name) == {"P01 #1", "P01 #2"}
    first, second = by_name["P01 #1"], by_name["P01 #2"]
    assert (first.info.status, second.info.status) == ("FINISHED", "FAILED")
    assert second.data.tags["hypothesis"] == "P01 tries."
    assert first.data.metrics["test/roc_auc"] == 0.95
    assert not [name for name in first.data.metrics if name.startswith("holdout")]
    assert first.data.params["model.name"] == "dummy"
    assert "decision" not in first.data.tags
    folder = client.download_artifacts(first.info.run_id, "", str(tmp_path))
    found = {str(file.relative_to(folder)) for file in Path(folder).rglob("*") if file.is_file()}
    assert {"script.py", "config.yaml", "charts/roc.vl.json", "model/model.skops"} <= found

    record_analysis(cast.experiment, analysis="A floor.", decision="keep", next_step="")
    DojoStage.objects.filter(dojo=cast.dojo).update(holdout_revealed_at=timezone.now())
    deliver_all()
    assert len(runs()) == 2
    (again,) = [run for run in runs() if run.info.run_id == first.info.run_id]
    assert again.data.tags["decision"] == "keep"
    assert again.data.metrics["holdout/roc_auc"] == 0.93

    # A worker that died before it could note the id finds the run again.
    Delivery.objects.update(remote_id="", status="queued")
    deliver_all()
    assert len(runs()) == 2
