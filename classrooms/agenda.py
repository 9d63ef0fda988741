"""The agendas of the brief: what each phase is for, how long, and what it yields."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classrooms.models.dojos import Variant
from classrooms.models.phases import PhaseKind


@dataclass(frozen=True)
class PhasePlan:
    kind: PhaseKind
    minutes: int
    content: str | Promise
    deliverable: str | Promise


STANDARD = (
    PhasePlan(PhaseKind.THEORY, 45, _("The experimentation workflow"), _("Understanding")),
    PhasePlan(PhaseKind.SETUP, 45, _("Environment and baseline"), _("First experiment")),
    PhasePlan(
        PhaseKind.ITERATIONS,
        60,
        _("Two or three guided experiments, one hypothesis each"),
        _("Experiment log"),
    ),
    PhasePlan(
        PhaseKind.INTERPRETATION,
        30,
        _("Feature importance and errors"),
        _("Analysis"),
    ),
    PhasePlan(PhaseKind.DOCUMENTATION, 30, _("Writing it up cleanly"), _("Final notebook")),
    PhasePlan(
        PhaseKind.PRESENTATION,
        30,
        _("Everyone presents what they learned"),
        _("Sharing"),
    ),
)


AGENDAS: dict[Variant, tuple[PhasePlan, ...]] = {
    Variant.STANDARD: STANDARD,
    Variant.SOLO: STANDARD[:-1],
    Variant.DISCOVERY: (
        PhasePlan(PhaseKind.THEORY, 25, _("The experimentation workflow"), _("Understanding")),
        PhasePlan(
            PhaseKind.SETUP,
            20,
            _("A dataset that is ready; frame the problem"),
            _("Framing"),
        ),
        PhasePlan(
            PhaseKind.ITERATIONS,
            30,
            _("One complete experiment, from hypothesis to decision"),
            _("First experiment"),
        ),
        PhasePlan(
            PhaseKind.DOCUMENTATION,
            30,
            _("Documenting it so that others can re-run it"),
            _("Experiment log"),
        ),
        PhasePlan(
            PhaseKind.PRESENTATION, 15, _("Everyone presents what they learned"), _("Sharing")
        ),
    ),
    Variant.ADVANCED: (
        PhasePlan(
            PhaseKind.THEORY, 60, _("The workflow, applied to an open problem"), _("Understanding")
        ),
        PhasePlan(
            PhaseKind.SETUP,
            90,
            _("Framing an open problem; environment and baseline"),
            _("First experiment"),
        ),
        PhasePlan(
            PhaseKind.ITERATIONS,
            150,
            _("Experiments on your own hypotheses, tracked"),
            _("Experiment log"),
        ),
        PhasePlan(PhaseKind.INTERPRETATION, 60, _("Feature importance and errors"), _("Analysis")),
        PhasePlan(PhaseKind.DOCUMENTATION, 60, _("Writing it up cleanly"), _("Final notebook")),
        PhasePlan(
            PhaseKind.PRESENTATION,
            60,
            _("Formal presentation to the group"),
            _("Slides and sharing"),
        ),
    ),
}
