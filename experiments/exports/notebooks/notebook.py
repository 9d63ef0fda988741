"""The notebook that a participant takes home: it re-runs to the same numbers."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import nbformat
from django.utils import translation
from django.utils.translation import gettext as _

from engine.build.codegen import Code, data_code, experiment_code, functions_code, imports_code
from engine.run.fingerprint import ENGINE_VERSION
from experiments.exports.documents.content import ExperimentContent, log_content
from experiments.exports.documents.log import (
    after_results,
    before_code,
    cleaning_list,
    closing,
    opening,
    plain,
    plain_line,
    results,
)
from experiments.exports.documents.pictures import Drawn
from experiments.exports.notebooks.cells import code_cell, markdown_cell, printed, write_notebook
from experiments.exports.notebooks.code import data_source
from experiments.exports.notebooks.interpretation import (
    chosen_for_interpretation,
    interpretation_cells,
    interpretation_of,
)
from experiments.exports.record import Record
from experiments.forecasts.drawing import ruler_png
from experiments.models import Run
from experiments.talks.learnings import learnings_of

# Measured between two kinds of processor: 1e-13. Half of a digit that a table shows: 5e-5.
TOLERANCE = 1e-6
Pictures = Mapping[int, Sequence[Drawn]]
Cells = Iterator[nbformat.NotebookNode]


def build_notebook(record: Record, pictures: Pictures | None = None) -> str:
    """The notebook as JSON, in the document's language.

    Each experiment's code ends by comparing its metrics with those of the run, so that
    whoever re-runs it sees at once that the numbers are the same. What the cells print
    is in it already, out of the record.

    Args:
        pictures: of charts, by the run's primary key.
    """
    with translation.override(record.language):
        return write_notebook(_cells(record, pictures or {}), record.language)


def notebook_digest(record: Record) -> str:
    """Hash of the content that an execution verifies: the notebook without its pictures."""
    return hashlib.sha256(build_notebook(record).encode()).hexdigest()


def _cells(record: Record, pictures: Pictures) -> Cells:
    dojo, content = record.seat.dojo, log_content(record)
    codes = {
        one.experiment.pk: experiment_code(
            one.experiment.parsed_config, dojo.schema, one.result.run.replay
        )
        for one in content.experiments
        if one.result.run.has_succeeded
    }
    for code in codes.values():
        code.functions.add("largest_difference")
    looked_into = chosen_for_interpretation(content.experiments)
    interpretation = interpretation_of(looked_into) if looked_into else None
    yield markdown_cell("context", opening(content))
    yield markdown_cell("how", _how_to_run())
    yield code_cell("imports", imports_code(codes.values()))
    yield from _data_cells(record)
    if functions := functions_code(codes.values()):
        words = _("What all experiments share: scores, preprocessing, validation.")
        yield markdown_cell("shared", "## " + _("Functions") + "\n" + words)
        yield code_cell("functions", functions)
    baseline = next((one for one in content.experiments if one.experiment.is_baseline), None)
    yield markdown_cell("baseline", _baseline(record, baseline))
    for one in content.experiments:
        yield from _experiment_cells(one, codes, pictures)
        if interpretation and one is looked_into:
            yield code_cell(f"keep-{one.number}", interpretation.keep)
    if looked_into and interpretation:
        yield from interpretation_cells(looked_into, interpretation)
    yield from _end(record, closing(content))


def _how_to_run() -> str:
    return _(
        "Run the cells from top to bottom; no network is needed. The data is in "
        "`data.csv`, the packages are in `requirements.txt`. In Colab, first add "
        "both files with the folder icon on the left and run %(command)s. The "
        "outputs below are those that the platform recorded; running the cells gives "
        "the same numbers, to the last digit on the same kind of processor. The interpretation "
        "near the end is computed when you run it."
    ) % {"command": "`%pip install -r requirements.txt`"}


# --- The data -----------------------------------------------------------------------------
def _data_cells(record: Record) -> Cells:
    dataset, dojo = record.seat.dojo.dataset, record.seat.dojo
    words = _(
        "**%(title)s**: the target is `%(target)s`, the positive class "
        "`%(positive)s`. `%(column)s` says which rows are for training and which for "
        "testing; the holdout rows are not included."
    ) % {
        "title": plain_line(dataset.title),
        "target": dojo.schema.target,
        "positive": dojo.schema.positive_class,
        "column": dataset.split_column,
    }
    words = "## " + _("Data") + "\n" + words + cleaning_list(dataset)
    yield markdown_cell("about-data", words)
    yield code_cell("data", data_code(data_source(dojo)))
    sizes = dataset.part_sizes
    yield code_cell(
        "rows",
        'print(f"train {len(y_train)}, test {len(y_test)}")',
        printed(f"train {sizes['train']}, test {sizes['test']}\n"),
    )


# --- Baseline and experiments ----------------------------------------------------------------
def _baseline(record: Record, baseline: ExperimentContent | None) -> str:
    """The score to beat: in words, and by which experiment."""
    parts = ["# " + _("Baseline")]
    if record.framing:
        parts.append(plain(record.framing.baseline))
    if baseline is None:
        parts.append(
            _("No experiment here is a baseline, so there is no telling how much was gained.")
        )
    else:
        words = _("Experiment #%(number)s is the baseline, the score to beat.")
        parts.append(words % {"number": baseline.number})
    return "\n\n".join(parts)


def _experiment_cells(
    one: ExperimentContent, codes: Mapping[int, Code], pictures: Pictures
) -> Cells:
    number, run = one.number, one.result.run
    yield markdown_cell(f"before-{number}", before_code(one))
    if code := codes.get(one.experiment.pk):
        yield code_cell(f"code-{number}", "\n".join(code.statements))
        yield code_cell(f"check-{number}", _check(run), printed(_scores(run)))
    yield markdown_cell(f"results-{number}", results(one))
    if one.result.ruler:
        title = _("Forecast and result")
        yield markdown_cell(f"ruler-{number}", _image(title, ruler_png(one.result.ruler)))
    if drawn := pictures.get(run.pk):
        yield markdown_cell(f"charts-{number}", "\n\n".join(_picture(one) for one in drawn))
    yield markdown_cell(f"after-{number}", after_results(one))


def _picture(drawn: Drawn) -> str:
    return f"**{drawn.title}**\n\n{_image(drawn.title, drawn.png)}"


def _image(title: str, png: bytes) -> str:
    """The picture within the text: it shows in JupyterLab, VS Code and Colab alike."""
    return f"![{title}](data:image/png;base64,{base64.b64encode(png).decode()})"


def _check(run: Run) -> str:
    """Compares with the recorded numbers; those of an older engine are only shown."""
    expected = json.dumps(_recorded(run))
    lines = [f"recorded = {expected}"]
    if run.versions.get("engine") == str(ENGINE_VERSION):
        lines += [
            "# The numbers of the log. Another kind of processor adds in another order,",
            "# so that the last digits may differ.",
            f"assert largest_difference(metrics, recorded) < {TOLERANCE}, metrics",
        ]
    else:
        lines.append("metrics = recorded  # an older engine: its numbers are only shown")
    lines += [
        "print(f\"{'':20}{'train':>10}{'folds':>10}{'test':>10}\")",
        'for name in sorted(metrics["test"]):',
        '    parts = metrics["train"], metrics["cross_validation"]["mean"], metrics["test"]',
        '    print(f"{name:20}" + "".join(f"{part[name]:10.4f}" for part in parts))',
    ]
    return "\n".join(lines)


def _recorded(run: Run) -> dict[str, Any]:
    return {part: run.metrics[part] for part in ("train", "cross_validation", "test")}


def _scores(run: Run) -> str:
    """Expected output of the check."""
    found = _recorded(run)
    parts = found["train"], found["cross_validation"]["mean"], found["test"]
    lines = [f"{'':20}{'train':>10}{'folds':>10}{'test':>10}"]
    for name in sorted(found["test"]):
        lines.append(f"{name:20}" + "".join(f"{part[name]:10.4f}" for part in parts))
    return "\n".join(lines) + "\n"


# --- Learnings ----------------------------------------------------------------------------------
def _end(record: Record, closing_words: str) -> Cells:
    told = learnings_of(record.talk, record.experiments)
    unknown = _("(not written)")
    parts = [
        "# " + _("Lessons learned"),
        "## " + _("What I learned") + "\n" + (plain(told.learned) or unknown),
        "## " + _("What I would do next") + "\n" + (plain(told.next_step) or unknown),
    ]
    yield markdown_cell("learnings", "\n\n".join([*parts, closing_words]))
