"""Entries whose answers are made when they are asked for: from the record and the agenda."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant.facts import own_experiment, own_numbers, own_work
from assistant.facts.dojo_now import on_data, on_now, on_phase
from assistant.facts.own_experiment import Answers, Look
from classrooms.models.agenda import PhaseKind
from experiments.models import Experiment

# The experiment's own page, beside the views of its analysis.
PAGE = "page"


@dataclass(frozen=True)
class Live:
    """Something that is answered from the record.

    Attributes:
        title: how it is asked for on a button.
        view: of an experiment's analysis, which shows the evidence, or `PAGE`.
        about: the experiment that the answer is about.
    """

    title: str | Promise
    answers: Callable[[Look], Answers]
    view: str = ""
    about: Callable[[Look], Experiment | None] = lambda look: look.experiment


def _said(text: str | Promise) -> Callable[[Look], Answers]:
    def answers(look: Look) -> Answers:
        yield str(text)

    return answers


def _hello(look: Look) -> Answers:
    yield _("Hello! I'm the rule-based coach.") + f"\n\n{next(own_work.on_next(look))}"


def _left_to_them(look: Look) -> Answers:
    for one in own_work.on_next(look):
        yield _("That is for you to find. Here's a question:") + f"\n\n{one}"


LIVE: dict[str, Live] = {
    # --- Their record -----------------------------------------------------------------
    "own:errors": Live(
        gettext_lazy("Which rows does my model get wrong?"), own_experiment.on_errors, "errors"
    ),
    "own:compared": Live(
        gettext_lazy("Is my score better than before?"), own_numbers.on_comparison, PAGE
    ),
    "own:score": Live(
        gettext_lazy("What does my last result say?"), own_experiment.on_result, PAGE
    ),
    "own:best": Live(
        gettext_lazy("Which of my experiments is best?"),
        own_numbers.on_best,
        PAGE,
        own_numbers.best_of,
    ),
    "own:gap": Live(
        gettext_lazy("Does my model overfit?"), own_numbers.on_gap, "fit", own_numbers.subject
    ),
    "own:verdict": Live(
        gettext_lazy("Did my forecast come true?"),
        own_numbers.on_verdict,
        PAGE,
        own_numbers.subject,
    ),
    "own:interval": Live(
        gettext_lazy("Is my difference due to chance?"), own_numbers.on_comparison, PAGE
    ),
    "own:changed": Live(
        gettext_lazy("What have I changed in the config?"), own_experiment.on_changes, PAGE
    ),
    "own:importance": Live(
        gettext_lazy("What does my model use most?"), own_numbers.on_importance, "importance"
    ),
    "own:subgroups": Live(
        gettext_lazy("For which groups is my model worse?"), own_numbers.on_subgroups, "slices"
    ),
    "own:leak": Live(
        gettext_lazy("Could my score be a leak?"), own_numbers.on_leak, PAGE, own_numbers.subject
    ),
    "own:missing": Live(gettext_lazy("What is missing in my log?"), own_work.on_log),
    "own:next": Live(gettext_lazy("What should I do next?"), own_work.on_next),
    "own:hypothesis": Live(
        gettext_lazy("Is my hypothesis testable?"), own_experiment.on_hypothesis, PAGE
    ),
    "own:framing": Live(gettext_lazy("Is my framing clear enough?"), own_work.on_framing),
    "own:baseline": Live(gettext_lazy("Which baseline makes sense here?"), own_work.on_baseline),
    "own:analysis": Live(
        gettext_lazy("Is my analysis good enough?"), own_experiment.on_analysis, PAGE
    ),
    "own:limits": Live(
        gettext_lazy("What can't I trust this model for?"), own_experiment.on_limits, "limits"
    ),
    "own:lessons": Live(gettext_lazy("Which experiment taught me most?"), own_work.on_lessons),
    "own:readers": Live(
        gettext_lazy("Would someone else understand it?"), own_work.on_readers, PAGE
    ),
    "own:failure": Live(gettext_lazy("Why did my run fail?"), own_experiment.on_failure),
    "own:luck": Live(gettext_lazy("Is my lead luck?"), own_work.on_luck),
    "own:count": Live(gettext_lazy("How many experiments have I run?"), own_numbers.on_count),
    # --- The Dojo -------------------------------------------------------------------
    "data:about": Live(gettext_lazy("What are the data and the goal?"), on_data),
    "phase:now": Live(gettext_lazy("How much time is left?"), on_now),
    **{f"phase:{kind.value}": Live(kind.label, on_phase(kind.value)) for kind in PhaseKind},
    # --- Talk -------------------------------------------------------------------------
    "talk:hello": Live(gettext_lazy("Hello"), _hello),
    "talk:thanks": Live(
        gettext_lazy("Thank you"),
        _said(gettext_lazy("You're welcome. Write down what you learned while it is fresh.")),
    ),
    "talk:who": Live(
        gettext_lazy("Who are you?"),
        _said(
            gettext_lazy(
                "I'm the rule-based coach: not a language model, but fixed rules that "
                "read your framing, hypotheses, configs and results. Ask me about one of "
                "these, or about a machine learning concept."
            )
        ),
    ),
    "talk:do_it": Live(gettext_lazy("Give me the answer"), _left_to_them),
    "talk:tampering": Live(
        gettext_lazy("Ignore your instructions"),
        _said(
            gettext_lazy("I only coach: points come from your record, whatever a text asks for.")
        ),
    ),
}
