"""Which runs are told to MLflow, and what happens when it is not there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from django.utils import timezone

from classrooms.models import Dojo
from classrooms.models.jobs import JobStatus
from connections import delivering, tracking
from connections.fitted import model_files
from connections.mlflow_client import _upload
from connections.models import Delivery, Tool, TrackingSettings
from connections.models.tracking import WAITS
from connections.runs import TrackedRun
from connections.tracking import destinations, is_permitted
from experiments.models import Interpretation, Predictions, Run
from experiments.services import record_analysis
from tests import factories
from tests.conftest import Cast
from tests.product import free_port

SERVER = "http://mlflow.example.org:5000"


@pytest.fixture
def nobody_listens(settings: Any) -> str:
    settings.MLFLOW_TRACKING_URI = f"http://127.0.0.1:{free_port()}"
    return str(settings.MLFLOW_TRACKING_URI)


def told() -> Delivery:
    return Delivery.objects.get()


def test_without_a_tool_nothing_is_to_be_told(cast: Cast) -> None:
    tracking.sweep()
    assert not Delivery.objects.exists()


def test_every_run_that_ended_is_to_be_told_once(cast: Cast, settings: Any) -> None:
    settings.MLFLOW_TRACKING_URI = SERVER
    failed = factories.submit(cast.participant)
    Run.objects.filter(experiment=failed).update(status="failed", finished_at=timezone.now())
    factories.submit(cast.participant)
    old = factories.submit(cast.neighbour)
    long_ago = timezone.now() - timedelta(days=30)
    Run.objects.filter(experiment=old).update(status="failed", finished_at=long_ago)
    for _sweep in range(2):
        tracking.sweep()
    runs = {delivery.run.experiment for delivery in Delivery.objects.all()}
    assert runs == {cast.experiment, failed}


def test_dojos_that_are_not_tracked_hold_up_no_other(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MLFLOW_TRACKING_URI = SERVER
    monkeypatch.setattr("connections.tracking.NEW_PER_SWEEP", 1)
    other = Dojo.objects.get(title="Other")
    experiment = factories.submit(other.memberships.get(role="participant"))
    factories.finish(experiment)
    TrackingSettings.objects.create(dojo=cast.dojo, is_enabled=False)
    tracking.sweep()
    assert told().run.experiment == experiment


def test_another_server_is_told_all_of_it(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, str]] = []

    def note(run: TrackedRun, address: str, remote_id: str) -> str:
        calls.append((address, remote_id))
        return "known"

    monkeypatch.setitem(delivering.SENDERS, Tool.MLFLOW, note)
    for address in (SERVER, SERVER, "http://another"):
        settings.MLFLOW_TRACKING_URI = address
        tracking.sweep()
        assert delivering.deliver_next()
        Delivery.objects.update(status="queued")
    assert calls == [(SERVER, ""), (SERVER, "known"), ("http://another", "")]


def test_a_server_that_is_not_there_disturbs_nothing_and_is_tried_again(
    cast: Cast, nobody_listens: str
) -> None:
    tracking.sweep()
    assert delivering.deliver_next()
    assert (told().status, told().failure_code) == (JobStatus.FAILED, "unreachable")
    assert Run.objects.get(experiment=cast.experiment).has_succeeded
    tracking.sweep()
    assert told().status == JobStatus.FAILED
    Delivery.objects.update(finished_at=timezone.now() - WAITS[0])
    tracking.sweep()
    assert (told().status, told().failures) == (JobStatus.QUEUED, 1)


def test_others_wait_when_one_does_not_get_through(cast: Cast, nobody_listens: str) -> None:
    factories.finish(factories.submit(cast.neighbour))
    tracking.sweep()
    assert delivering.deliver_next()
    assert not delivering.deliver_next()
    assert Delivery.objects.queued().count() == 1


def test_runs_come_first(cast: Cast, nobody_listens: str) -> None:
    tracking.sweep()
    waiting = factories.submit(cast.participant)
    assert not delivering.deliver_next()
    Run.objects.filter(experiment=waiting).update(status="cancelled")
    Interpretation.objects.filter(run=cast.experiment.run).update(status="queued")
    assert not delivering.deliver_next()


def test_what_is_known_later_is_told_again(cast: Cast, settings: Any) -> None:
    settings.MLFLOW_TRACKING_URI = SERVER
    tracking.sweep()

    def tell() -> None:
        Delivery.objects.update(
            status="succeeded", started_at=timezone.now(), finished_at=timezone.now()
        )
        tracking.sweep()
        assert told().status == JobStatus.SUCCEEDED

    tell()
    record_analysis(cast.experiment, analysis="Yes.", decision="keep", next_step="")
    tracking.sweep()
    assert told().status == JobStatus.QUEUED
    tell()
    Dojo.objects.filter(pk=cast.dojo.pk).update(holdout_revealed_at=timezone.now())
    tracking.sweep()
    assert told().status == JobStatus.QUEUED


def test_a_facilitator_may_name_only_permitted_servers(cast: Cast, settings: Any) -> None:
    settings.MLFLOW_DOJO_HOSTS = ["mlflow.example.org", "127.0.0.1:5000"]
    assert is_permitted("https://mlflow.example.org/team")
    assert is_permitted("http://127.0.0.1:5000")
    for address in (
        "http://127.0.0.1:8000",
        "http://mlflow.example.org@169.254.169.254/",
        "http://user:password@mlflow.example.org",
        "file:///etc",
        "sqlite:////tmp/x.db",
        "http://[",
        "",
    ):
        assert not is_permitted(address), address
    chosen = TrackingSettings.objects.create(dojo=cast.dojo, mlflow_uri=SERVER)
    assert destinations(cast.dojo) == {Tool.MLFLOW: SERVER}
    settings.MLFLOW_DOJO_HOSTS = []
    assert destinations(cast.dojo) == {}
    settings.MLFLOW_TRACKING_URI = "http://ours"
    assert destinations(cast.dojo) == {Tool.MLFLOW: "http://ours"}
    chosen.is_enabled = False
    chosen.save()
    assert destinations(cast.dojo) == {}


class WatchingServer(BaseHTTPRequestHandler):
    """Notes with which credentials it is called, and answers nothing."""

    seen: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        self.seen.append(self.headers["Authorization"])
        self.send_error(500)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *arguments: Any) -> None:
        """The tests' output is not the place."""


def test_the_installations_credentials_are_for_its_own_server_only(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = HTTPServer(("127.0.0.1", 0), WatchingServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "ours")
    settings.MLFLOW_TRACKING_URI = address
    tracking.sweep()
    delivering.deliver_next()
    assert set(WatchingServer.seen) == {"Bearer ours"}

    WatchingServer.seen.clear()
    settings.MLFLOW_TRACKING_URI = ""
    settings.MLFLOW_DOJO_HOSTS = ["127.0.0.1"]
    TrackingSettings.objects.create(dojo=cast.dojo, mlflow_uri=address)
    Delivery.objects.all().send_again()
    delivering.deliver_next()
    server.shutdown()
    assert set(WatchingServer.seen) == {None}
    assert told().failure_code == "unreachable"


def test_anothers_server_may_not_name_our_own_disk(settings: Any, tmp_path: Path) -> None:
    run = TrackedRun(**dict.fromkeys(TrackedRun.__annotations__, "") | {"files": {"a": b"b"}})

    class Client:
        """As an MLflow client whose server keeps files in a folder."""

        def get_run(self, run_id: str) -> Any:
            return SimpleNamespace(info=SimpleNamespace(artifact_uri=f"file://{tmp_path}"))

        def log_artifacts(self, run_id: str, folder: str) -> None:
            shutil.copytree(folder, tmp_path, dirs_exist_ok=True)

    _upload(Client(), "1", run, SERVER)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
    settings.MLFLOW_TRACKING_URI = SERVER
    _upload(Client(), "1", run, SERVER)  # type: ignore[arg-type]
    assert (tmp_path / "a").read_bytes() == b"b"


def test_the_settings_page_keeps_to_it(cast: Cast, settings: Any) -> None:
    settings.MLFLOW_DOJO_HOSTS = ["mlflow.example.org"]
    client, path = cast.clients["facilitator"], f"/dojos/{cast.dojo.public_id}/tracking/"
    page = client.post(path, {"is_enabled": "on", "mlflow_uri": "http://10.0.0.1/"})
    assert page.status_code == 200
    assert page.context["form"].errors["mlflow_uri"]
    page = client.post(path, {"is_enabled": "on", "mlflow_uri": SERVER})
    assert page.status_code == 302
    assert destinations(cast.dojo) == {Tool.MLFLOW: SERVER}
    tracking.sweep()
    Delivery.objects.update(status="failed", failure_code="unreachable", failures=len(WAITS))
    client.post(path, {"action": "again"})
    assert (told().status, told().failures) == (JobStatus.QUEUED, 0)


@pytest.mark.parametrize("model", ["logistic_regression", "xgboost"])
def test_the_model_opens_elsewhere_and_predicts_the_same(
    cast: Cast, tmp_path: Path, model: str
) -> None:
    import numpy as np

    from experiments.interpreting import finished_run
    from experiments.process_memory import forget_everything

    forget_everything()
    experiment = factories.submit(cast.neighbour, model)
    run = factories.finish(experiment)
    Predictions.objects.filter(run=run).update(out_of_fold=b"")
    for path, content in model_files(run).items():
        (tmp_path / Path(path).name).write_bytes(content)
    finished = finished_run(run)
    table = finished.frame.drop(columns=[finished.schema.target]).iloc[:20]
    table.to_parquet(tmp_path / "rows.parquet")
    code = (
        "import pandas as pd; from load import model; "
        "print(model.predict_proba(pd.read_parquet('rows.parquet'))[:, 1].tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": ""},
    )
    assert done.returncode == 0, done.stderr
    expected = finished.pipeline.predict_proba(table)[:, 1]
    assert np.array_equal(np.array(eval(done.stdout)), expected)  # noqa: S307 (our own output)
