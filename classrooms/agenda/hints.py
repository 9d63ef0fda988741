"""Hints for facilitators, phase by phase: things to say, and common mistakes."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo, Phase
from classrooms.models.agenda import PhaseKind


@dataclass(frozen=True)
class Hint:
    """Things to say, and pitfalls each with the question that opens eyes."""

    say: tuple[Promise, ...]
    pitfalls: tuple[tuple[Promise, Promise], ...] = ()


NO_HYPOTHESIS = (_("No clear hypothesis"), _("“What are we testing?”"))
NO_BASELINE = (_("No baseline"), _("“How do you know it's better?”"))
OVERFITTING = (_("Overfitting"), _("“Compare train and test.”"))
TOO_MANY = (_("Several changes at once"), _("“If the score moves, what made it move?”"))
NOT_GOOD_ENOUGH = (
    _("“It's not good enough”"),
    _("“Where is it wrong? Analyse the errors before trying anything more complex.”"),
)

BEFORE = Hint(
    (
        _("Show the join code on the projector, and wait until everyone is on the list."),
        _("Go through the checklist: data, workers, link."),
        _("Say what participants will take home: a notebook that re-runs, and an experiment log."),
    )
)
HINTS: dict[str, Hint] = {
    PhaseKind.THEORY: Hint(
        (
            _("Problem, hypothesis, experiment, results, interpretation, decision: draw the loop."),
            _(
                "Ask the four questions on the slides; let participants explain "
                "wrong answers themselves."
            ),
            _("A forecast that turns out wrong and teaches something is a success here."),
        ),
        (NO_HYPOTHESIS,),
    ),
    PhaseKind.SETUP: Hint(
        (
            _("Frame first: which decision, which data, which metric, which baseline."),
            _("Which model? Start simple: a logistic regression."),
            _("By the end of this phase, everyone has finished one experiment."),
        ),
        (NO_BASELINE,),
    ),
    PhaseKind.ITERATIONS: Hint(
        (
            _("One hypothesis is one experiment: a change, a reason, an expected effect."),
            _("Log everything, failures too: hyperparameters, metrics, time, version."),
            _("Ask everyone once: what did your last experiment teach you?"),
        ),
        (NO_HYPOTHESIS, TOO_MANY, OVERFITTING, NOT_GOOD_ENOUGH),
    ),
    PhaseKind.INTERPRETATION: Hint(
        (
            _("What does the model use? Where is it wrong, and for whom?"),
            _(
                "Read ten errors aloud, most confident first, and look for what they "
                "have in common."
            ),
            _("Say what the model can't be trusted for."),
        ),
        (OVERFITTING, NOT_GOOD_ENOUGH),
    ),
    PhaseKind.DOCUMENTATION: Hint(
        (
            _("Would a colleague understand it in a month, and get the same numbers?"),
            _("Conclude every open experiment: one sentence, and one word for the decision."),
            _("Mark your log as final when it is complete."),
        )
    ),
    PhaseKind.PRESENTATION: Hint(
        (
            _("What did you expect, what happened, what did you learn?"),
            _("After each presentation, everyone writes one takeaway."),
            _("Reveal the holdout scores last, and discuss who moved and why."),
        )
    ),
}


def phase_hint(dojo: Dojo, phase: Phase | None) -> Hint | None:
    """Hints for the current phase; None once the Dojo has ended."""
    if dojo.has_ended:
        return None
    return HINTS.get(phase.kind) if phase else BEFORE
