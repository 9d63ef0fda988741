"""The notebook's interpretation of one model: what it uses, where it is wrong, and its limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import nbformat
from django.utils.translation import gettext as _

from engine.build.interpretation import InterpretationCode, interpretation_code
from engine.build.spec_builder import source_columns
from engine.spec.metrics import METRICS
from experiments.exports.documents.content import ExperimentContent
from experiments.exports.documents.log import plain
from experiments.exports.notebooks.cells import code_cell, markdown_cell
from experiments.leaderboard.entries import objection_to
from experiments.models import Experiment


def chosen_for_interpretation(
    experiments: Sequence[ExperimentContent],
) -> ExperimentContent | None:
    """The best of those that were kept, else of all; by cross-validation, since test rows
    choose no model. One that reads a leak only where there is no other; None where no model
    reads the columns."""
    candidates = [
        one
        for one in experiments
        if one.result.run.has_succeeded and one.experiment.parsed_config.model.name != "dummy"
    ]
    sound = [one for one in candidates if not objection_to(one.experiment)] or candidates
    kept = [one for one in sound if one.experiment.decision == Experiment.Decision.KEEP]
    return max(kept or sound, key=_validated, default=None)


def _validated(one: ExperimentContent) -> float:
    """The mean over the folds, counted so that more is better."""
    metric = METRICS[one.experiment.seat.dojo.primary_metric]
    score = float(one.result.run.metrics["cross_validation"]["mean"][metric.name])
    return score if metric.higher_is_better else -score


def interpretation_of(one: ExperimentContent) -> InterpretationCode:
    """The code that looks into the model of an experiment."""
    experiment = one.experiment
    dojo, config = experiment.seat.dojo, experiment.parsed_config
    return interpretation_code(
        metric=dojo.primary_metric,
        threshold=one.result.run.threshold,
        seed=config.seed,
        columns=len(source_columns(config, dojo.schema)),
        sizes=dojo.dataset.part_sizes,
    )


def interpretation_cells(
    one: ExperimentContent, code: InterpretationCode
) -> Iterator[nbformat.NotebookNode]:
    """The section, with nothing under its cells: it is computed by whoever runs it."""
    yield markdown_cell("interpretation", _opening(one))
    yield code_cell("looking-in", code.functions)
    yield markdown_cell("about-importance", _about_importance())
    yield code_cell("importance", code.importance)
    yield markdown_cell("about-errors", _about_errors(one))
    yield code_cell("errors", code.errors)
    yield markdown_cell("about-shap", _about_shap())
    yield code_cell("beeswarm", code.beeswarm)
    yield markdown_cell("about-waterfall", _about_waterfall())
    yield code_cell("waterfall", code.waterfall)
    yield markdown_cell("limits", _limits(one))


def _opening(one: ExperimentContent) -> str:
    words = _(
        "What does the model of experiment #%(number)s use, and where is it wrong? These cells "
        "compute it on the test rows."
    )
    return "# " + _("Interpretation") + "\n" + words % {"number": one.number}


def _about_importance() -> str:
    words = _(
        "A column is shuffled so that it carries no information: how far does the score drop? "
        "Where the drop is no larger than its spread over five shuffles, it is chance. Of "
        "correlated columns, each may look useless because the others replace it."
    )
    return "## " + _("What it uses: permutation importance") + "\n" + words


def _about_errors(one: ExperimentContent) -> str:
    words = _(
        "The ten test rows that the model gets most confidently wrong. `actual` is 1 for the "
        "class `%(positive)s`, `probability` is the model’s for that class. What do they share?"
    ) % {"positive": one.experiment.seat.dojo.schema.positive_class}
    return "## " + _("Where it is wrong: its most confident errors") + "\n" + words


def _about_shap() -> str:
    words = _(
        "SHAP values, by the `shap` library: how far each column moves a prediction from the mean "
        "one, in probability points (0.05 is five points out of a hundred). One dot is one test "
        "row. They are estimated by comparison with a few training rows, so the numbers differ a "
        "little from those on the platform, which compares with more."
    )
    return "## " + _("In which direction: SHAP") + "\n" + words


def _about_waterfall() -> str:
    return _("One prediction, column by column: the model’s most confident error, if it makes any.")


def _limits(one: ExperimentContent) -> str:
    known = [
        _(
            "None of this says what causes the outcome: a column can matter because it goes with "
            "what matters."
        ),
        _(
            "Importance and SHAP values are those of this model on these rows; another model with "
            "the same score may use other columns."
        ),
        _(
            "Columns are changed one at a time, also into rows that cannot exist where columns go "
            "together."
        ),
    ]
    parts = ["## " + _("Limitations"), "\n".join(f"- {sentence}" for sentence in known)]
    if one.limits:
        written = _("What I would not trust this model for:")
        parts += [written, plain(one.limits)]
    return "\n\n".join(parts)
