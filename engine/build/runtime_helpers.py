"""Functions shared by the engine and generated scripts.

The engine calls these functions; generated code contains their source as it stands
here, and the imports that it needs. So each must read well on its own, and use no
name but those that this module imports or defines; no types, for a short script.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import sklearn.metrics as skm
from lightgbm import LGBMClassifier
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import cross_validate, train_test_split
from xgboost import XGBClassifier


# --- Scores ---------------------------------------------------------------------------
def positive_probability(model, X):
    return model.predict_proba(X)[:, 1].astype("float64")


def scores(y, probability, threshold=0.5):
    """Every metric, for the positive class."""
    prediction = (probability >= threshold).astype(int)
    return {
        "accuracy": skm.accuracy_score(y, prediction),
        "balanced_accuracy": skm.balanced_accuracy_score(y, prediction),
        "f1": skm.f1_score(y, prediction, zero_division=0),
        "precision": skm.precision_score(y, prediction, zero_division=0),
        "recall": skm.recall_score(y, prediction, zero_division=0),
        "roc_auc": skm.roc_auc_score(y, probability),
        "average_precision": skm.average_precision_score(y, probability),
        "log_loss": skm.log_loss(y, probability, labels=[0, 1]),
        "brier": skm.brier_score_loss(y, probability),
        "mcc": skm.matthews_corrcoef(y, prediction),
    }


def scores_and_cost(y, probability, threshold=0.5, *, costs):
    """Every metric, and the mean cost of a row in euros."""
    said, true = probability >= threshold, y == 1
    total = (
        costs["true_positive"] * np.sum(said & true)
        + costs["false_positive"] * np.sum(said & ~true)
        + costs["false_negative"] * np.sum(~said & true)
        + costs["true_negative"] * np.sum(~said & ~true)
    )
    return {**scores(y, probability, threshold), "expected_cost": float(total / len(y))}


def largest_difference(found, recorded):
    """Between two sets of scores, as a share of those above 1; infinite where one is missing."""
    if isinstance(recorded, dict):
        if found.keys() != recorded.keys():
            return np.inf
        return max(largest_difference(found[name], recorded[name]) for name in recorded)
    if isinstance(recorded, list):
        if len(found) != len(recorded):
            return np.inf
        return max(map(largest_difference, found, recorded))
    return abs(found - recorded) / max(abs(recorded), 1)


# --- The decision threshold ---------------------------------------------------------------
def best_threshold(y, probability, value):
    """The threshold whose predictions have the best value, of 0.01, 0.02, … 0.99."""
    thresholds = np.arange(1, 100) / 100
    of_class = [np.sort(probability[y == 1]), np.sort(probability[y == 0])]
    fn, tn = (np.searchsorted(sorted_, thresholds) for sorted_ in of_class)
    values = value(len(of_class[0]) - fn, len(of_class[1]) - tn, fn, tn)
    return float(thresholds[np.argmax(values)])


def f1_value(tp, fp, fn, tn):
    return 2 * tp / np.maximum(2 * tp + fp + fn, 1)


def accuracy_value(tp, fp, fn, tn):
    return (tp + tn) / (tp + fp + fn + tn)


def balanced_accuracy_value(tp, fp, fn, tn):
    return (tp / np.maximum(tp + fn, 1) + tn / np.maximum(tn + fp, 1)) / 2


def mcc_value(tp, fp, fn, tn):
    product = np.sqrt((tp + fp) * 1.0 * (tp + fn) * (tn + fp) * (tn + fn))
    return (tp * tn - fp * fn) / np.maximum(product, 1e-12)


def cost_value(costs):
    """What the predictions save: the opposite of their cost."""

    def value(tp, fp, fn, tn):
        return -(
            costs["true_positive"] * tp
            + costs["false_positive"] * fp
            + costs["false_negative"] * fn
            + costs["true_negative"] * tn
        )

    return value


# --- Columns --------------------------------------------------------------------------------
def parts_of_dates(table, parts):
    """Each part of each date as a number; days are since 1 January 2000."""
    for name in table.columns:
        date = pd.to_datetime(table[name].astype(object), format="ISO8601", errors="coerce")
        for part in parts:
            days = (date - pd.Timestamp(2000, 1, 1)).dt.total_seconds() / 86400
            values = days if part == "elapsed_days" else getattr(date.dt, part)
            yield part, values.to_numpy(dtype="float64")


def date_parts(table, parts):
    """Numbers out of dates: parts of each, and days since 1 January 2000."""
    return np.column_stack([values for _part, values in parts_of_dates(table, parts)])


def date_circles(table, parts):
    """Parts that come round as places on a circle, so that hour 23 lies beside hour 0."""
    turns = {"quarter": 4, "month": 12, "day": 31, "day_of_week": 7, "day_of_year": 366, "hour": 24}
    columns = []
    for part, values in parts_of_dates(table, parts):
        if part in turns:
            angle = 2 * np.pi * values / turns[part]
            columns += [np.sin(angle), np.cos(angle)]
        else:
            columns.append(values)
    return np.column_stack(columns)


def date_categories(table, parts):
    """Parts that have few values as a column of 0 and 1 per value; Monday is 0."""
    ends = {"quarter": (1, 4), "month": (1, 12), "day_of_week": (0, 6), "hour": (0, 23)}
    columns = []
    for part, values in parts_of_dates(table, parts):
        if part in ends:
            first, last = ends[part]
            columns += [(values == value).astype("float64") for value in range(first, last + 1)]
        else:
            columns.append(values)
    return np.column_stack(columns)


def missing_to_empty(texts):
    """A missing text says nothing."""
    return texts.fillna("")


def numbers_as_names(table):
    """Numbers as categories: 3 is a label here, not an amount."""
    to_name = lambda value: np.format_float_positional(value, trim="-")  # noqa: E731
    return table.astype("float64").map(to_name, na_action="ignore").astype(object)


def add_features(table, features):
    """The table with new columns, each computed from its own row."""
    table = table.copy()
    for name, function, arguments in features:
        table[name] = function(table, *arguments)
    return table


class WordsIfAny(TfidfVectorizer):
    """TF-IDF; one column of zeros where no n-gram is frequent enough."""

    def fit(self, texts, y=None):
        self.fit_transform(texts)
        return self

    def fit_transform(self, texts, y=None):
        try:
            return super().fit_transform(texts)
        except ValueError as error:
            if not re.search("empty vocabulary|no terms remain|max_df corresponds", str(error)):
                raise
        asked, self.vocabulary = self.vocabulary, [""]  # which is in no text
        try:
            return super().fit_transform(texts)
        finally:
            self.vocabulary = asked


def finite(numbers):
    """Infinite numbers, and those too large for 32 bits, count as missing."""
    return numbers.where(numbers.abs() <= np.finfo("float32").max)


def ratio(table, numerator, denominator):
    return finite(table[numerator] / table[denominator])


def difference(table, left, right):
    """One number minus another, or the days between two dates."""
    if table[left].dtype != object:
        return finite(table[left] - table[right])
    end = pd.to_datetime(table[left], format="ISO8601", errors="coerce")
    begin = pd.to_datetime(table[right], format="ISO8601", errors="coerce")
    return (end - begin).dt.total_seconds() / 86400


def product(table, columns):
    return finite(table[columns].prod(axis=1, skipna=False))


def total(table, columns):
    return finite(table[columns].sum(axis=1, skipna=False))


def log1p(table, column):
    return finite(np.log1p(table[column].where(table[column] > -1)))


def copy_of(table, column):
    return table[column]


def is_missing(table, column):
    return table[column].isna().astype("float64")


def equals(table, column, value):
    return (table[column] == value).astype("float64")


def word_count(table, column):
    return table[column].fillna("").str.split().str.len().astype("float64")


def interaction(table, left, right):
    return (table[left] + " × " + table[right]).astype(object)


# --- Models ---------------------------------------------------------------------------------
class XGBStoppedEarly(XGBClassifier):
    """Learns from nine tenths of its rows, until the last tenth no longer improves."""

    def fit(self, X, y):
        X, X_aside, y, y_aside = train_test_split(
            X, y, test_size=0.1, stratify=y, random_state=self.random_state
        )
        return super().fit(X, y, eval_set=[(X_aside, y_aside)], verbose=False)


class LGBMStoppedEarly(LGBMClassifier):
    """Learns from nine tenths of its rows, until the last tenth no longer improves."""

    def fit(self, X, y):
        X, X_aside, y, y_aside = train_test_split(
            X, y, test_size=0.1, stratify=y, random_state=self.random_state
        )
        return super().fit(X, y, eval_set=[(X_aside, y_aside)])


# --- Validation -----------------------------------------------------------------------------
def cross_predict(pipeline, X, y, folds):
    """Each fold's rows, and their probabilities by a model that has not seen them."""
    for fit_rows, check_rows in folds:
        model = clone(pipeline).fit(X.iloc[fit_rows], y[fit_rows])
        yield check_rows, positive_probability(model, X.iloc[check_rows])


def summary(each):
    """Mean and standard deviation over the folds, and every fold."""
    mean, std = each.mean().to_dict(), each.std(ddof=0).to_dict()
    return {"mean": mean, "std": std, "folds": each.to_dict("records")}


def tuned_threshold(y, predicted, value, without=()):
    """The best threshold for out-of-fold predictions, those of some rows left out."""
    rows = np.concatenate([rows for rows, _ in predicted])
    probability = np.concatenate([probability for _, probability in predicted])
    kept = ~np.isin(rows, without)
    return best_threshold(y[rows[kept]], probability[kept], value)


def evaluate(pipeline, train, test, folds, score=scores):
    """Metrics on train, in cross-validation within train, and on test."""
    scored = lambda model, X, y: score(y, positive_probability(model, X))  # noqa: E731
    found = cross_validate(pipeline, *train, cv=folds, scoring=scored, error_score="raise")
    each = pd.DataFrame(found).filter(like="test_").rename(columns=lambda name: name[5:])
    mean, std = each.mean().to_dict(), each.std(ddof=0).to_dict()
    pipeline.fit(*train)
    return {
        "train": scored(pipeline, *train),
        "cross_validation": {"mean": mean, "std": std, "folds": each.to_dict("records")},
        "test": scored(pipeline, *test),
    }


def evaluate_tuned(pipeline, train, test, folds, value, score=scores):
    """The same, with the threshold that is best for the rows that no fold learned from.

    Each fold is scored with the threshold that the other folds chose.
    """
    predicted = list(cross_predict(pipeline, *train, folds))
    each = []
    for rows, probability in predicted:
        threshold = tuned_threshold(train[1], predicted, value, without=rows)
        each.append(score(train[1][rows], probability, threshold))
    threshold = tuned_threshold(train[1], predicted, value)
    pipeline.fit(*train)
    return {
        "train": score(train[1], positive_probability(pipeline, train[0]), threshold),
        "cross_validation": summary(pd.DataFrame(each)),
        "test": score(test[1], positive_probability(pipeline, test[0]), threshold),
    }


# --- Search ------------------------------------------------------------------------------------
def prepare_folds(pipeline, X, y, folds):
    """Each fold with its columns prepared, which is the same for every trial."""
    for fit_rows, check_rows in folds:
        steps = clone(pipeline[:-1])
        X_fit = steps.fit_transform(X.iloc[fit_rows], y[fit_rows])
        yield X_fit, y[fit_rows], steps.transform(X.iloc[check_rows]), y[check_rows]


def try_candidate(model, parameters, prepared, metric, every=1):
    """The metric of each fold, learning from every n-th row of each class."""
    each = []
    for X_fit, y_fit, X_check, y_check in prepared:
        rows = np.sort(np.argsort(y_fit, kind="stable")[::every])
        try:
            fitted = clone(model).set_params(**parameters).fit(X_fit[rows], y_fit[rows])
            each.append(scores(y_check, positive_probability(fitted, X_check))[metric])
        except ValueError:
            each.append(np.nan)  # it cannot learn from so few rows: worse than all others
    return each


def best_third(candidates, means, lower_is_better=False):
    """The better third of the candidates, the best first."""
    order = np.argsort(means if lower_is_better else -np.array(means), kind="stable")
    return [candidates[place] for place in order[: max(1, len(candidates) // 3)]]


def search(model, candidates, prepared, metric, rounds=(1,), lower_is_better=False):
    """The best candidate; every round keeps the better third and learns from more rows."""
    for every in rounds:
        means = [
            np.mean(try_candidate(model, candidate, prepared, metric, every))
            for candidate in candidates
        ]
        candidates = best_third(candidates, means, lower_is_better)
    return candidates[0]
