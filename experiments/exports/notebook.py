"""The notebook that a participant takes home: it re-runs to the same numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence

import nbformat
from django.utils.translation import gettext as _

from classrooms.models import Membership
from experiments.engine.codegen import SCORES, DataSource, data_code, experiment_code, imports
from experiments.exports.log import context_section, experiment_text, results_table
from experiments.models import Experiment
from experiments.presentation import run_page

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def build_notebook(membership: Membership, experiments: Sequence[Experiment]) -> str:
    """The notebook as JSON: context, data, then every experiment with its code.

    Each experiment's code ends by comparing its metrics with those of the run, so
    that whoever re-runs it sees at once that the numbers are the same.
    """
    dataset = membership.dojo.dataset
    source = DataSource(dataset.schema, dataset.split_column)
    configs = [experiment.parsed_config for experiment in experiments]
    cells = [
        _markdown("context", context_section(membership)),
        _markdown("how", _("Run the cells from top to bottom; the data are in `data.csv`.")),
        _code("imports", imports(configs, source.schema)),
        _code("data", data_code(source)),
        _code("scores", SCORES),
    ]
    for experiment in experiments:
        cells += _experiment_cells(experiment, source)
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    nbformat.validate(notebook)
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _experiment_cells(experiment: Experiment, source: DataSource) -> list[nbformat.NotebookNode]:
    number = experiment.number
    before, after = experiment_text(experiment)
    cells = [_markdown(f"before-{number}", before)]
    run = experiment.run
    if run.has_succeeded:
        code = experiment_code(experiment.parsed_config, source.schema)
        expected = json.dumps(
            {part: run.metrics[part] for part in ("train", "cross_validation", "test")}
        )
        check = (
            f"recorded = {expected}\n"
            "assert metrics == recorded, metrics  # the numbers of the log, to the last digit\n"
            'pd.DataFrame({part: metrics[part] for part in ("train", "test")})\n'
        )
        cells += [_code(f"code-{number}", code), _code(f"check-{number}", check)]
    results = "### " + _("Results") + "\n" + results_table(run_page(experiment))
    cells.append(_markdown(f"after-{number}", f"{results}\n\n{after}"))
    return cells


def _markdown(cell_id: str, source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_markdown_cell(source.strip(), id=cell_id)


def _code(cell_id: str, source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source.strip(), id=cell_id)
