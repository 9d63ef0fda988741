"""Texts of the coach: criteria, reasons, suggestions, and why the model did not answer."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assistant.facts.rubric import Criterion
from experiments.models import Experiment

Text = str | Promise

QUOTED = 90

CRITERIA: dict[Criterion, Text] = {
    Criterion.HYPOTHESIS: _("Hypothesis"),
    Criterion.COMPARISON: _("Baseline and comparison"),
    Criterion.ONE_CHANGE: _("One change"),
    Criterion.RECORD: _("Reproducible and logged"),
    Criterion.ERRORS: _("Interpretation of errors"),
    Criterion.DECISION: _("Decision and next step"),
}

POINTS: dict[int | None, Text] = {
    None: _("not scored"),
    0: _("missing"),
    1: _("weak"),
    2: _("good"),
    3: _("very good"),
}

REASONS: dict[str, Text] = {
    "hypothesis_clear": _("“%(claim)s”: it says what changes, why, and what effect you expect."),
    "compared": _("It is compared with #%(reference)s."),
    "is_baseline": _("It is the simple model that the others are compared with."),
    "not_compared": _("There was no earlier result to compare it with."),
    "nothing_to_change": _("It has no reference, so nothing had to stay the same."),
    "nothing_changed": _("The config has not changed since #%(reference)s."),
    "logged_unframed": _("Config, data and versions are recorded; the problem is not framed yet."),
    "logged_reproduced": _("A re-run gave the same digits."),
    "logged": _("Config, seed, data and versions are recorded; nobody has re-run it yet."),
    "errors_teach_nothing": _("This run has no errors to learn from."),
    "errors_shown": _("There is a note on one of its errors, or a claim about a subgroup."),
    "errors_to_come": _("The conclusion is not written yet."),
    "errors_for_a_reader": _("Only a reader can tell what “%(analysis)s” says of its errors."),
    "open": _("There is no decision yet."),
    "no_next": _("There is a decision, but no next step."),
    "decided": _("There is a decision (%(decision)s) and a next step: “%(next)s”"),
}

# The merits that are worth praising first.
STRENGTHS = (
    "reproduced",
    "errors_analysed",
    "as_forecast",
    "decision_follows",
    "one_change",
    "clear_hypothesis",
    "has_baseline",
    "compared",
)

# By the finding that presses most: what to look at, and never what to do with it.
SUGGESTIONS: dict[str, Text] = {
    "no_framing": _("Before the next run, write down whose decision the model should help."),
    "no_clear_hypothesis": _(
        "Write the next claim like this: this change, for this reason, by about this much."
    ),
    "no_baseline": _("Think of the simplest rule that anyone could apply today, and score it."),
    "comparison_missing": _("Choose the reference experiment before you look at scores."),
    "several_changes": _("Keep the one change that you believe in most, and drop the others."),
    "same_config": _("To check whether the result is reproducible, use the re-run button."),
    "overfitting": _(
        "Compare train and test side by side, and look at what makes a model simpler."
    ),
    "leak_alarm": _("For each column: could you fill it in on the day when you predict?"),
    "leaking_column": _("Go through its most important columns with a calendar in hand."),
    "suspect_column": _("Ask the person who fills in that column when they do it."),
    "test_set_worn_out": _("Let cross-validation choose, and look at the test set less often."),
    "metric_hides_imbalance": _(
        "Compare your score with that of a model that always gives the same answer."
    ),
    "no_decision": _(
        "One sentence of analysis and one word for the decision conclude an experiment."
    ),
    "errors_not_analysed": _(
        "Read ten of its errors, most confident first, and note what you see."
    ),
    "decision_against_evidence": _("Read the interval of the difference again, then decide."),
    "kept_inconclusive": _("Look at how many test predictions changed, in both directions."),
}

# Where nothing is wrong: how the weakest criterion becomes better still.
NEXT: dict[Criterion, Text] = {
    Criterion.HYPOTHESIS: _("Could you say beforehand which number would prove you wrong?"),
    Criterion.COMPARISON: _("Which of your experiments would be the hardest to beat?"),
    Criterion.ONE_CHANGE: _("What is the smallest change that would test the same idea?"),
    Criterion.RECORD: _("Re-run it: would a colleague get your digits?"),
    Criterion.ERRORS: _("Look at its errors: which ones would a person not make?"),
    Criterion.DECISION: _("Name the next experiment that this one makes worth running."),
}

# What a hypothesis lacks, asked for.
LACKING: dict[str, Text] = {
    "change": _("What exactly will differ from the experiment that you compare it with?"),
    "reason": _("What have you seen, in the data or in the errors, that makes you expect that?"),
    "measure": _("By about how much, and which result would prove you wrong?"),
}

UNAVAILABLE: dict[str, Text] = {
    "no_key": _("No language model is set up here: this is the rule-based coach."),
    "off": _("The language model is switched off: this is the rule-based coach."),
    "participant_budget": _(
        "Your language model budget is used up, so the rule-based coach answered."
    ),
    "dojo_budget": _(
        "This Dojo's language model budget is used up, so the rule-based coach answered."
    ),
    "dojo_day_budget": _(
        "This Dojo's budget for today is used up, so the rule-based coach answered."
    ),
    "day_budget": _("Today's language model budget is used up, so the rule-based coach answered."),
    "bad_key": _(
        "The language model rejected this server's key, so the rule-based coach "
        "answered. Tell your facilitator."
    ),
    "bad_request": _("The language model rejected the request, so the rule-based coach answered."),
    "rate_limited": _(
        "The language model is too busy, so the rule-based coach answered. Try again later."
    ),
    "overloaded": _(
        "The language model is overloaded, so the rule-based coach answered. Try again later."
    ),
    "timeout": _(
        "The language model timed out, so the rule-based coach answered. Try again later."
    ),
    "unreachable": _(
        "The language model can't be reached, so the rule-based coach answered. Try again later."
    ),
    "resting": _(
        "The language model was down a moment ago, so the rule-based coach answers for a minute."
    ),
    "too_long": _(
        "There was too much to send to the language model, so the rule-based coach answered."
    ),
    "broken_reply": _(
        "The language model's answer could not be read, so the rule-based coach answered."
    ),
    "broken_stream": _("The language model's answer was cut off."),
    "cut_off": _("The language model's answer was cut off: it had become too long."),
    "not_borne_out": _(
        "The language model's answer did not agree with the record, so the rule-based coach "
        "answered."
    ),
    "refused": _("The language model declined to answer, so the rule-based coach answered."),
    "off_topic": _(
        "The language model's answer was not about your work, so the rule-based coach answered."
    ),
}


def reason(code: str, experiment: Experiment) -> str:
    """Why a criterion has its points, quoting the experiment."""
    short = Truncator
    return str(REASONS[code]) % {
        "claim": short(experiment.claim).chars(QUOTED),
        "reference": experiment.compared_to.number if experiment.compared_to else "–",
        "analysis": short(experiment.analysis or experiment.limits).chars(QUOTED),
        "decision": experiment.get_decision_display(),
        "next": short(experiment.next_step).chars(QUOTED),
    }


def question_about(lack: str) -> str:
    """The question for a part that a hypothesis lacks."""
    return str(LACKING[lack])


def suggestion_for(code: str) -> str:
    """The suggestion for a finding."""
    return str(SUGGESTIONS[code])


def suggestion_to(criterion: Criterion) -> str:
    """The suggestion for a criterion that could still improve."""
    return str(NEXT[criterion])


def open_question(experiment: Experiment) -> str:
    """A question for an experiment without issues."""
    confusion = experiment.run.confusion
    wrong = confusion.get("false_positives", 0) + confusion.get("false_negatives", 0)
    if not experiment.run.has_succeeded:
        return str(_("What did you learn from a run that failed?"))
    if experiment.is_closed:
        return str(_("What would you need to see to change your mind?"))
    return ngettext(
        "It is wrong on %(count)s test row: what is special about it?",
        "It is wrong on %(count)s test rows: what do they have in common?",
        wrong,
    ) % {"count": wrong}


def unavailable(code: str) -> str:
    """Why the rules answer in place of a language model."""
    return str(UNAVAILABLE.get(code) or UNAVAILABLE["unreachable"])


def sentences_left_out(count: int) -> str:
    """The mark of sentences that the record does not bear out; empty where none is missing."""
    if not count:
        return ""
    return ngettext(
        "%(count)s sentence was left out: the record does not bear it out.",
        "%(count)s sentences were left out: the record does not bear them out.",
        count,
    ) % {"count": count}


def points_in_words(points: int | None) -> str:
    return str(POINTS[points])
