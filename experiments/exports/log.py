"""The experiment log in the brief's format, as Markdown in the Dojo's language."""

from __future__ import annotations

import re

from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from classrooms.dataset_page import division_of
from experiments.engine.codegen import generate_script
from experiments.exports.code import data_source
from experiments.exports.record import Record
from experiments.models import Experiment
from experiments.run_page import MetricRow, RunPage, experiment_page, run_page
from experiments.templatetags.experiments import score, seconds, signed

# What would begin a heading, a list, a quote, a rule, a fence or a table in Markdown.
BLOCK_START = re.compile(r"^(\s*)([#>|+\-=*_~`]|\d+[.)])", re.MULTILINE)


def plain(text: str) -> str:
    """A participant's text as Markdown that shows it and structures nothing."""
    text = text.strip().replace("\r\n", "\n").replace("<", "&lt;")
    return BLOCK_START.sub(lambda found: f"{found[1]}\\{found[2]}", text)


def plain_line(text: str) -> str:
    return plain(" ".join(text.split()))


def experiment_log(record: Record) -> str:
    """The whole log of one participant: context, then every experiment, failures too."""
    with translation.override(record.membership.dojo.language):
        sections = [context_section(record)]
        for experiment in record.experiments:
            before, after = experiment_text(experiment)
            code = "### " + _("Code") + "\n" + _code(experiment)
            results = "### " + _("Results") + "\n" + results_table(run_page(experiment))
            sections.append("\n\n".join([before, code, results, after]) + "\n")
    return "\n---\n\n".join(sections)


def context_section(record: Record) -> str:
    """Title and context: problem, data, metric with its threshold, baseline."""
    dojo, framing = record.membership.dojo, record.framing
    unknown = _("(not written)")
    threshold = _("%(metric)s on test, success from %(threshold)s") % {
        "metric": dojo.get_primary_metric_display(),
        "threshold": number_format(dojo.success_threshold),
    }
    metric = f"{plain_line(framing.metric)} ({threshold})" if framing else threshold
    sizes = dojo.dataset.part_sizes
    data = _("%(dataset)s: %(train)s train rows, %(test)s test rows, %(holdout)s hidden") % {
        "dataset": dojo.dataset.title,
        "train": number_format(sizes["train"], use_l10n=True, force_grouping=True),
        "test": number_format(sizes["test"], use_l10n=True, force_grouping=True),
        "holdout": number_format(sizes["holdout"], use_l10n=True, force_grouping=True),
    }
    if division := division_of(dojo.dataset):
        data = f"{data}; {plain_line(division)}"
    rows = [
        (_("Problem"), plain_line(framing.problem) if framing else unknown),
        (_("Data"), f"{plain_line(framing.data)} ({data})" if framing else data),
        (_("Metric"), metric),
        (_("Baseline"), plain_line(framing.baseline) if framing else unknown),
    ]
    lines = "\n".join(_bullet(label, value) for label, value in rows)
    heading = _("Context")
    return f"# Experiment Log\n\n## {heading}\n{lines}\n"


def _bullet(label: str, value: str) -> str:
    return _("- **%(label)s**: %(value)s") % {"label": label, "value": value}


def experiment_text(experiment: Experiment) -> tuple[str, str]:
    """What stands before an experiment's code, and what stands after its results."""
    before = [
        "## " + _("Experiment #%(number)s") % {"number": experiment.number},
        "### " + _("Hypothesis") + "\n" + _hypothesis(experiment),
        "### " + _("Approach") + "\n" + _approach(experiment),
    ]
    after = [
        "### " + _("Analysis") + "\n" + _analysis(experiment),
        *_limits(experiment),
        "### " + _("Next") + "\n" + (plain(experiment.next_step) or _("(not written)")),
    ]
    return "\n\n".join(before), "\n\n".join(after)


def _hypothesis(experiment: Experiment) -> str:
    lines = [plain(experiment.claim), plain(experiment.rationale)]
    metric = experiment.membership.dojo.get_primary_metric_display()
    if experiment.compared_to and experiment.expected_effect is not None:
        lines.append(
            _("Expected: %(effect)s %(metric)s against experiment #%(number)s.")
            % {
                "effect": signed(experiment.expected_effect),
                "metric": metric,
                "number": experiment.compared_to.number,
            }
        )
    elif experiment.expected_effect is not None:
        lines.append(
            _("Expected: %(metric)s %(score)s.")
            % {"metric": metric, "score": score(experiment.expected_effect)}
        )
    return "\n\n".join(lines)


def _approach(experiment: Experiment) -> str:
    page = experiment_page(experiment)
    values = ", ".join(f"{label} = {value}" for label, value in page.hyperparameters)
    found = run_page(experiment).found_hyperparameters
    rows = [
        (_("Model"), experiment.model_label),
        (_("Features"), ", ".join(f"`{name}`" for name in page.features)),
        (_("New features"), plain_line("; ".join(page.new_features))),
        (_("Hyperparams"), values or _("none")),
        (_("Found by the search"), found),
    ]
    rows = [(label, value) for label, value in rows if value]
    if page.changes:
        label = _("Changed against #%(number)s") % {"number": experiment.compared_to.number}  # type: ignore[union-attr]
        rows.append((label, "; ".join(page.changes)))
    return "\n".join(_bullet(label, value) for label, value in rows)


def _code(experiment: Experiment) -> str:
    source = data_source(experiment.membership.dojo)
    script = generate_script(experiment.parsed_config, source, experiment.run.replay)
    return f"```python\n{script}```"


def results_table(result: RunPage) -> str:
    """The table Metric | Train | Test, or why there is none."""
    if result.run.is_unfinished:
        return _("The run has not finished.")
    if result.run.has_failed:
        return _("The run has no result: %(reason)s") % {"reason": result.failure}
    header = f"| {_('Metric')} | Train | Test |\n|----------|-------|------|\n"
    lines = [_result_line(row) for row in result.rows]
    fit = _("Fit time: %(time)s") % {"time": seconds(result.run.fit_seconds)}
    return header + "\n".join(lines) + "\n\n" + fit


def _result_line(row: MetricRow) -> str:
    return f"| {row.label} | {_cell(row, row.train)} | {_cell(row, row.test)} |"


def _cell(row: MetricRow, value: float | None) -> str:
    """Accuracy in percent, as the brief writes it; the others as they are."""
    if value is not None and row.metric.name == "accuracy":
        return _("%(percent)s%%") % {"percent": score(100 * value, 1)}
    return score(value)


def _analysis(experiment: Experiment) -> str:
    lines = [plain(experiment.analysis) or _("(not written)")]
    if experiment.decision:
        lines.append(
            _("Decision: %(decision)s.") % {"decision": experiment.get_decision_display().lower()}
        )
    if experiment.run.confusion:
        lines.append(
            _("On test: %(false_positives)s false positives, %(false_negatives)s false negatives.")
            % experiment.run.confusion
        )
    notes = [
        _("- Row %(row)s: %(note)s") % {"row": note.row, "note": plain_line(note.text)}
        for note in experiment.row_notes.all()
    ]
    if notes:
        lines.append("\n".join([_("Notes on errors:"), "", *notes]))
    return "\n\n".join(lines)


def _limits(experiment: Experiment) -> list[str]:
    """What the model cannot be trusted for, where the participant wrote it."""
    if not experiment.limits:
        return []
    return ["### " + _("Limits") + "\n" + plain(experiment.limits)]
