"""Weights & Biases by its real client: offline, and a service that is not there."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from connections.models import Delivery
from connections.tracking import deliveries as tracking
from experiments.exports.archives.participant import build_archive
from experiments.exports.record import record_of
from experiments.submit.services import record_analysis
from jobs.models import JobStatus
from tests.conftest import Cast
from tests.product import free_port
from tests.work import do_next

pytestmark = pytest.mark.serverless

# The folder's log is one of LevelDB's: a header, then blocks of records in pieces.
READ = """
import json, struct, sys
from wandb.proto import wandb_internal_pb2 as pb
data, place, pieces, records = open(sys.argv[1], "rb").read(), 7, b"", []
assert data[:4] == b":W&B"
while place < len(data):
    if 32768 - place % 32768 < 7:
        place += 32768 - place % 32768
        continue
    _checksum, size, kind = struct.unpack_from("<IHB", data, place)
    pieces += data[place + 7 : place + 7 + size]
    place += 7 + size
    if kind in (1, 4):
        records.append(pieces)
        pieces = b""
found = {"config": {}, "summary": {}}
for data in records:
    record = pb.Record()
    record.ParseFromString(data)
    kind = record.WhichOneof("record_type")
    if kind == "run":
        found |= {"project": record.run.project, "name": record.run.display_name,
                  "host": record.run.host}
    config = record.config if kind == "config" else record.run.config
    for item in config.update:
        found["config"][item.key or "/".join(item.nested_key)] = json.loads(item.value_json)
    for item in record.summary.update:
        found["summary"][item.key or "/".join(item.nested_key)] = json.loads(item.value_json)
    if kind == "exit":
        found["exit_code"] = record.exit.exit_code
print(json.dumps(found))
"""


def zip_of(cast: Cast) -> bytes:
    """What the participant's ZIP has for Weights & Biases."""
    return zipfile.ZipFile(build_archive(record_of(cast.participant))).read("wandb.zip")


def zip_names(cast: Cast) -> list[str]:
    whole = zipfile.ZipFile(build_archive(record_of(cast.participant)))
    if "wandb.zip" not in whole.namelist():
        return []
    return zipfile.ZipFile(whole.open("wandb.zip")).namelist()


def python(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout or done.stderr


def test_offline_runs_are_in_the_zip_and_sync_takes_them(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    import json

    settings.WANDB_MODE = "offline"
    record_analysis(cast.experiment, analysis="A floor.", decision="keep", next_step="")
    tracking.find_deliveries()
    assert do_next(Delivery)
    assert Delivery.objects.get().status == JobStatus.SUCCEEDED
    with zipfile.ZipFile(io.BytesIO(zip_of(cast))) as archive:
        archive.extractall(tmp_path)
    (log,) = tmp_path.glob("wandb/offline-run-*/*.wandb")
    assert (log.parent / "files" / "script.py").exists()
    assert (log.parent / "files" / "charts" / "roc.vl.json").exists()
    assert not list(tmp_path.rglob("model.skops"))

    offered = python("-m", "wandb", "sync", "--dry-run", str(log.parent))
    assert log.parent.name in offered.replace("\n", "")
    found = json.loads(python("-c", READ, str(log)))
    assert found["project"] == f"dojo-{cast.dojo.public_id}"
    assert (found["name"], found["host"]) == ("P01 #1", "ml-experimenter")
    assert found["summary"]["test/roc_auc"] == 0.95
    assert found["config"]["model.name"] == "dummy"
    assert found["config"]["decision"] == "keep"
    assert found["exit_code"] == 0
    assert zip_of(cast) == zip_of(cast)


def test_a_later_decision_replaces_the_folder_and_a_deleted_run_leaves_none(
    cast: Cast, settings: Any
) -> None:
    settings.WANDB_MODE = "offline"
    tracking.find_deliveries()
    do_next(Delivery)
    stored = f"tracking/wandb/{cast.experiment.run.public_id}.zip"
    before = default_storage.open(stored).read()
    record_analysis(cast.experiment, analysis="A floor.", decision="keep", next_step="")
    tracking.find_deliveries()
    do_next(Delivery)
    assert default_storage.open(stored).read() != before
    assert len([name for name in zip_names(cast) if name.endswith(".wandb")]) == 1
    cast.experiment.delete()
    assert not default_storage.exists(stored)


def test_a_service_that_is_not_there_disturbs_nothing(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WANDB_MODE = "online"
    monkeypatch.setattr("connections.tracking.compute.wandb_client.SECONDS", 6)
    monkeypatch.setenv("WANDB_API_KEY", "0" * 40)
    monkeypatch.setenv("WANDB_BASE_URL", f"http://127.0.0.1:{free_port()}")
    tracking.find_deliveries()
    assert do_next(Delivery)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.failure_code) == (JobStatus.FAILED, "unreachable")
