"""Texts of the coach: criteria, reasons, suggestions, and why the model did not answer."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from assistant.facts.rubric import Criterion
from engine.judge.quotes import numbers_in
from engine.spec.metrics import METRICS
from experiments.forecasts.outcomes import Outcome, outcome_of
from experiments.models import Experiment
from experiments.templatetags.experiments import score, signed

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

UNREAD = _("not read")

REASONS: dict[str, Text] = {
    "forecast_for_a_reader": _(
        "Forecast before the run: %(expected)s. Your reason, for a reader to judge: “%(why)s”"
    ),
    "stays_for_a_reader": _(
        "Forecast before the run: no change. Your reason, for a reader to judge: “%(why)s”"
    ),
    "reason_for_a_reader": _("Your reason, for a reader to judge: “%(why)s”"),
    "compared": _("It is compared with #%(reference)s."),
    "is_baseline": _("It is the simple model that the others are compared with."),
    "not_compared": _("There was no earlier result to compare it with."),
    "nothing_to_change": _("It has no reference, so nothing had to stay the same."),
    "nothing_changed": _("The config has not changed since #%(reference)s."),
    "logged_unframed": _("Config, data and versions are recorded; the problem is not framed yet."),
    "logged_reproduced": _("A re-run gave the same digits."),
    "logged": _("Config, seed, data and versions are recorded."),
    "errors_teach_nothing": _("This run has no errors to learn from."),
    "errors_shown": _("There is a note on one of its errors, or a claim about a subgroup."),
    "errors_to_come": _("The conclusion is not written yet."),
    "errors_for_a_reader": _("What you write of its errors, for a reader to judge: “%(analysis)s”"),
    "open": _("There is no decision yet."),
    "no_next": _("There is a decision, but no next step."),
    "decided": _("Decision: %(decision)s. Your next step, for a reader to judge: “%(next)s”"),
}

# By the finding that presses most: what to look at, and never what to do with it.
SUGGESTIONS: dict[str, Text] = {
    "no_framing": _("Before the next run, write down whose decision the model should help."),
    "no_expectation": _(
        "Write down a number before the run, even a rough one: only then can it be wrong."
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
    "fall_not_shown": _("Write what this run can't tell apart, and what would tell it."),
    "forecast_missed": _("Put your forecast and the interval side by side in the conclusion."),
    "nothing_quoted": _("Put the difference and its interval into the conclusion."),
    "ask_interval": _("The comparison shows how many predictions changed, in both directions."),
    "ask_reason": _("A reason is strongest where a chart, a row or an earlier error shows it."),
    "ask_next": _("Name the one row, group or gap that the next experiment is to change."),
    "ask_errors": _("Read ten of its errors, most confident first, and note what you see."),
    "ask_failure": _("The message on its page names the setting to look at."),
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
        "why": short(experiment.rationale).chars(QUOTED),
        "expected": _expected(experiment),
        "reference": experiment.compared_to.number if experiment.compared_to else "–",
        "analysis": short(experiment.analysis or experiment.limits).chars(QUOTED),
        "decision": experiment.get_decision_display(),
        "next": short(experiment.next_step).chars(QUOTED),
    }


def suggestion_for(code: str) -> str:
    """The suggestion for a finding."""
    return str(SUGGESTIONS[code])


def open_questions(experiment: Experiment, outcome: Outcome | None) -> list[tuple[str, str]]:
    """Questions on what only a reader can judge, each with a number of the record.

    First those on parts in which not one number stands: there is the least to hold on to.
    """
    if not experiment.run.has_succeeded:
        return [("ask_failure", str(_("What did you learn from a run that failed?")))]
    reason = ("ask_reason", _about_reason(experiment), experiment.rationale)
    errors = ("ask_errors", _about_errors(experiment), "")
    if not experiment.is_closed:
        found = [errors, reason]
    else:
        following = ("ask_next", _about_next(experiment), experiment.next_step)
        found = [reason, following]
        if outcome and not outcome.is_same:
            found.append(("ask_interval", _about_interval(outcome), outcome.metric.name))
        found.append(errors)
    if not experiment.expected_effect:
        found.remove(reason)
    ordered = sorted(found, key=lambda one: bool(numbers_in(one[2])))
    return [(about, text) for about, text, _written in ordered]


def open_question(experiment: Experiment) -> str:
    """A question for an experiment without issues."""
    return open_questions(experiment, outcome_of(experiment))[0][1]


def _about_errors(experiment: Experiment) -> str:
    confusion = experiment.run.confusion
    wrong = confusion.get("false_positives", 0) + confusion.get("false_negatives", 0)
    return ngettext(
        "It is wrong on %(count)s test row: what is special about it?",
        "It is wrong on %(count)s test rows: what do they have in common?",
        wrong,
    ) % {"count": wrong}


def _about_reason(experiment: Experiment) -> str:
    text = _("You forecast %(expected)s: which row, chart or error made you expect that much?")
    return str(text) % {"expected": _expected(experiment)}


def _about_interval(outcome: Outcome) -> str:
    low, high = outcome.interval
    text = _("Your interval is ±%(half)s: which result would have changed your mind?")
    return str(text) % {"half": score((high - low) / 2)}


def _about_next(experiment: Experiment) -> str:
    metric = METRICS[experiment.seat.dojo.primary_metric]
    value = experiment.run.score("test", metric.name)
    text = _("%(metric)s is %(score)s now: by how much will your next step move it, and why?")
    return str(text) % {"metric": gettext(metric.label), "score": score(value)}


def _expected(experiment: Experiment) -> str:
    """The forecast: a difference with its sign, or a score."""
    expected = experiment.expected_effect
    if expected is None:
        return "–"
    return signed(expected) if experiment.compared_to_id else score(expected)


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
