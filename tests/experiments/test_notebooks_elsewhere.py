"""The ZIPs on another machine: an environment with their requirements and nothing of ours."""

import io
import json
import re
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from django.utils import translation
from django.utils.translation import gettext

from classrooms.datasets.services import add_bundled_dataset
from classrooms.models import Dataset, Seat, User
from engine.spec.metrics import METRICS
from experiments.exports.archives.participant import build_archive
from experiments.exports.compute import run_notebook
from experiments.exports.notebooks.starter import starter_archive
from experiments.exports.record import record_of
from experiments.models import Run
from experiments.submit.services import record_analysis, save_framing
from jobs.perform import perform_here
from tests import factories
from tests.experiments.test_notebook import COMPUTED
from tests.work import do_next

pytestmark = [pytest.mark.serverless, pytest.mark.django_db(transaction=True)]


def make_member(language: str, key: str = "") -> Seat:
    """A baseline and a failure, and on the tests' own data boosting, in a Dojo of this language.

    Args:
        key: of another bundled dataset.
    """
    facilitator = factories.make_user()
    dataset = prepared(facilitator, key) if key else None
    dojo = factories.make_dojo(facilitator, language=language, dataset=dataset)
    member = factories.join(dojo)
    save_framing(member, problem="P", data="D", metric="M", baseline="B")
    first = factories.submit(member, "logistic_regression")
    if key:
        while do_next(Run):
            pass
        return member
    failed = factories.submit(member, "decision_tree")
    failed.run.transition("failed", failure_code="time_limit", failure_context={"seconds": 120})
    factories.submit(member, "xgboost", compared_to=first, expected_effect=0.01)
    factories.submit(member, "lightgbm", compared_to=first, expected_effect=0.01)
    while do_next(Run):
        pass
    record_analysis(first, analysis="Good.", decision="keep", next_step="Boosting")
    return member


def prepared(owner: User, key: str) -> Dataset:
    dataset = add_bundled_dataset(owner, key)
    perform_here(dataset)
    dataset.refresh_from_db()
    return dataset


def unpacked(archive: io.BytesIO, folder: Path) -> Path:
    with zipfile.ZipFile(archive) as files:
        files.extractall(folder)
    return folder


def make_environment(folder: Path, *requirements: Path) -> Path:
    """A new virtual environment; the interpreter in it."""
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    python = folder / "bin" / "python"
    named = [part for path in requirements for part in ("--requirement", str(path))]
    subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), *named], check=True)
    return python


def executed(python: Path, folder: Path, name: str) -> nbformat.NotebookNode:
    """The notebook after a run without network."""
    nowhere = "http://127.0.0.1:9"
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    environment |= {"HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere}
    done = subprocess.run(
        [str(python), run_notebook.__file__, name, "300"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert '"seconds"' in done.stdout, done.stdout + done.stderr
    return nbformat.read(folder / name, as_version=4)


def test_notebooks_give_the_numbers_of_their_logs(tmp_path: Path) -> None:
    # Each kind of data once, in either language: what differs by both is words.
    kinds = {"fr-": ("fr", ""), "en-tickets": ("en", "tickets"), "fr-demand": ("fr", "demand")}
    members = {name: make_member(language, key) for name, (language, key) in kinds.items()}
    folders = {
        name: unpacked(build_archive(record_of(member)), tmp_path / name)
        for name, member in members.items()
    }
    starter = starter_archive(members["fr-"].dojo, lambda path: f"https://x.example{path}")
    start = unpacked(starter, tmp_path / "starter")
    requirements = [folder / "requirements.txt" for folder in (*folders.values(), start)]
    python = make_environment(tmp_path / "venv", *requirements)
    before = {
        name: nbformat.read(folder / "notebook.ipynb", as_version=4)
        for name, folder in folders.items()
    }
    with ThreadPoolExecutor(max_workers=2) as two_at_a_time:
        started = two_at_a_time.submit(executed, python, start, "starter.ipynb")
        again = two_at_a_time.map(
            lambda folder: executed(python, folder, "notebook.ipynb"), folders.values()
        )
        after = dict(zip(folders, again, strict=True))
    for name, (language, key) in kinds.items():
        for cell, repeated in zip(before[name].cells, after[name].cells, strict=True):
            if cell.id not in COMPUTED:
                assert cell.get("outputs") == without_warnings(repeated), (name, cell.id)
        computed = {cell.id: cell.outputs for cell in after[name].cells if cell.id in COMPUTED}
        for cell_id, kind in COMPUTED.items():
            assert kind in computed[cell_id][-1].data, (name, cell_id)
        log = (folders[name] / "experiment-log.md").read_text()
        sections = re.split(r"^## .*#\d+$", log, flags=re.M)
        for number in (1,) if key else (1, 3, 4):
            compare_with_log(after[name], number, sections[number], language)
    cells = {cell.id: cell for cell in started.result().cells}
    assert "roc_auc" in cells["pipeline"].outputs[0].text


def without_warnings(cell: nbformat.NotebookNode) -> list[nbformat.NotebookNode] | None:
    """What it printed: scikit-learn's warnings name a file of the machine."""
    outputs = cell.get("outputs")
    return outputs and [one for one in outputs if one.get("name") != "stderr"]


def compare_with_log(
    notebook: nbformat.NotebookNode, number: int, section: str, language: str
) -> None:
    """What the notebook printed of an experiment is what the log's table says."""
    cell = next(cell for cell in notebook.cells if cell.id == f"check-{number}")
    # What the cell has just computed, since it asserts that they are equal.
    recorded = json.loads(cell.source.splitlines()[0].removeprefix("recorded = "))
    mark = "," if language == "fr" else "."
    with translation.override(language):
        names = {gettext(metric.label): metric.name for metric in METRICS.values()}
    rows = [[part.strip() for part in line.split("|")] for line in section.splitlines()]
    told = {names[row[1]]: row[2:4] for row in rows if len(row) > 3 and row[1] in names}
    assert told.keys() == recorded["test"].keys()
    for name, (train, test) in told.items():
        for text, part in ((train, "train"), (test.split(" [")[0], "test")):
            # Accuracy in percent with one decimal, as the brief writes it; the others with three.
            scale, last_digit = (100, 0.1) if name == "accuracy" else (1, 0.001)
            number = float(text.removesuffix("%").replace(mark, "."))
            assert mark in text
            assert number == pytest.approx(scale * recorded[part][name], abs=0.501 * last_digit)
