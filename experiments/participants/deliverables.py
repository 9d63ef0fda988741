"""Check the deliverables of each phase."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classrooms.agenda.readers import agenda_words
from classrooms.models import Dojo, Phase, QuizAnswer, Seat
from classrooms.models.agenda import PhaseKind
from classrooms.models.dojos import Variant
from classrooms.theory.questions import QUESTIONS
from experiments.findings.conclusions import is_interpreted
from experiments.models import Documentation, Experiment, Framing, Talk
from experiments.submit.rules import simple_models

# Live questions of the theory.
QUESTION_COUNT = len(QUESTIONS)
# Of the guided iterations; the discovery variant has one.
LOGGED_EXPERIMENTS = 2
REMIND_BELOW = 1 / 3


class Kind(StrEnum):
    UNDERSTANDING = "understanding"
    FRAMING = "framing"
    FIRST_EXPERIMENT = "first_experiment"
    EXPERIMENT_LOG = "experiment_log"
    ANALYSIS = "analysis"
    NOTEBOOK = "notebook"
    PRESENTATION = "presentation"


KINDS: dict[str, Kind] = {
    PhaseKind.THEORY: Kind.UNDERSTANDING,
    PhaseKind.SETUP: Kind.FIRST_EXPERIMENT,
    PhaseKind.ITERATIONS: Kind.EXPERIMENT_LOG,
    PhaseKind.INTERPRETATION: Kind.ANALYSIS,
    PhaseKind.DOCUMENTATION: Kind.NOTEBOOK,
    PhaseKind.PRESENTATION: Kind.PRESENTATION,
}
# Two hours: one experiment, and its documentation.
DISCOVERY_KINDS = KINDS | {
    PhaseKind.SETUP: Kind.FRAMING,
    PhaseKind.ITERATIONS: Kind.FIRST_EXPERIMENT,
    PhaseKind.DOCUMENTATION: Kind.EXPERIMENT_LOG,
}

LABELS: dict[Kind, Promise] = {
    Kind.UNDERSTANDING: _("Understanding"),
    Kind.FRAMING: _("Framing"),
    Kind.FIRST_EXPERIMENT: _("First experiment"),
    Kind.EXPERIMENT_LOG: _("Experiment log"),
    Kind.ANALYSIS: _("Analysis"),
    Kind.NOTEBOOK: _("Final notebook"),
    Kind.PRESENTATION: _("Presentation"),
}
# What is to do for it, as a reminder says it.
TASKS: dict[Kind, Promise] = {
    Kind.UNDERSTANDING: _("Answer the four questions on the slides."),
    Kind.FRAMING: _("Write your framing: problem, data, metric, baseline."),
    Kind.FIRST_EXPERIMENT: _("Run a baseline and get its result."),
    Kind.EXPERIMENT_LOG: _("Conclude your experiments, each with an analysis and a decision."),
    Kind.ANALYSIS: _(
        "For one experiment, write a note on an error, a limitation, or what you claim of a column "
        "or a subgroup."
    ),
    Kind.NOTEBOOK: _("Read through your log, then mark it as final."),
    Kind.PRESENTATION: _("Present what you learned."),
}
PLACES: dict[Kind, str] = {
    Kind.FRAMING: "experiments:framing",
    Kind.FIRST_EXPERIMENT: "experiments:experiment_new",
    Kind.NOTEBOOK: "experiments:take_home",
}


@dataclass(frozen=True)
class Work:
    """A participant's work, as far as deliverables are concerned."""

    simple_models: Collection[str]
    answers: int
    has_framing: bool
    experiments: Sequence[Experiment]
    is_final: bool
    has_presented: bool

    def count(self, kind: Kind, *, needed: int) -> int:
        """Amount of a deliverable, up to what is needed."""
        match kind:
            case Kind.UNDERSTANDING:
                found = self.answers
            case Kind.FRAMING:
                found = self.has_framing
            case Kind.FIRST_EXPERIMENT:
                found = sum(
                    e.config["model"]["name"] in self.simple_models and e.run.has_succeeded
                    for e in self.experiments
                )
            case Kind.EXPERIMENT_LOG:
                found = sum(e.is_closed for e in self.experiments)
            case Kind.ANALYSIS:
                found = sum(is_interpreted(e) for e in self.experiments)
            case Kind.NOTEBOOK:
                found = self.is_final
            case Kind.PRESENTATION:
                found = self.has_presented
        return min(int(found), needed)


@dataclass(frozen=True)
class Deliverable:
    """The deliverable of a phase, and a participant's progress on it."""

    kind: Kind
    phase: Phase
    count: int
    needed: int

    @property
    def label(self) -> str:
        """The title on the agenda."""
        return agenda_words(self.phase.deliverable) or str(LABELS[self.kind])

    @property
    def task(self) -> str:
        return str(TASKS[self.kind])

    @property
    def done(self) -> bool:
        return self.count >= self.needed

    @property
    def is_current(self) -> bool:
        return self.phase.is_current


@dataclass(frozen=True)
class Progress:
    """The deliverables of a participant, in the order of the agenda."""

    dojo: Dojo
    deliverables: tuple[Deliverable, ...]
    now: datetime

    @cached_property
    def current(self) -> Deliverable | None:
        return next((one for one in self.deliverables if one.is_current), None)

    @property
    def reminder(self) -> Deliverable | None:
        """The current phase's deliverable, where it is missing and little time is left."""
        current = self.current
        if current is None or current.done or not current.phase.is_counting:
            return None
        is_late = current.phase.remaining(self.now) < current.phase.duration * REMIND_BELOW
        return current if is_late else None

    @property
    def reminder_url(self) -> str:
        place = PLACES.get(self.reminder.kind) if self.reminder else None
        return reverse(place, args=[self.dojo.public_id]) if place else ""


def progress_of(dojo: Dojo, phases: Sequence[Phase], work: Work) -> Progress:
    """A participant's progress on the deliverables. A phase that is skipped, or that repeats
    another one's deliverable, asks for nothing."""
    is_discovery = dojo.variant == Variant.DISCOVERY
    kinds = DISCOVERY_KINDS if is_discovery else KINDS
    needed = {
        Kind.UNDERSTANDING: QUESTION_COUNT,
        Kind.EXPERIMENT_LOG: 1 if is_discovery else LOGGED_EXPERIMENTS,
    }
    found: dict[Kind, Deliverable] = {}
    for phase in phases:
        kind = kinds[phase.kind]
        wanted = needed.get(kind, 1)
        if not phase.is_skipped and (kind not in found or phase.is_current):
            found[kind] = Deliverable(kind, phase, work.count(kind, needed=wanted), wanted)
    ordered = sorted(found.values(), key=lambda one: one.phase.position)
    return Progress(dojo, tuple(ordered), timezone.now())


def own_progress(
    seat: Seat, framing: Framing | None, experiments: Sequence[Experiment]
) -> Progress:
    """One participant's progress."""
    work = Work(
        simple_models=simple_models(seat.dojo.rules.allowed_models),
        answers=seat.quiz_answers.count(),
        has_framing=framing is not None,
        experiments=experiments,
        is_final=Documentation.objects.filter(seat=seat, final_at__isnull=False).exists(),
        has_presented=Talk.objects.filter(
            seat=seat, started_at__isnull=False, ended_at__isnull=False
        ).exists(),
    )
    return progress_of(seat.dojo, list(seat.dojo.phases.all()), work)


def answers_in(dojo: Dojo) -> dict[int, int]:
    """Number of live questions that each seat has answered, by primary key."""
    answers = QuizAnswer.objects.filter(seat__dojo=dojo).order_by()
    return dict(answers.values_list("seat").annotate(count=Count("pk")))
