"""What the rule-based coach adds to an entry: why it matters, and one question.

The same for everyone, and never the solution.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_EXPLANATIONS: tuple[tuple[tuple[str, ...], Promise], ...] = (
    (
        ("term:hypothesis", "term:experiment"),
        _(
            "A testable hypothesis names one change, the reason why it should help, and a "
            "number that could prove it wrong. **Which number would prove yours wrong?**"
        ),
    ),
    (
        ("term:threshold", "setting:threshold.value", "setting:threshold.tune_for"),
        _(
            "A threshold trades one type of error for the other. Which of the two costs more "
            "here, and who pays?"
        ),
    ),
    (
        ("term:false_positive", "term:false_negative", "term:expected_cost"),
        _(
            "The confusion matrix counts four kinds of rows: true positives, false negatives "
            "(missed cases), false positives (false alarms) and true negatives. **Which of "
            "the two types of error would the people behind your framing prefer?**"
        ),
    ),
    (
        ("term:cross_validation", "setting:validation.folds", "setting:validation.repeats"),
        _(
            "Cross-validation scores a model several times, on parts of the training set that"
            " it did not learn from; the spread of these scores shows how far to trust their "
            "mean. **Is your improvement larger than that spread?**"
        ),
    ),
    (
        ("term:train", "term:test", "term:holdout", "term:split"),
        _(
            "Rows that the model has never seen represent tomorrow's cases. Each time you "
            "look at the test set to choose something, you wear it out a little; the holdout "
            "tells at the end. **Which of your choices did you make by looking at the test "
            "set?**"
        ),
    ),
    (
        ("term:overfitting", "term:gap"),
        _("Compare train and test: how large is the gap, and does it shrink with a simpler model?"),
    ),
    (
        ("setting:model.class_weight", "setting:model.scale_pos_weight"),
        _(
            "When one class is rare, always answering the other is right most of the time: "
            "accuracy hides that, while recall and precision of the rare class show it. "
            "**What would a model score that never finds the rare class?**"
        ),
    ),
    (
        ("term:interval", "term:chance", "term:cannot_tell"),
        _(
            "An interval says where the score could be on other rows like these. Does yours "
            "include the score that you want to beat?"
        ),
    ),
    (
        (
            "term:accuracy",
            "term:balanced_accuracy",
            "term:precision",
            "term:recall",
            "term:f1",
            "term:roc_auc",
            "term:average_precision",
            "term:log_loss",
            "term:brier",
            "term:mcc",
        ),
        _(
            "A metric says what an error costs: recall counts missed cases, precision counts "
            "false alarms, F1 weighs both, ROC AUC rates the ranking without a threshold, and"
            " accuracy treats all rows alike. **Which error does your decision pay for "
            "most?**"
        ),
    ),
    (
        ("term:calibrated", "setting:calibration"),
        _(
            "Probabilities are calibrated if, among rows given a probability of 0.3, about 30"
            " in 100 are positive. **Does anyone use your probabilities as numbers, or only "
            "their order?**"
        ),
    ),
    (
        ("term:baseline",),
        _(
            "A baseline is the simplest thing that anyone could do today. What is it for your"
            " problem, and what does it score?"
        ),
    ),
    (
        ("term:leak",),
        _("For each column: will you know its value when you predict?"),
    ),
    (
        (
            "setting:preparation.numeric.impute",
            "setting:preparation.numeric.missing_indicator",
            "setting:preparation.categorical.impute",
        ),
        _(
            "A value can be missing by accident, or for a reason that says something about "
            "the row. **Is the target as frequent where it is missing as elsewhere?**"
        ),
    ),
    (
        (
            "setting:preparation.categorical.encode",
            "setting:preparation.categorical.max_categories",
            "setting:preparation.categorical.min_rows",
        ),
        _(
            "Encoding turns categories into numbers: one column per category loses nothing "
            "but grows wide, one number per category imposes an order. **Which categories "
            "have too few rows to learn from?**"
        ),
    ),
    (
        ("setting:preparation.numeric.scale",),
        _(
            "Models based on distances or sums (logistic regression, neighbours, SVM) are "
            "sensitive to a column's unit; trees are not. **Which kind is yours?**"
        ),
    ),
    (
        (
            "term:hyperparameter",
            "setting:model.max_depth",
            "setting:model.C",
            "setting:model.learning_rate",
            "setting:search",
        ),
        _(
            "Most hyperparameters set how closely a model may fit its rows. Change one, say "
            "beforehand what train and test scores should do, and see. **Does your model fit "
            "too closely or too loosely now?**"
        ),
    ),
    (
        ("term:seed", "term:reproduced", "setting:seed"),
        _(
            "Seed, config, data and versions are recorded, so a re-run gives the same digits."
            " **What would a colleague who was not here still need?**"
        ),
    ),
    (
        ("term:importance", "term:shap"),
        _(
            "Importance says what the model uses, not what causes the target; columns with "
            "the same information share it. **Does a column near the top surprise you?**"
        ),
    ),
    (
        ("term:subgroup",),
        _(
            "An average can hide a group on which the model is much worse. **For whom would "
            "equal treatment matter most, and how does the model do there?**"
        ),
    ),
    (
        (
            "term:feature",
            "setting:new_features",
            "setting:columns.include",
            "setting:columns.exclude",
        ),
        _(
            "A column helps if you know it when you predict and it adds information. **What "
            "would an expert in the field look at first?**"
        ),
    ),
    (
        ("term:config",),
        _(
            "The config says everything that is done to the data; each field of the form "
            "explains what it means. Start from the experiment that you compare with, and "
            "change what your hypothesis names. **Which field is that?**"
        ),
    ),
    (
        (
            "model:hist_gradient_boosting",
            "model:xgboost",
            "model:lightgbm",
            "model:multilayer_perceptron",
            "model:stacking",
            "model:voting",
            "model:random_forest",
        ),
        _(
            "Start simple: a logistic regression. What would it have to get wrong for you to "
            "need more?"
        ),
    ),
    (
        ("term:conclusion",),
        _(
            "A decision follows from three things: what you expected, the interval of the "
            "difference, and what the errors look like. **Which of the three speaks most "
            "clearly here?**"
        ),
    ),
)
EXPLANATIONS = {key: text for keys, text in _EXPLANATIONS for key in keys}
