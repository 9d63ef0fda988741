"""Sentences for the data checks, and names of column types."""

from __future__ import annotations

import math
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from engine.spec.schema import ColumnType


def type_label(name: str) -> str:
    """A column type in words."""
    labels = {
        ColumnType.NUMERIC: _("number"),
        ColumnType.CATEGORICAL: _("category"),
        ColumnType.BOOLEAN: _("yes/no"),
        ColumnType.TEXT: _("free text"),
        ColumnType.DATETIME: pgettext("column type", "date"),
        ColumnType.ID: _("identifier"),
    }
    return labels[ColumnType(name)]


TARGET_PROBLEMS: dict[str, Promise] = {
    "constant": gettext_lazy("all rows have the same value"),
    "quantity": gettext_lazy(
        "a quantity: predicting it is regression, and a Dojo is about yes/no questions"
    ),
    "many_classes": gettext_lazy("more than 20 different values"),
}

FINDINGS: dict[str, Promise] = {
    "all_missing": gettext_lazy("No value at all, so no model can use it: %(columns)s."),
    "constant": gettext_lazy("Same value in every row, so it carries no information: %(columns)s."),
    "mostly_missing": gettext_lazy(
        "%(columns)s: missing in %(share)s of rows. Is missingness itself informative?"
    ),
    "infinite": gettext_lazy(
        "%(columns)s: %(count)s infinite or enormous values, which count as missing."
    ),
    "suspected_id": gettext_lazy(
        "Looks like an identifier, to leave out of a first experiment: %(columns)s."
    ),
    "many_categories": gettext_lazy(
        "%(columns)s: %(count)s categories. Group the rare ones, or use target encoding."
    ),
    "imbalanced": gettext_lazy(
        "The rarer class of %(columns)s makes up %(share)s of rows: accuracy "
        "flatters a model that never finds it."
    ),
    "duplicates": gettext_lazy("Duplicate rows, ignoring identifiers: %(count)s."),
    "rows_in_train_and_test": gettext_lazy(
        "Test rows that also appear in the training set: %(count)s. A model may "
        "have memorised them."
    ),
    "texts_in_train_and_test": gettext_lazy(
        "Test texts that also appear word for word in the training set "
        "(%(columns)s): %(count)s. A model may have memorised them."
    ),
    "leak_suspected": gettext_lazy(
        "Almost predicts the target alone (ROC AUC %(auc)s): %(columns)s. Is it "
        "known when you predict, or recorded after the outcome?"
    ),
    "drift": gettext_lazy(
        "%(columns)s: distributed differently in the holdout and the training set "
        "(distance %(distance)s). Scores may drop on the holdout."
    ),
    "drift_too": gettext_lazy(
        "Also distributed differently in the holdout and the training set: %(columns)s."
    ),
    "target_drift": gettext_lazy(
        "%(columns)s: the positive class makes up %(share)s of the training set and "
        "%(share_later)s of the holdout. What a model learns from one may not hold "
        "for the other."
    ),
    "correlated": gettext_lazy(
        "%(columns)s carry nearly the same information (rank correlation %(value)s), "
        "so they will share importance."
    ),
}


def number_text(value: float) -> str:
    """A number as a person would say it: four digits that matter, in the reader's language."""
    if value and not 1e-4 <= abs(value) < 1e9:
        return f"{value:.3g}"
    places = max(0, 3 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:.{places}f}"
    decimals = len(text.rstrip("0").partition(".")[2]) if "." in text else 0
    return number_format(value, decimals, force_grouping=True)


def describe_finding(finding: dict[str, Any]) -> str:
    """A finding of the health report, in the reader's language."""
    names = finding["columns"]
    joined = ", ".join(names[:-1])
    values: dict[str, str] = {"columns": _(" and ").join([joined, names[-1]] if joined else names)}
    for name, value in finding["values"].items():
        if name.startswith("share"):
            values[name] = _("%(percent)s%%") % {"percent": number_format(100 * value, 1)}
        else:
            values[name] = number_format(value, 0 if isinstance(value, int) else 2)
    return str(FINDINGS[finding["code"]]) % values
