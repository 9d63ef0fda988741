"""Sentences for the codes of the interpretation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.explain.mistakes.limit_messages import LIMITS
from engine.spec.metrics import METRICS
from experiments.templatetags.experiments import percent
from experiments.wording.messages import UNNAMED, WARNINGS, names_in_words
from experiments.wording.options import option_label

# Of a limit's context, what is a share of rows or a rate of errors.
SHARES = {"share", "share_later", "rate", "rest_rate", "highest", "lowest"}

DISAGREEMENTS: dict[str, str | Promise] = {
    "correlated": gettext_lazy(
        "It is correlated with %(others)s, which replace it when it alone is shuffled."
    ),
    "no_gain": gettext_lazy(
        "The model uses it, but predicts these test rows no better for it: perhaps "
        "it was memorised."
    ),
    "uncertain": gettext_lazy(
        "Its importance varies between shuffles by as much as its size, so its rank is chance."
    ),
    "unknown": gettext_lazy(
        "One view counts how much score is lost, the other how far predictions move: "
        "a feature can move many predictions that stay on the right side of the "
        "threshold."
    ),
}

RATES: dict[str, str | Promise] = {
    "base_rate": gettext_lazy("actually positive"),
    "selection": gettext_lazy("predicted positive"),
    "true_positive": gettext_lazy("positives found (recall)"),
    "false_positive": gettext_lazy("false positives among negatives"),
    "precision": gettext_lazy("correct among predicted positives (precision)"),
    "error": gettext_lazy("errors"),
}

SIZES_LEFT_OUT: dict[str, str | Promise] = {
    "too_slow": gettext_lazy("it would take too long"),
    "fit_failed": gettext_lazy("the model cannot learn from so few rows"),
}


UNITS: dict[str, str | Promise] = {
    "probability": gettext_lazy("Probability points"),
    "log_odds": gettext_lazy("Log-odds"),
}

# How SHAP values were computed: by the method, and by the unit where that tells two apart.
METHODS: dict[str | tuple[str, str], str | Promise] = {
    "linear": gettext_lazy(
        "Exact for this linear model, by comparison with %(rows)s training rows (shap’s "
        "LinearExplainer)."
    ),
    "trees": gettext_lazy(
        "Exact for these trees, by comparison with %(rows)s training rows (shap’s TreeExplainer)."
    ),
    "rescaled_trees": gettext_lazy(
        "Exact in log-odds, by comparison with %(rows)s training rows; shap’s TreeExplainer then "
        "converts them to probability points in proportion."
    ),
    ("tree_paths", "log_odds"): gettext_lazy(
        "In log-odds, because the model is too large to be compared with training rows in time: "
        "the values follow the paths in its trees (path-dependent), and shap offers no "
        "probabilities for these."
    ),
    ("tree_paths", "probability"): gettext_lazy(
        "The model is too large to be compared with training rows in time: the values follow the "
        "paths in its trees (path-dependent)."
    ),
    "sampled": gettext_lazy(
        "Estimated by comparison with %(rows)s training rows (shap’s PermutationExplainer): 19 "
        "values in 20 are right to within ± %(margin)s."
    ),
    "constant": gettext_lazy("The model ignores the features, so none of them contributes."),
}


def contributions_in_words(found: dict[str, Any]) -> str:
    """How contributions were computed, and how exact they are.

    Args:
        found: of which are read "method", "unit", "background_rows" and "margin".
    """
    method = found["method"]
    words = METHODS.get(method) or METHODS[method, found["unit"]]
    # Rounded up, so that what is said holds.
    margin = math.ceil(1000 * (found["margin"] or 0)) / 1000
    return str(words) % {
        "rows": number_format(found["background_rows"]),
        "margin": number_format(margin, 3),
    }


def units_in_words(units: Sequence[str]) -> list[dict[str, str]]:
    """Units to switch between, each with its code; none where there is only one."""
    if len(units) < 2:
        return []
    return [{"code": unit, "label": str(UNITS[unit])} for unit in units]


def value_in_words(value: Any) -> str:
    """A cell's value: numbers with the digits that count, texts as they are."""
    if isinstance(value, float):
        return str(number_format(int(value) if value.is_integer() else float(f"{value:.5g}")))
    return str(number_format(value)) if isinstance(value, int) else str(value)


# --- Conditions of a subgroup ---------------------------------------------------------------
def condition_in_words(condition: dict[str, Any]) -> str:
    """One condition, such as “age from 20 to 30”."""
    name, kind = condition["column"], condition["kind"]
    if kind == "missing":
        return _("%(name)s is missing") % {"name": name}
    if kind == "is":
        value = value_in_words(condition["value"])
        return _("%(name)s = %(value)s") % {"name": name, "value": value}
    if kind == "contains":
        return _("%(name)s contains the word “%(word)s”") % {
            "name": name,
            "word": condition["value"],
        }
    low, high = condition["low"], condition["high"]
    ends = {"name": name, "low": value_in_words(low), "high": value_in_words(high)}
    if low is None:
        return _("%(name)s up to %(high)s") % ends
    if high is None:
        return _("%(name)s from %(low)s") % ends
    if low == high:
        return _("%(name)s = %(value)s") % {"name": name, "value": ends["low"]}
    return _("%(name)s from %(low)s to %(high)s") % ends


def conditions_in_words(conditions: list[dict[str, Any]]) -> str:
    """All conditions of a subgroup; every one holds."""
    return _(" and ").join(condition_in_words(condition) for condition in conditions)


def group_in_words(group: dict[str, Any]) -> str:
    """A group of a sensitive column."""
    if group["kind"] == "missing":
        return _("no value")
    if group["kind"] == "others":
        return _("all rarer values")
    if group["kind"] == "range":
        ends = {end: value_in_words(group[end]) for end in ("low", "high")}
        return ends["low"] if ends["low"] == ends["high"] else _("%(low)s to %(high)s") % ends
    return value_in_words(group["value"])


# --- Limits ---------------------------------------------------------------------------------
def limit_in_words(limit: dict[str, Any], *, names_columns: bool) -> str:
    """A limitation, and why.

    Args:
        names_columns: name those, too, that participants are to find.
    """
    if limit["code"] in UNNAMED and not names_columns:
        return str(UNNAMED[limit["code"]])
    sentence = LIMITS.get(limit["code"])
    worded = _(sentence) if sentence else str(WARNINGS[limit["code"]])
    return worded % {name: _quoted(name, value, limit) for name, value in limit["context"].items()}


def _quoted(name: str, value: Any, limit: dict[str, Any]) -> Any:
    context = limit["context"]
    if name == "names":
        return names_in_words(value, context["more"])
    if name == "conditions":
        return conditions_in_words(value)
    if name == "rate" and limit["code"] == "unequal_groups":
        return str(RATES[value])
    if name == "metric":
        return _(METRICS[value].label)
    if name in SHARES:
        return percent(value, 1)
    return floatformat(value, 3) if isinstance(value, float) else value_in_words(value)


# --- What a model uses ----------------------------------------------------------------------
def disagreement_in_words(found: dict[str, Any]) -> str:
    """Why a feature ranks differently in the two views."""
    others = [name for name in found["group"] if name != found["name"]]
    return str(DISAGREEMENTS[found["reason"]]) % {"others": names_in_words(others)}


def prepared_column_in_words(column: dict[str, Any]) -> str:
    """A column as it reaches the model, by the feature that it comes from."""
    name, kind, detail = column["feature"], column["kind"], column["detail"]
    if kind == "value":
        return str(name)
    if kind == "bin":
        ends = {end: column[end] for end in ("low", "high")}
        return condition_in_words({"column": name, "kind": "between", **ends})
    if kind == "category":
        return condition_in_words({"column": name, "kind": "is", "value": detail})
    if kind == "missing":
        return condition_in_words({"column": name, "kind": "missing"})
    words = {
        "rare_categories": _("%(name)s: a rare category"),
        "ordinal": _("%(name)s, as a number"),
        "target_rate": _("%(name)s, by share of the target"),
        "date_part": _("%(name)s: %(detail)s"),
        "date_sine": _("%(name)s: %(detail)s (sine)"),
        "date_cosine": _("%(name)s: %(detail)s (cosine)"),
        "date_value": _("%(name)s: %(detail)s"),
        "word": _("%(name)s: “%(detail)s”"),
        "component": _("%(name)s: component %(detail)s"),
    }
    if kind == "date_value":
        detail = date_value_in_words(detail, int(column["low"]))
    elif kind.startswith("date_"):
        detail = option_label(detail)
    return words[kind] % {"name": name, "detail": detail}


def date_value_in_words(part: str, value: int) -> str:
    """Such as "Monday", "March" or "hour 19"."""
    match part:
        case "day_of_week":
            return str(WEEKDAYS[value])
        case "month":
            return str(MONTHS[value])
    return f"{option_label(part)} {value}"


def size_left_out_in_words(reason: str) -> str:
    """Why a learning curve lacks a size."""
    return str(SIZES_LEFT_OUT.get(reason) or SIZES_LEFT_OUT["fit_failed"])
