"""The open problems of the eight hours, taken home: text and a time series, in both languages."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

from classrooms.datasets.services import add_bundled_dataset
from engine.spec.config import validate_config
from experiments.exports.archives.participant import build_archive
from experiments.exports.documents.log import experiment_log
from experiments.exports.record import record_of
from jobs.perform import perform_here
from tests import factories
from tests.experiments.test_exports import really_run

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = [pytest.mark.serverless, pytest.mark.django_db(transaction=True)]

CONFIGS: dict[str, dict[str, Any]] = {
    "tickets": {
        "columns": {"include": ["message"]},
        "preparation": {"text": {"stop_words": "both", "accents": "strip"}},
        "model": {"name": "logistic_regression"},
        "validation": {"folds": 2},
    },
    "demand": {
        "columns": {"include": ["hour", "demand_kw", "temperature_c"]},
        "preparation": {"datetime": {"parts": ["hour"], "encode": "circle"}},
        "model": {"name": "logistic_regression"},
        "validation": {"folds": 3, "gap": 24},
    },
}


def run_cells(notebook: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a kernel does with the code cells; the last one of an experiment asserts its numbers."""
    monkeypatch.chdir(folder)
    namespace: dict[str, Any] = {"print": lambda *values: None, "display": lambda *values: None}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, cell.id, "exec"), namespace)  # noqa: S102


@pytest.mark.parametrize(
    ("key", "language", "told"),
    [("tickets", "en", "1,200 holdout rows"), ("demand", "fr", "Dans le temps")],
)
def test_a_run_is_repeated_at_home(
    key: str, language: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = factories.make_user()
    dataset = add_bundled_dataset(owner, key)
    perform_here(dataset)
    dataset.refresh_from_db()
    assert dataset.is_ready, dataset.failure_code
    fields = {"dataset": dataset, "variant": "advanced", "language": language}
    dojo = factories.make_dojo(owner, **fields, **dataset.proposed_measure)
    member = factories.join(dojo, "Zoé")
    config = validate_config(CONFIGS[key], dojo.schema)
    experiment = factories.submit(member, config=config)
    assert really_run(experiment).run.has_succeeded
    record = record_of(member)
    assert told in experiment_log(record)
    with zipfile.ZipFile(build_archive(record)) as archive:
        archive.extractall(tmp_path)
    notebook = nbformat.read(tmp_path / "notebook.ipynb", as_version=4)
    run_cells(notebook, tmp_path, monkeypatch)
    changed = next(cell for cell in notebook.cells if cell.id == "check-1")
    changed.source = changed.source.replace("0.", "0.9", 1)
    with pytest.raises(AssertionError):
        run_cells(notebook, tmp_path, monkeypatch)
