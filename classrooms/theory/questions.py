"""The live questions, and why one answer is right."""

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
        _("Which of these is a hypothesis that an experiment can test?"),
        (
            _("“Let's try XGBoost and see.”"),
            _(
                "“With the ratio of charges to tenure, recall rises by about 0.03, because new "
                "customers who pay a lot leave first.”"
            ),
            _("“Our model should be as good as possible.”"),
            _("“More data is always better.”"),
        ),
        1,
        _(
            "It names one change, a reason, and an effect that might not happen. The "
            "others can't be wrong, so no experiment can say anything about them."
        ),
    ),
    Question(
        "baseline",
        _("A model is right in 92 of 100 cases. Is that good?"),
        (
            _("Yes: 92 of 100 is nearly everything."),
            _("No: it should be at least 95."),
            _("That depends on what the simplest model finds."),
            _("Only if the model is simple."),
        ),
        2,
        _(
            "If 92 of 100 rows belong to one class, always answering that class is "
            "right just as often and has learned nothing. Without a baseline, a "
            "score means nothing."
        ),
    ),
    Question(
        "overfitting",
        _(
            "A deep tree scores 1.00 on the training set and 0.78 on the test set; a "
            "regression scores 0.84 and 0.83. So…"
        ),
        (
            _("the tree is better: nothing beats 1.00."),
            _("the tree has memorised rows; on new rows the regression is better."),
            _("both are equally good on average."),
            _("the test set is too difficult."),
        ),
        1,
        _(
            "Test rows represent all future rows. The train–test gap shows how much "
            "the model has memorised."
        ),
    ),
    Question(
        "interval",
        _("Your new model is better by 0.006, 95% interval −0.009 to +0.021. What do you say?"),
        (
            _("It is better: the difference is positive."),
            _("It is worse: the interval starts below zero."),
            _("Too close to call on these test rows: it may be better, worse or the same."),
            _("It is better with a probability of 95%."),
        ),
        2,
        _(
            "The interval includes zero: on other rows like these, the difference "
            "could have gone the other way. That is a result too; log it as "
            "inconclusive."
        ),
    ),
)
BY_KEY = {question.key: question for question in QUESTIONS}
