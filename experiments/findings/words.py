"""Texts of findings: a label, a sentence with its evidence, a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from experiments.templatetags.experiments import percent, score, signed
from experiments.wording.messages import names_in_words

Text = str | Promise


@dataclass(frozen=True)
class Words:
    """Texts of one code.

    Attributes:
        unnamed: the sentence for who is to find the columns that it is about.
        shared: the question to several people, whose numbers differ.
    """

    label: Text
    sentence: Text
    question: Text = ""
    unnamed: Text = ""
    shared: Text = ""


WORDS: dict[str, Words] = {
    "no_framing": Words(
        _("Problem not framed"),
        _("Experiments have been run, but the problem is not framed."),
        _("Which decision should the model help, and which score would be a success?"),
    ),
    "no_expectation": Words(
        _("No forecast"),
        _("The hypothesis forecasts no effect, so no result could prove it wrong."),
        _("Which difference from #%(number)s would have proved you wrong?"),
        shared=_("By about how much, and which result would prove you wrong?"),
    ),
    "no_baseline": Words(
        _("No baseline"),
        _("%(model)s was run before any simple model."),
        _("%(model)s scores %(test)s: what would a logistic regression score on the same rows?"),
        shared=_("How do you know it's better?"),
    ),
    "comparison_missing": Words(
        _("No reference"),
        _(
            "Experiment #%(number)s already had a score, but the hypothesis doesn't "
            "name it as a reference."
        ),
        _("Better than what? By how much would it have to beat #%(number)s to convince you?"),
        shared=_("Better than what? Which experiment do you compare it with?"),
    ),
    "several_changes": Words(
        _("Several changes at once"),
        _(
            "%(count)s things changed since #%(number)s, so you can't tell which one "
            "made the difference."
        ),
        _("Of your %(count)s changes since #%(number)s, which one moved the score?"),
        shared=_("If the score moves, which of your changes caused it?"),
    ),
    "same_config": Words(
        _("Same config again"),
        _("The config is the same as in experiment #%(number)s."),
        _("What does this run tell you that #%(number)s didn't?"),
        shared=_("What will this run tell you that the earlier one didn't?"),
    ),
    "overfitting": Words(
        _("Overfitting"),
        _(
            "Train–test gap of %(gap)s: %(metric)s %(train)s on the training set, "
            "%(test)s on the test set."
        ),
        _("%(train)s on the training set, %(test)s on the test set: what has the model memorised?"),
        shared=_("Compare train and test: what has the model learned, and what has it memorised?"),
    ),
    "leak_alarm": Words(
        _("Leak alarm"),
        _("A column seems to know the outcome, so the run doesn't rank: %(names)s."),
        _("%(metric)s %(test)s: what does a column know that you won't know when you predict?"),
        _("A column seems to know the outcome, so the run doesn't rank."),
        _("What does one of your columns know that you won't know when you predict?"),
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
            "%(tries)s experiments have been scored on the same %(rows)s test rows: picked by "
            "that score, the best one is partly the luckiest."
        ),
        _(
            "Of your %(tries)s experiments on these %(rows)s rows, is the best one really the "
            "best, or the luckiest? What does cross-validation say?"
        ),
        shared=_(
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
        _("Always giving the same answer is right in %(floor)s: what does the model add?"),
        shared=_("What is the accuracy of a model that always gives the same answer?"),
    ),
    "no_decision": Words(
        _("No decision"),
        _("The result has been available for a while, but the experiment is still open."),
        _("What did you learn from it: keep, reject or iterate?"),
    ),
    "errors_not_analysed": Words(
        _("No sign of error analysis"),
        _(
            "Test errors: %(errors)s. The conclusion counts none of them, and no row or subgroup "
            "is noted."
        ),
        _("Test errors: %(errors)s. What do these rows have in common?"),
        shared=_("Where is it wrong? Analyse the errors before trying anything more complex."),
    ),
    "decision_against_evidence": Words(
        _("Kept against the evidence"),
        _("It was kept, although the difference from #%(number)s is %(low)s to %(high)s."),
        _("The difference is %(low)s to %(high)s: what in it makes you keep the model?"),
        shared=_("What in the result makes you keep it?"),
    ),
    "kept_inconclusive": Words(
        _("Kept, though inconclusive"),
        _(
            "It was kept, although chance could explain the difference from "
            "#%(number)s: %(low)s to %(high)s."
        ),
        _(
            "Your interval goes from %(low)s to %(high)s: which result would have made you "
            "reject it?"
        ),
        shared=_("How many test rows does that difference represent? Could it be chance?"),
    ),
    "fall_not_shown": Words(
        _("Rejected, though inconclusive"),
        _(
            "The difference from #%(number)s is %(low)s to %(high)s, which includes 0: this run "
            "doesn't show a loss."
        ),
        _("Between %(low)s and %(high)s there is 0: what would have shown that it is worse?"),
        shared=_("Which result would have shown that it is worse?"),
    ),
    "forecast_missed": Words(
        _("Forecast not reached"),
        _("You forecast %(expected)s against #%(number)s; the difference is %(low)s to %(high)s."),
        _("You forecast %(expected)s and got %(low)s to %(high)s: what did you have wrong?"),
        shared=_("What did you believe that the result contradicts?"),
    ),
    "nothing_quoted": Words(
        _("No number quoted"),
        _("The conclusion quotes no number of the result."),
        _("%(metric)s %(test)s on the test set: which number would convince a reader?"),
        shared=_("Which number of the result would convince a reader?"),
    ),
    # What is done well.
    "framed": Words(_("Problem framed"), _("The problem is framed.")),
    "has_forecast": Words(
        _("Forecast registered"), _("A forecast of %(expected)s was registered before the run.")
    ),
    "has_baseline": Words(_("Baseline first"), _("Experiment #%(number)s is the baseline.")),
    "compared": Words(_("Has a reference"), _("The hypothesis names the experiment to beat.")),
    "one_change": Words(_("One change"), _("One thing changed since #%(number)s.")),
    "small_gap": Words(_("Small train–test gap"), _("The train–test gap is %(gap)s.")),
    "no_leak": Words(_("No leak"), _("It uses no column recorded after the outcome.")),
    "decided": Words(_("Experiment concluded"), _("The experiment has a conclusion.")),
    "errors_analysed": Words(
        _("Errors looked at"), _("A row that it gets wrong has a note, or a subgroup a claim.")
    ),
    "decision_follows": Words(
        _("Decision supported"), _("The decision agrees with the comparison.")
    ),
    "as_forecast": Words(_("As forecast"), _("The effect of %(expected)s came out as forecast.")),
    "reproduced": Words(_("Reproduced"), _("Re-run in a new process, it gave the same digits.")),
}


def label(code: str) -> str:
    return str(WORDS[code].label)


def question(code: str, evidence: Mapping[str, Any]) -> str:
    """The question, with the numbers that it is about; as to several people where it would be
    about an earlier experiment and there is none."""
    if evidence.get("number") == 0:
        return shared_question(code)
    return _filled(WORDS[code].question, evidence)


def shared_question(code: str) -> str:
    """The question to several people at once."""
    return str(WORDS[code].shared or WORDS[code].question)


def sentence(code: str, evidence: Mapping[str, Any]) -> str:
    words = WORDS[code]
    if words.unnamed and not evidence["names"]:
        return str(words.unnamed)
    return _filled(words.sentence, evidence)


def _filled(text: Text, evidence: Mapping[str, Any]) -> str:
    return str(text) % {name: _in_words(name, value) for name, value in evidence.items()}


def _in_words(name: str, value: Any) -> str:
    match name:
        case "gap" | "low" | "high" | "expected" if isinstance(value, float):
            return signed(value)
        case "share" | "floor":
            return percent(value)
        case "names":
            return names_in_words(value)
        case _ if value is None:
            return "–"
        case _:
            return score(value) if isinstance(value, float) else str(value)
