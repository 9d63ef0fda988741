"""The ZIPs on another machine: an environment with their requirements and nothing of ours."""

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from django.contrib.auth.models import User

from classrooms.dataset_services import add_bundled_dataset
from classrooms.models import Dataset, Membership
from classrooms.preparation import process
from experiments.engine import run_notebook
from experiments.execution import execute_next_run
from experiments.exports.archive import build_archive
from experiments.exports.record import record_of
from experiments.exports.starter import starter_archive
from experiments.services import record_analysis, save_framing
from tests import factories

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

LABELS = {"roc_auc": "ROC AUC", "f1": "F1", "mcc": "MCC"}


def make_member(language: str, key: str = "") -> Membership:
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
        while execute_next_run():
            pass
        return member
    failed = factories.submit(member, "decision_tree")
    failed.run.transition("failed", failure_code="time_limit", failure_context={"seconds": 120})
    factories.submit(member, "xgboost", compared_to=first, expected_effect=0.01)
    factories.submit(member, "lightgbm", compared_to=first, expected_effect=0.01)
    while execute_next_run():
        pass
    record_analysis(first, analysis="Good.", decision="keep", next_step="Boosting")
    return member


def prepared(owner: User, key: str) -> Dataset:
    dataset = add_bundled_dataset(owner, key)
    process(dataset.pk)
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
    kinds = {"fr": "", "en": "", "en-tickets": "tickets", "fr-demand": "demand"}
    members = {name: make_member(name[:2], key) for name, key in kinds.items()}
    folders = {
        name: unpacked(build_archive(record_of(member)), tmp_path / name)
        for name, member in members.items()
    }
    starter = starter_archive(members["fr"].dojo, lambda path: f"https://x.example{path}")
    start = unpacked(starter, tmp_path / "starter")
    requirements = [folder / "requirements.txt" for folder in (*folders.values(), start)]
    python = make_environment(tmp_path / "venv", *requirements)
    for name, folder in folders.items():
        before = nbformat.read(folder / "notebook.ipynb", as_version=4)
        after = executed(python, folder, "notebook.ipynb")
        for cell, again in zip(before.cells, after.cells, strict=True):
            assert cell.get("outputs") == without_warnings(again), cell.id
        sections = re.split(r"^## .*#\d+$", (folder / "experiment-log.md").read_text(), flags=re.M)
        for number in (1,) if kinds[name] else (1, 3, 4):
            compare_with_log(after, number, sections[number], name[:2])
    cells = {cell.id: cell for cell in executed(python, start, "starter.ipynb").cells}
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
    for name, label in LABELS.items():
        train, test = (
            f"{recorded[part][name]:.3f}".replace(".", "," if language == "fr" else ".")
            for part in ("train", "test")
        )
        row = next(line for line in section.splitlines() if line.startswith(f"| {label} |"))
        cells = [part.strip() for part in row.split("|")]
        assert (cells[2], cells[3].split()[0]) == (train, test)
