"""The views of a run's interpretation, in the order in which a learner asks."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo, Seat
from experiments.analysis.mistakes import errors_context, limits_context, slices_context
from experiments.analysis.page import AnalysisPage, Choices, View, address_of
from experiments.analysis.reasons import effects_context, importance_context
from experiments.analysis.rows import row_context
from experiments.analysis.scores import (
    checks_context,
    fit_context,
    ranking_context,
    threshold_context,
)
from experiments.models import Experiment, Stage
from experiments.pages.run_page import RunPage

VIEWS: tuple[View, ...] = (
    View(
        "fit",
        _("Train and test"),
        _("Did it learn, or just memorise?"),
        (Stage.LEARNING,),
        fit_context,
        shows_at_once=True,
    ),
    View(
        "importance",
        _("Importance"),
        _("What does it use?"),
        (Stage.EVIDENCE, Stage.REASONS),
        importance_context,
    ),
    View(
        "effects",
        _("Effect of a feature"),
        _("In which direction does a feature push?"),
        (Stage.REASONS,),
        effects_context,
    ),
    View("row", _("One prediction"), _("Why this prediction?"), (), row_context),
    View("errors", _("Errors"), _("Where is it wrong?"), (Stage.EVIDENCE,), errors_context),
    View("slices", _("Subgroups"), _("For whom is it wrong?"), (Stage.SUBGROUPS,), slices_context),
    View(
        "threshold",
        _("Threshold"),
        _("From which probability should you act?"),
        (Stage.EVIDENCE,),
        threshold_context,
    ),
    View(
        "ranking",
        _("Ranking and calibration"),
        _("Does it rank rows well, and are its probabilities right?"),
        (Stage.EVIDENCE,),
        ranking_context,
    ),
    View(
        "limits",
        _("Limitations"),
        _("What can't you trust it for?"),
        (Stage.SUBGROUPS,),
        limits_context,
    ),
)
CHECKS = View(
    "checks",
    _("Checks"),
    _("What would a careful colleague ask?"),
    (Stage.CHECKS,),
    checks_context,
)


def views_of(dojo: Dojo) -> tuple[View, ...]:
    """The views that the Dojo's rules know."""
    return (CHECKS, *VIEWS) if dojo.rules.makes_checks else VIEWS


@dataclass(frozen=True)
class Link:
    """A view as the experiment's page lists it; of checks, how many found something."""

    view: View
    address: str
    is_waiting: bool
    has_failed: bool
    to_look_at: int = 0


def analysis_links(result: RunPage) -> list[Link]:
    """Every view of a finished run, with whether its stage is there."""
    found = []
    for view in views_of(result.experiment.seat.dojo):
        stage = result.stages.get(view.stages[0]) if view.stages else None
        found.append(
            Link(
                view,
                address_of(result.experiment, view.slug),
                is_waiting=stage is not None and stage.is_unfinished,
                has_failed=stage is not None and stage.has_failed,
                to_look_at=result.checks_found if view is CHECKS else 0,
            )
        )
    return found


def analysis_page(
    experiment: Experiment, slug: str, choices: Choices, reader: Seat
) -> AnalysisPage:
    """The page of one view, for who looks at it.

    Raises:
        KeyError: there is no such view.
    """
    views = views_of(experiment.seat.dojo)
    view = {view.slug: view for view in views}[slug]
    return AnalysisPage(experiment, view, views, choices, reader)
