"""What a facilitator can say in each phase, and which traps to look out for."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo, Phase
from classrooms.models.phases import PhaseKind


@dataclass(frozen=True)
class Hint:
    """Things to say, and traps each with the question that opens eyes."""

    say: tuple[Promise, ...]
    traps: tuple[tuple[Promise, Promise], ...] = ()


NO_HYPOTHESIS = (_("No clear hypothesis"), _("“What are we testing?”"))
NO_BASELINE = (_("No baseline"), _("“How do you know that it is better?”"))
OVERFITTING = (_("Overfitting"), _("“Compare train and test.”"))
TOO_MANY = (_("Several changes at once"), _("“If the score moves, which of them did it?”"))
NOT_GOOD_ENOUGH = (
    _("“It is not good enough”"),
    _("“Where is it wrong? Analyse the errors before anything more complex.”"),
)

BEFORE = Hint(
    (
        _("Show how to join on the projector, and wait until the room list is complete."),
        _("Go through the checklist: data, workers, link."),
        _("Say what they will take home: a notebook that re-runs, and an experiment log."),
    )
)
HINTS: dict[str, Hint] = {
    PhaseKind.THEORY: Hint(
        (
            _("Problem, hypothesis, experiment, results, interpretation, decision: draw the loop."),
            _("Ask the four questions on the slides; let them explain wrong answers themselves."),
            _("A failed prediction that teaches something is a success here."),
        ),
        (NO_HYPOTHESIS,),
    ),
    PhaseKind.SETUP: Hint(
        (
            _("Frame first: which decision, which data, which metric, which baseline."),
            _("Which model? Start simple: a logistic regression."),
            _("Everybody has one finished experiment at the end of this phase."),
        ),
        (NO_BASELINE,),
    ),
    PhaseKind.ITERATIONS: Hint(
        (
            _("One hypothesis is one experiment: a change, a reason, an expected effect."),
            _("Log everything, failures too: hyperparameters, metrics, time, version."),
            _("Ask each person once: what did the last experiment teach you?"),
        ),
        (NO_HYPOTHESIS, TOO_MANY, OVERFITTING, NOT_GOOD_ENOUGH),
    ),
    PhaseKind.INTERPRETATION: Hint(
        (
            _("What does the model use? Where is it wrong, and for whom?"),
            _("Read ten errors aloud, the surest first, and look for what they share."),
            _("Say what the model cannot be trusted for."),
        ),
        (OVERFITTING, NOT_GOOD_ENOUGH),
    ),
    PhaseKind.DOCUMENTATION: Hint(
        (
            _("Would a colleague understand it in a month, and get the same numbers?"),
            _("Close every open experiment: one sentence and one word of decision."),
            _("Mark the final version when it is complete."),
        )
    ),
    PhaseKind.PRESENTATION: Hint(
        (
            _("What did you expect, what happened, what did you learn?"),
            _("After each talk, everybody leaves one thing that they learned from it."),
            _("Reveal the hidden scores last, and talk about who moved and why."),
        )
    ),
}


def phase_hint(dojo: Dojo, phase: Phase | None) -> Hint | None:
    """What to say now; None once the Dojo has ended."""
    if dojo.has_ended:
        return None
    return HINTS.get(phase.kind) if phase else BEFORE
