"""The notebook that a participant takes home: it re-runs to the same numbers."""

from __future__ import annotations

import json

import nbformat
from django.utils.translation import gettext as _

from experiments.engine.codegen import (
    Code,
    data_code,
    experiment_code,
    functions_code,
    imports_code,
)
from experiments.engine.fingerprint import ENGINE_VERSION
from experiments.exports.code import data_source
from experiments.exports.log import context_section, experiment_text, results_table
from experiments.exports.record import Record
from experiments.models import Experiment, Run
from experiments.run_page import run_page

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def build_notebook(record: Record) -> str:
    """The notebook as JSON: context, data, then every experiment with its code.

    Each experiment's code ends by comparing its metrics with those of the run, so
    that whoever re-runs it sees at once that the numbers are the same.
    """
    dojo = record.membership.dojo
    codes = {
        experiment.pk: experiment_code(experiment.parsed_config, dojo.schema, experiment.run.replay)
        for experiment in record.experiments
        if experiment.run.has_succeeded
    }
    cells = [
        _markdown("context", context_section(record)),
        _markdown("how", _("Run the cells from top to bottom; the data are in `data.csv`.")),
        _code("imports", imports_code(codes.values())),
        _code("data", data_code(data_source(dojo))),
        _code("functions", functions_code(codes.values())),
    ]
    for experiment in record.experiments:
        cells += _experiment_cells(experiment, codes.get(experiment.pk))
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    nbformat.validate(notebook)
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _experiment_cells(experiment: Experiment, code: Code | None) -> list[nbformat.NotebookNode]:
    number = experiment.number
    before, after = experiment_text(experiment)
    cells = [_markdown(f"before-{number}", before)]
    if code:
        cells += [
            _code(f"code-{number}", "\n".join(code.statements)),
            _code(f"check-{number}", _check(experiment.run)),
        ]
    results = "### " + _("Results") + "\n" + results_table(run_page(experiment))
    cells.append(_markdown(f"after-{number}", f"{results}\n\n{after}"))
    return cells


def _check(run: Run) -> str:
    """Compares with the recorded numbers; those of an older engine are only shown."""
    expected = json.dumps(
        {part: run.metrics[part] for part in ("train", "cross_validation", "test")}
    )
    lines = [f"recorded = {expected}"]
    if run.versions.get("engine") == str(ENGINE_VERSION):
        lines.append("assert metrics == recorded, metrics  # the numbers of the log, every digit")
    lines.append('pd.DataFrame({part: metrics[part] for part in ("train", "test")})')
    return "\n".join(lines)


def _markdown(cell_id: str, source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_markdown_cell(source.strip(), id=cell_id)


def _code(cell_id: str, source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source.strip(), id=cell_id)
