"""The standard agendas: the purpose, length and deliverable of each phase."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classrooms.models.agenda import Phase, PhaseKind
from classrooms.models.dojos import Variant

MOST_PHASES = 20
LEAST_MINUTES, MOST_MINUTES = 1, 240
# How long a variant is meant to take; alone, everyone takes the time that they need.
VARIANT_MINUTES = {Variant.DISCOVERY: 120, Variant.STANDARD: 240, Variant.ADVANCED: 480}


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
    PhasePlan(PhaseKind.DOCUMENTATION, 30, _("Writing up"), _("Final notebook")),
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
            _("A dataset that is ready; framing the problem"),
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
            PhaseKind.THEORY,
            60,
            _("The workflow, applied to an open problem: texts or a time series"),
            _("Understanding"),
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
        PhasePlan(PhaseKind.DOCUMENTATION, 60, _("Writing up"), _("Final notebook")),
        PhasePlan(
            PhaseKind.PRESENTATION,
            60,
            _("Formal presentation to the group"),
            _("Slides and sharing"),
        ),
    ),
}


@dataclass(frozen=True)
class PhaseDraft:
    """A phase as a facilitator writes it, apart from any Dojo."""

    kind: str
    title: str
    planned_minutes: int
    content: str = ""
    deliverable: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, phase: Phase) -> PhaseDraft:
        """The plan of a phase, whatever its clock says."""
        return cls(
            kind=phase.kind,
            title=phase.title,
            planned_minutes=phase.planned_minutes,
            content=phase.content,
            deliverable=phase.deliverable,
        )


def agenda_of(variant: str, language: str) -> list[PhaseDraft]:
    """The agenda that the brief lays down for a variant, written in a language."""
    with translation.override(language):
        return [
            PhaseDraft(
                kind=plan.kind.value,
                title=str(plan.kind.label),
                planned_minutes=plan.minutes,
                content=str(plan.content),
                deliverable=str(plan.deliverable),
            )
            for plan in AGENDAS[Variant(variant)]
        ]


def agenda_from_json(phases: Iterable[Mapping[str, Any]]) -> list[PhaseDraft]:
    """An agenda as a template stores it."""
    return [PhaseDraft(**phase) for phase in phases]
