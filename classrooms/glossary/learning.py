"""Terms of data, models and metrics."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, pgettext_lazy

from classrooms.glossary.term import Term

LEARNING = (
    Term(
        "train",
        pgettext_lazy("glossary", "training set"),
        gettext_lazy("The rows that the model learns from."),
        gettext_lazy("60 of 100 customers."),
    ),
    Term(
        "test",
        pgettext_lazy("glossary", "test set"),
        gettext_lazy("Rows that the model has not seen: they say how good it is."),
        gettext_lazy("20 of 100 customers."),
    ),
    Term(
        "holdout",
        pgettext_lazy("glossary", "holdout"),
        gettext_lazy("Rows that nobody sees before the end."),
        gettext_lazy("The last word on the leaderboard."),
    ),
    Term(
        "split",
        pgettext_lazy("glossary", "split"),
        gettext_lazy("How the rows are divided into training, test and holdout."),
        gettext_lazy("At random, by time, or by whole groups."),
    ),
    Term(
        "cross_validation",
        pgettext_lazy("glossary", "cross-validation"),
        gettext_lazy("The training set plays test in turns."),
        gettext_lazy("Five folds: each is predicted by models that have not seen it."),
    ),
    Term(
        "gap",
        pgettext_lazy("glossary", "train–test gap"),
        gettext_lazy("How much better the model does on rows that it knows."),
        gettext_lazy("Train 1.00, test 0.87: it has learned rows by heart."),
    ),
    Term(
        "overfitting",
        pgettext_lazy("glossary", "overfitting"),
        gettext_lazy("The model memorises rows rather than what they have in common."),
        gettext_lazy("A tree with one row in each leaf."),
    ),
    Term(
        "leak",
        pgettext_lazy("glossary", "leak"),
        gettext_lazy("A column that knows the answer, because it is filled in afterwards."),
        gettext_lazy("“Reason for leaving” predicts who leaves."),
    ),
    Term(
        "target",
        pgettext_lazy("glossary", "target"),
        gettext_lazy("What is predicted."),
        gettext_lazy("Has the customer left, yes or no?"),
    ),
    Term(
        "positive_class",
        pgettext_lazy("glossary", "positive class"),
        gettext_lazy("The answer that one looks for."),
        gettext_lazy("“Left”, of “left” and “stayed”."),
    ),
    Term(
        "feature",
        pgettext_lazy("glossary", "feature"),
        gettext_lazy("What the model may use to predict."),
        gettext_lazy("Age of the contract, number of calls."),
    ),
    Term(
        "threshold",
        pgettext_lazy("glossary", "threshold"),
        gettext_lazy("From this probability on, a row is predicted positive."),
        gettext_lazy("0.30 finds more churners, and alarms more often."),
    ),
    Term(
        "accuracy",
        pgettext_lazy("glossary", "accuracy"),
        gettext_lazy("The share of correct predictions."),
        gettext_lazy("92% – but always saying “stays” has 92%, too."),
    ),
    Term(
        "balanced_accuracy",
        pgettext_lazy("glossary", "balanced accuracy"),
        gettext_lazy("The share of correct predictions, with both classes weighted equally."),
        gettext_lazy("0.5 for a model that always says the same."),
    ),
    Term(
        "precision",
        pgettext_lazy("glossary", "precision"),
        gettext_lazy("Of the rows predicted positive, the share that is."),
        gettext_lazy("Of 100 alarms, 40 are real."),
    ),
    Term(
        "recall",
        pgettext_lazy("glossary", "recall"),
        gettext_lazy("Of the positive rows, the share that is found."),
        gettext_lazy("Of 100 churners, 74 are found."),
    ),
    Term(
        "f1",
        pgettext_lazy("glossary", "F1"),
        gettext_lazy("Precision and recall in one number: low if either is low."),
        gettext_lazy("Precision 0.40 and recall 0.74 give 0.52."),
    ),
    Term(
        "roc_auc",
        pgettext_lazy("glossary", "ROC AUC"),
        gettext_lazy("How often a positive row is ranked above a negative one."),
        gettext_lazy("0.5 is chance, 1 is perfect."),
    ),
    Term(
        "average_precision",
        pgettext_lazy("glossary", "average precision"),
        gettext_lazy(
            "Precision averaged over all levels of recall; strict when positives are rare."
        ),
        gettext_lazy("With 5% positives, chance has 0.05."),
    ),
    Term(
        "log_loss",
        pgettext_lazy("glossary", "log loss"),
        gettext_lazy("How much the outcomes surprise the model; lower is better."),
        gettext_lazy("Being sure and wrong costs most."),
    ),
    Term(
        "brier",
        pgettext_lazy("glossary", "Brier score"),
        gettext_lazy("Mean squared distance between probability and outcome; lower is better."),
        gettext_lazy("Saying 0.9 for what happens costs 0.01."),
    ),
    Term(
        "mcc",
        pgettext_lazy("glossary", "MCC"),
        gettext_lazy("The correlation between prediction and outcome."),
        gettext_lazy("0 is chance, 1 is perfect."),
    ),
    Term(
        "expected_cost",
        pgettext_lazy("glossary", "expected cost"),
        gettext_lazy("What the errors cost per row, in euros."),
        gettext_lazy("A missed case €200, a false alarm €15."),
    ),
    Term(
        "false_positive",
        pgettext_lazy("glossary", "false positive"),
        gettext_lazy("A negative row that was predicted positive: a false alarm."),
        gettext_lazy("A loyal customer gets a retention call."),
    ),
    Term(
        "false_negative",
        pgettext_lazy("glossary", "false negative"),
        gettext_lazy("A positive row that was not found: a missed case."),
        gettext_lazy("A customer leaves without a call."),
    ),
    Term(
        "importance",
        pgettext_lazy("glossary", "feature importance"),
        gettext_lazy("How much worse the model gets without a column's information."),
        gettext_lazy("Shuffle the column, and ROC AUC falls by 0.04."),
    ),
    Term(
        "shap",
        pgettext_lazy("glossary", "SHAP value"),
        gettext_lazy("What a column adds to one prediction."),
        gettext_lazy("“12 calls” raises this customer's risk by 0.15."),
    ),
    Term(
        "subgroup",
        pgettext_lazy("glossary", "subgroup"),
        gettext_lazy("Rows that have something in common, and more errors."),
        gettext_lazy("Contracts younger than three months."),
    ),
    Term(
        "seed",
        pgettext_lazy("glossary", "seed"),
        gettext_lazy("The number from which all randomness is drawn."),
        gettext_lazy("Same seed, same forest."),
    ),
    Term(
        "reproduced",
        pgettext_lazy("glossary", "reproduced"),
        gettext_lazy("Run again from scratch, it gives the same digits."),
        gettext_lazy("Ten digits, all equal."),
    ),
    Term(
        "fingerprint",
        pgettext_lazy("glossary", "fingerprint"),
        gettext_lazy("A short code of data, config and versions: equal codes, equal results."),
        gettext_lazy("The code 3f9a1c on both logs."),
    ),
    Term(
        "hyperparameter",
        pgettext_lazy("glossary", "hyperparameter"),
        gettext_lazy("A setting that the model does not learn."),
        gettext_lazy("Depth of a tree, strength of the regularisation."),
    ),
    Term(
        "tied",
        pgettext_lazy("glossary", "tied"),
        gettext_lazy("Models that the test rows cannot tell apart."),
        gettext_lazy("0.812 and 0.809 share rank 2."),
    ),
)
