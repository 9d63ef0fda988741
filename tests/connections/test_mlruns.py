"""The folder in the ZIP, read by MLflow's own client."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.utils import timezone

from classrooms.models import Dojo, DojoStage
from experiments.exports.archives.participant import build_archive
from experiments.exports.record import record_of
from experiments.models import Experiment, Run
from experiments.submit.services import record_analysis
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.serverless

READ = """
import json, os, sys
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
from mlflow import MlflowClient
client = MlflowClient(tracking_uri="mlruns")
found = []
for group in client.search_experiments():
    for run in client.search_runs([group.experiment_id], order_by=["attributes.start_time"]):
        files = [file.path for file in client.list_artifacts(run.info.run_id)]
        charts = [file.path for file in client.list_artifacts(run.info.run_id, "charts")]
        found.append([group.name, run.info.run_name, run.info.status, run.data.params,
                      run.data.metrics, run.data.tags, files + charts])
print(json.dumps(found))
"""


def zip_of(cast: Cast) -> bytes:
    """What the participant's ZIP has for MLflow."""
    whole = zipfile.ZipFile(build_archive(record_of(cast.participant)))
    return whole.read("mlruns.zip")


def test_mlflow_reads_every_run_of_the_zip(cast: Cast, tmp_path: Path) -> None:
    Dojo.objects.filter(pk=cast.dojo.pk).update(title="Église : à 9 h / B")
    failed = factories.submit(cast.participant, compared_to=cast.experiment)
    Run.objects.filter(experiment=failed).update(
        status="failed",
        failure_code="time_limit",
        failure_context={"seconds": 120},
        finished_at=timezone.now(),
    )
    factories.submit(cast.participant, claim="It waits.")
    record_analysis(
        Experiment.objects.get(pk=cast.experiment.pk),
        analysis="It is a floor.",
        decision="keep",
        next_step="",
    )
    cast.participant.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(zip_of(cast))) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", READ], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    first, second = json.loads(done.stdout)
    group, name, status, parameters, metrics, tags, files = first
    assert (group, name, status) == ("Église : à 9 h / B", "participant #1", "FINISHED")
    assert parameters["model.name"] == "dummy"
    assert (metrics["test/roc_auc"], metrics["train/roc_auc"]) == (0.95, 0.99)
    assert not [key for key in metrics if key.startswith("holdout")]
    assert tags["hypothesis"] == cast.experiment.claim
    assert (tags["decision"], tags["fingerprint"]) == ("keep", "f" * 64)
    assert "It is a floor." in tags["mlflow.note.content"]
    assert {"config.yaml", "script.py", "charts/roc.vl.json", "charts/learning.vl.json"} <= {*files}
    assert second[2] == "FAILED"
    assert second[5]["failure"] == "time_limit"


def test_the_holdout_is_in_it_once_it_is_revealed(cast: Cast) -> None:
    def names() -> list[str]:
        return zipfile.ZipFile(io.BytesIO(zip_of(cast))).namelist()

    assert not [name for name in names() if "holdout" in name]
    DojoStage.objects.filter(dojo=cast.dojo).update(holdout_revealed_at=timezone.now())
    assert [name for name in names() if name.endswith("metrics/holdout/roc_auc")]


def test_the_same_runs_give_the_same_bytes(cast: Cast) -> None:
    assert zip_of(cast) == zip_of(cast)
