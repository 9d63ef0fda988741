"""The live questions: what they ask, and why one answer is right."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Question:
    """One question with its choices.

    Attributes:
        right: index of the right choice.
        explanation: why it is right, and what is wrong with the others.
    """

    key: str
    text: Promise
    choices: tuple[Promise, ...]
    right: int
    explanation: Promise


QUESTIONS = (
    Question(
        "hypothesis",
        _("Which of these is a hypothesis that an experiment can answer?"),
        (
            _("“Let us try XGBoost and see.”"),
            _(
                "“With the ratio of charges to tenure, recall rises by about 0.03, because new "
                "customers who pay a lot leave first.”"
            ),
            _("“Our model should be as good as possible.”"),
            _("“More data is always better.”"),
        ),
        1,
        _(
            "It names one change, a reason, and an effect that could turn out otherwise. The "
            "others cannot be wrong, so no experiment can say anything about them."
        ),
    ),
    Question(
        "baseline",
        _("A model is right in 92 of 100 cases. Is that good?"),
        (
            _("Yes: 92 of 100 is nearly everything."),
            _("No: it should be 95 at least."),
            _("That depends on what the simplest model finds."),
            _("Only if the model is simple."),
        ),
        2,
        _(
            "If 92 of 100 rows are of one class, who always says that class is right as often and "
            "knows nothing. Without a baseline, no score means anything."
        ),
    ),
    Question(
        "overfitting",
        _("A deep tree scores 1.00 on train and 0.78 on test; a regression 0.84 and 0.83. So…"),
        (
            _("the tree is better: nothing beats 1.00."),
            _("the tree has learned rows by heart; on new rows the regression is better."),
            _("both are equally good on average."),
            _("the test set is too difficult."),
        ),
        1,
        _(
            "Test rows stand for all rows that will come. The gap between train and test is what "
            "was learned by heart."
        ),
    ),
    Question(
        "interval",
        _("Your new model is better by 0.006, 95 % interval −0.009 to +0.021. What do you say?"),
        (
            _("It is better: the difference is positive."),
            _("It is worse: the interval begins below zero."),
            _("These test rows cannot tell; it may be better, worse or the same."),
            _("It is better with a probability of 95 %."),
        ),
        2,
        _(
            "The interval holds zero: with other rows like these the difference could as well "
            "have been the other way. That is a result too; it goes into the log as inconclusive."
        ),
    ),
)
BY_KEY = {question.key: question for question in QUESTIONS}
