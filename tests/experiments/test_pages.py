"""Pages: escaped, light, live, and a constant number of queries."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from experiments.leaderboard.reveal import reveal_all
from experiments.models import Experiment
from tests import factories
from tests.commands import ROOT

HOSTILE = "<script>alert(1)</script>\"'`{{ x }}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("facilitator", "cockpit"),
        ("facilitator", "participants"),
        ("participant", "work"),
        ("participant", "leaderboard"),
        ("participant", "take-home"),
        ("participant", "take-home/log"),
        ("participant", "experiments/new"),
    ],
)
def test_queries_do_not_grow_with_what_is_shown(role: str, page: str, cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/{page}/"
    counts = []
    for added in (0, 2, 12):
        for _new in range(added):
            member = factories.join(cast.dojo)
            factories.finish(factories.submit(member))
            factories.finish(factories.submit(cast.participant, compared_to=cast.experiment))
        cast.clients[role].get(path)
        with CaptureQueriesContext(connection) as queries:
            assert cast.clients[role].get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2], counts


@pytest.mark.django_db
def test_what_people_type_is_shown_and_never_run(cast) -> None:
    member = factories.join(cast.dojo, HOSTILE[:40])
    experiment = factories.submit(member, claim=HOSTILE, rationale=HOSTILE)
    factories.finish(experiment)
    Experiment.objects.filter(pk=experiment.pk).update(analysis=HOSTILE)
    base = f"/dojos/{cast.dojo.public_id}"
    for path in (f"{base}/participants/", f"{base}/leaderboard/", experiment.get_absolute_url()):
        page = cast.clients["facilitator"].get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.django_db
def test_the_holdout_is_nowhere_before_it_is_revealed(cast) -> None:
    Experiment.objects.get(pk=cast.experiment.pk).runs.update(
        holdout_metrics={"roc_auc": 0.123456, "accuracy": 0.123456}
    )
    base = f"/dojos/{cast.dojo.public_id}"
    paths = [f"{base}/leaderboard/", f"{base}/take-home/log/", cast.experiment.get_absolute_url()]
    for path in paths:
        page = cast.clients["participant"].get(path, headers={"accept-language": "en"})
        assert "0.123" not in page.content.decode()
    reveal_all(cast.dojo)
    page = cast.clients["participant"].get(paths[0], headers={"accept-language": "en"})
    assert "0.123" in page.content.decode()


WEB = """
import sys, json
import django
django.setup()
from django.test import Client
from django.urls import get_resolver
import config.asgi
get_resolver().url_patterns
status = Client(headers={"host": "localhost"}).get("/join/").status_code
heavy = "numpy pandas sklearn scipy xgboost lightgbm shap altair anthropic mlflow wandb"
heavy = heavy.split() + ["skops", "numba", "matplotlib"]
print(json.dumps([status, [name for name in heavy if name in sys.modules]]))
"""


@pytest.mark.django_db
def test_the_web_process_imports_no_scientific_library(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", WEB],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PATH": "",
            "VAR_DIR": str(tmp_path),
        },
    )
    assert json.loads(found.stdout) == [200, []]


@pytest.mark.django_db
def test_no_page_of_a_participant_imports_one_either(tmp_path: Path) -> None:
    """Rendering reads stored JSON; the log and the ZIP are made without the libraries."""
    code = """
import sys, json
import django
django.setup()
from django.template.loader import get_template
import experiments.exports.archives.participant, experiments.exports.documents.log
import experiments.exports.notebooks.notebook
import experiments.pages.experiment_views, experiments.pages.reads, experiments.demo.simulation
print(json.dumps([name for name in ("numpy", "pandas", "sklearn", "shap") if name in sys.modules]))
"""
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PATH": "",
            "VAR_DIR": str(tmp_path),
        },
    )
    assert json.loads(found.stdout) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "page"), [("participant", "work"), ("participant", "experiments/new")]
)
def test_caches_tell_a_page_from_its_live_part(role: str, page: str, cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/{page}/"
    whole = cast.clients[role].get(path)
    part = cast.clients[role].get(path, headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    for response in (whole, part):
        assert "HX-Request" in response.headers["Vary"]
