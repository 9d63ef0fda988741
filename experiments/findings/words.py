"""Texts of findings: a label, a sentence with its evidence, a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from experiments.templatetags.experiments import percent, score, signed
from experiments.wording.messages import names_in_words

Text = str | Promise

CLAIM_SHOWN = 80


@dataclass(frozen=True)
class Words:
    """Texts of one code.

    Attributes:
        unnamed: the sentence for who is to find the columns that it is about.
    """

    label: Text
    sentence: Text
    question: Text = ""
    unnamed: Text = ""


WORDS: dict[str, Words] = {
    "no_framing": Words(
        _("Problem not framed"),
        _("Experiments have been run, but the problem is not framed."),
        _("Which decision should the model help, and which score would be a success?"),
    ),
    "no_clear_hypothesis": Words(
        _("No clear hypothesis"),
        _("“%(claim)s” doesn't say: %(lacks)s."),
        _("What are we testing?"),
    ),
    "no_baseline": Words(
        _("No baseline"),
        _("%(model)s was run before any simple model."),
        _("How do you know it's better?"),
    ),
    "comparison_missing": Words(
        _("No reference"),
        _(
            "Experiment #%(number)s already had a score, but the hypothesis doesn't "
            "name it as a reference."
        ),
        _("Better than what? Which experiment do you compare it with?"),
    ),
    "several_changes": Words(
        _("Several changes at once"),
        _(
            "%(count)s things changed since #%(number)s, so you can't tell which one "
            "made the difference."
        ),
        _("If the score moves, which of your changes caused it?"),
    ),
    "same_config": Words(
        _("Same config again"),
        _("The config is the same as in experiment #%(number)s."),
        _("What will this run tell you that the earlier one didn't?"),
    ),
    "overfitting": Words(
        _("Overfitting"),
        _(
            "Train–test gap of %(gap)s: %(metric)s %(train)s on the training set, "
            "%(test)s on the test set."
        ),
        _("Compare train and test: what has the model learned, and what has it memorised?"),
    ),
    "leak_alarm": Words(
        _("Leak alarm"),
        _("A column seems to know the outcome, so the run doesn't rank: %(names)s."),
        _("What does one of your columns know that you won't know when you predict?"),
        _("A column seems to know the outcome, so the run doesn't rank."),
    ),
    "leaking_column": Words(
        _("Leaking column"),
        _("It uses a column recorded after the outcome: %(names)s."),
        _("For each column that the model uses most: will you know its value when you predict?"),
        _("It uses a column that may be recorded after the outcome."),
    ),
    "suspect_column": Words(
        _("Column too good to be true"),
        _("It uses a column that almost predicts the target alone: %(names)s."),
        _(
            "When is the value of the model's most used column recorded: before or "
            "after the outcome?"
        ),
        _("It uses a column that almost predicts the target alone."),
    ),
    "test_set_worn_out": Words(
        _("Test set overused"),
        _(
            "%(tries)s experiments on the same %(rows)s test rows differ by no more "
            "than chance explains: the best one is the luckiest."
        ),
        _(
            "After so many experiments, is the best one really the best, or the "
            "luckiest? What does cross-validation say?"
        ),
    ),
    "metric_hides_imbalance": Words(
        _("Accuracy hides the rare class"),
        _(
            "The rarer class makes up %(share)s of rows: a model that never finds it "
            "is right in %(floor)s."
        ),
        _("What is the accuracy of a model that always gives the same answer?"),
    ),
    "no_decision": Words(
        _("No decision"),
        _("The result has been available for a while, but the experiment is still open."),
        _("What did you learn from it: keep, reject or iterate?"),
    ),
    "errors_not_analysed": Words(
        _("Errors not analysed"),
        _("It was concluded with hardly a word, and makes %(errors)s test errors."),
        _("Where is it wrong? Analyse the errors before trying anything more complex."),
    ),
    "decision_against_evidence": Words(
        _("Kept against the evidence"),
        _("It was kept, although the difference from #%(number)s is %(low)s to %(high)s."),
        _("What in the result makes you keep it?"),
    ),
    "kept_inconclusive": Words(
        _("Kept, though inconclusive"),
        _(
            "It was kept, although chance could explain the difference from "
            "#%(number)s: %(low)s to %(high)s."
        ),
        _("How many test rows does that difference represent? Could it be chance?"),
    ),
    # What is done well.
    "framed": Words(_("Problem framed"), _("The problem is framed.")),
    "clear_hypothesis": Words(
        _("Clear hypothesis"), _("The hypothesis says what, why and how much.")
    ),
    "has_baseline": Words(_("Baseline first"), _("Experiment #%(number)s is the baseline.")),
    "compared": Words(_("Has a reference"), _("The hypothesis names the experiment to beat.")),
    "one_change": Words(_("One change"), _("One thing changed since #%(number)s.")),
    "small_gap": Words(_("Small train–test gap"), _("The train–test gap is %(gap)s.")),
    "no_leak": Words(_("No leak"), _("It uses no column recorded after the outcome.")),
    "decided": Words(_("Experiment concluded"), _("The experiment has a conclusion.")),
    "errors_analysed": Words(_("Errors analysed"), _("Its errors were looked at.")),
    "decision_follows": Words(
        _("Decision supported"), _("The decision agrees with the comparison.")
    ),
    "as_forecast": Words(_("As forecast"), _("The effect of %(expected)s came out as forecast.")),
    "reproduced": Words(_("Reproduced"), _("Re-run in a new process, it gave the same digits.")),
}

LACKS: dict[str, Text] = {
    "change": _("what changes"),
    "reason": _("why"),
    "measure": _("the expected effect"),
}


def label(code: str) -> str:
    return str(WORDS[code].label)


def question(code: str) -> str:
    return str(WORDS[code].question)


def sentence(code: str, evidence: Mapping[str, Any]) -> str:
    words = WORDS[code]
    if words.unnamed and not evidence["names"]:
        return str(words.unnamed)
    return str(words.sentence) % {name: _in_words(name, value) for name, value in evidence.items()}


def _in_words(name: str, value: Any) -> str:
    match name:
        case "gap" | "low" | "high" | "expected":
            return signed(value)
        case "share" | "floor":
            return percent(value)
        case "names":
            return names_in_words(value)
        case "lacks":
            return ", ".join(str(LACKS[lack]) for lack in value)
        case "claim":
            return Truncator(value).chars(CLAIM_SHOWN)
        case _:
            return score(value) if isinstance(value, float) else str(value)
