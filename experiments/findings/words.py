"""Findings in words: a label, a sentence with its evidence, the question to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from experiments.messages import names_in_words
from experiments.templatetags.experiments import percent, score, signed

Text = str | Promise

CLAIM_SHOWN = 80


@dataclass(frozen=True)
class Words:
    label: Text
    sentence: Text
    question: Text = ""


WORDS: dict[str, Words] = {
    "no_framing": Words(
        _("Not framed"),
        _("Experiments are run, and the problem is not framed."),
        _("Which decision should the model help, and from which score is it a success?"),
    ),
    "no_clear_hypothesis": Words(
        _("No clear hypothesis"),
        _("“%(claim)s” lacks: %(lacks)s."),
        _("What are we testing?"),
    ),
    "no_baseline": Words(
        _("No baseline"),
        _("%(model)s was run, and no simple model before it."),
        _("How do you know that it is better?"),
    ),
    "comparison_missing": Words(
        _("Compared to nothing"),
        _("Experiment #%(number)s had a score already, and the hypothesis does not name it."),
        _("Better than what? Which run do you compare it to?"),
    ),
    "several_changes": Words(
        _("Several changes at once"),
        _("%(count)s things changed against #%(number)s: which of them did it cannot be told."),
        _("If the score moves, which of your changes did it?"),
    ),
    "same_config": Words(
        _("Same config again"),
        _("The config is that of experiment #%(number)s."),
        _("What will this run tell you that the earlier one did not?"),
    ),
    "overfitting": Words(
        _("Overfitting"),
        _("%(metric)s is %(train)s on train and %(test)s on test: a gap of %(gap)s."),
        _("Compare train and test: what has it learned, and what does it know by heart?"),
    ),
    "leaking_column": Words(
        _("Leaking column"),
        _("It uses a column that is written after the fact: %(names)s."),
        _("For each column that it uses most: will you know its value when you predict?"),
    ),
    "suspect_column": Words(
        _("Column too good to be true"),
        _("It uses a column that alone nearly predicts the target: %(names)s."),
        _("When is the value of the column that it uses most written: before or after?"),
    ),
    "test_set_worn_out": Words(
        _("Test set worn out"),
        _(
            "%(tries)s tries on the same %(rows)s test rows differ by no more than chance: the "
            "best of them is the luckiest."
        ),
        _(
            "Of so many tries, is the best one the best, or the luckiest? What does "
            "cross-validation say?"
        ),
    ),
    "metric_hides_imbalance": Words(
        _("Accuracy hides the rare class"),
        _(
            "The rarer class is %(share)s of the rows: a model that never finds it is right in "
            "%(floor)s."
        ),
        _("Which accuracy has a model that always gives the same answer?"),
    ),
    "no_decision": Words(
        _("No decision"),
        _("The result has been there for a while, and the experiment is still open."),
        _("What did you learn from it: keep, reject or iterate?"),
    ),
    "errors_not_analysed": Words(
        _("Errors not analysed"),
        _("It was concluded without a word on its %(errors)s errors on test."),
        _("Where is it wrong? Analyse the errors before anything more complex."),
    ),
    "decision_against_evidence": Words(
        _("Kept against the evidence"),
        _("It was kept, although against #%(number)s the difference is %(low)s to %(high)s."),
        _("What in the result makes you keep it?"),
    ),
    "inconclusive_win": Words(
        _("Inconclusive, called a win"),
        _(
            "It was kept as progress, although the difference to #%(number)s is within chance: "
            "%(low)s to %(high)s."
        ),
        _("How many test rows is that difference? Could it be chance?"),
    ),
    # What is done well.
    "framed": Words(_("Problem framed"), _("The problem is framed.")),
    "clear_hypothesis": Words(
        _("Clear hypothesis"), _("The hypothesis says what, why and how much.")
    ),
    "has_baseline": Words(_("Baseline first"), _("Experiment #%(number)s is the baseline.")),
    "compared": Words(_("Compared"), _("The hypothesis names the run that it is to beat.")),
    "one_change": Words(_("One change"), _("One thing changed against #%(number)s.")),
    "small_gap": Words(_("Small gap"), _("The gap between train and test is %(gap)s.")),
    "no_leak": Words(_("No leak"), _("It does without the columns written after the fact.")),
    "decided": Words(_("Decided"), _("The experiment has its conclusion.")),
    "errors_analysed": Words(_("Errors analysed"), _("Its errors were looked at.")),
    "decision_follows": Words(_("Decision follows"), _("The decision agrees with the comparison.")),
    "prediction_came_true": Words(
        _("Prediction came true"), _("The predicted effect of %(expected)s is there.")
    ),
    "reproduced": Words(_("Reproduced"), _("Run again from scratch, it gave the same digits.")),
}

LACKS: dict[str, Text] = {
    "change": _("what is changed"),
    "reason": _("why"),
    "measure": _("the effect that is expected"),
}


def label(code: str) -> str:
    return str(WORDS[code].label)


def question(code: str) -> str:
    return str(WORDS[code].question)


def sentence(code: str, evidence: Mapping[str, Any]) -> str:
    return str(WORDS[code].sentence) % {
        name: _in_words(name, value) for name, value in evidence.items()
    }


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
