"""Which runs are told to MLflow, and what happens when it is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from classrooms.models import Dojo, DojoStage
from connections.models import Delivery, Tool, TrackingSettings
from connections.models.tracking import WAITS
from connections.tracking import deliveries as tracking
from connections.tracking.compute import deliver as delivering
from connections.tracking.compute.fitted import model_files
from connections.tracking.deliveries import destinations
from connections.tracking.runs import TrackedRun
from experiments.models import Interpretation, Predictions, Run
from experiments.submit.services import record_analysis
from jobs.models import JobStatus
from tests import factories
from tests.conftest import Cast
from tests.product import free_port
from tests.work import do_next

pytestmark = pytest.mark.serverless

SERVER = "http://mlflow.example.org:5000"


@pytest.fixture
def nobody_listens(settings: Any) -> str:
    settings.MLFLOW_TRACKING_URI = f"http://127.0.0.1:{free_port()}"
    return str(settings.MLFLOW_TRACKING_URI)


def told() -> Delivery:
    return Delivery.objects.get()


def test_without_a_tool_nothing_is_to_be_told(cast: Cast) -> None:
    tracking.find_deliveries()
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
        tracking.find_deliveries()
    runs = {delivery.run.experiment for delivery in Delivery.objects.all()}
    assert runs == {cast.experiment, failed}


def test_a_run_that_was_started_again_is_told_again(cast: Cast, settings: Any) -> None:
    settings.MLFLOW_TRACKING_URI = SERVER
    tracking.find_deliveries()
    sent = timezone.now() - timedelta(minutes=2)
    Run.objects.update(finished_at=sent - timedelta(seconds=1))
    Delivery.objects.update(status="succeeded", started_at=sent)
    tracking.find_deliveries()
    assert told().status == JobStatus.SUCCEEDED
    Run.objects.update(finished_at=timezone.now())
    tracking.find_deliveries()
    assert told().status == JobStatus.QUEUED


def test_dojos_that_are_not_tracked_hold_up_no_other(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MLFLOW_TRACKING_URI = SERVER
    monkeypatch.setattr("connections.tracking.deliveries.NEW_PER_SWEEP", 1)
    other = Dojo.objects.get(title="Other")
    experiment = factories.submit(other.seats.get(role="participant"))
    factories.finish(experiment)
    TrackingSettings.objects.create(dojo=cast.dojo, is_enabled=False)
    tracking.find_deliveries()
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
        tracking.find_deliveries()
        assert do_next(Delivery)
        Delivery.objects.update(status="queued")
    assert calls == [(SERVER, ""), (SERVER, "known"), ("http://another", "")]


def test_a_server_that_is_not_there_disturbs_nothing_and_is_tried_again(
    cast: Cast, nobody_listens: str
) -> None:
    tracking.find_deliveries()
    assert do_next(Delivery)
    assert (told().status, told().failure_code) == (JobStatus.FAILED, "unreachable")
    assert Run.objects.get(experiment=cast.experiment).has_succeeded
    tracking.find_deliveries()
    assert told().status == JobStatus.FAILED
    Delivery.objects.update(finished_at=timezone.now() - WAITS[0])
    tracking.find_deliveries()
    assert (told().status, told().failures) == (JobStatus.QUEUED, 1)


def test_others_wait_when_one_does_not_get_through(cast: Cast, nobody_listens: str) -> None:
    factories.finish(factories.submit(cast.neighbour))
    tracking.find_deliveries()
    assert do_next(Delivery)
    assert not do_next(Delivery)
    assert Delivery.objects.queued().count() == 1


def test_runs_come_first(cast: Cast, nobody_listens: str) -> None:
    tracking.find_deliveries()
    waiting = factories.submit(cast.participant)
    assert do_next()
    assert not waiting.runs.get().is_unfinished
    assert Delivery.objects.get().status == JobStatus.QUEUED


def test_a_run_is_told_with_its_interpretation(cast: Cast, nobody_listens: str) -> None:
    tracking.find_deliveries()
    Interpretation.objects.filter(run=cast.experiment.run).update(status="queued")
    assert not do_next(Delivery)


def test_what_is_known_later_is_told_again(cast: Cast, settings: Any) -> None:
    settings.MLFLOW_TRACKING_URI = SERVER
    tracking.find_deliveries()

    def tell() -> None:
        Delivery.objects.update(
            status="succeeded", started_at=timezone.now(), finished_at=timezone.now()
        )
        tracking.find_deliveries()
        assert told().status == JobStatus.SUCCEEDED

    tell()
    record_analysis(cast.experiment, analysis="Yes.", decision="keep", next_step="")
    tracking.find_deliveries()
    assert told().status == JobStatus.QUEUED
    tell()
    DojoStage.objects.filter(dojo=cast.dojo).update(holdout_revealed_at=timezone.now())
    tracking.find_deliveries()
    assert told().status == JobStatus.QUEUED


def test_a_facilitator_switches_it_off_and_asks_for_another_try(cast: Cast, settings: Any) -> None:
    settings.MLFLOW_TRACKING_URI = SERVER
    client, path = cast.clients["facilitator"], f"/dojos/{cast.dojo.public_id}/tracking/"
    client.post(path, {"action": "save"})
    assert destinations(cast.dojo) == {}
    client.post(path, {"action": "save", "is_enabled": "on"})
    assert destinations(cast.dojo) == {Tool.MLFLOW: SERVER}
    tracking.find_deliveries()
    Delivery.objects.update(status="failed", failure_code="unreachable", failures=len(WAITS))
    client.post(path, {"action": "again"})
    assert (told().status, told().failures) == (JobStatus.QUEUED, 0)


@pytest.mark.parametrize("model", ["logistic_regression", "xgboost"])
def test_the_model_opens_elsewhere_and_predicts_the_same(
    cast: Cast, tmp_path: Path, model: str
) -> None:
    import numpy as np

    from experiments.compute.interpreting import finished_run
    from experiments.compute.process_memory import forget_everything

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
