"""Labels for the options of a config."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engine.spec.metrics import METRICS

# By value, or by field and value where a word means something else there.
LABELS: dict[Any, str | Promise] = {
    True: _("yes"),
    False: _("no"),
    None: _("no limit"),
    ("svd_components", None): _("none"),
    "none": _("none"),
    ("penalty", "l1"): "L1",
    ("penalty", "l2"): "L2",
    "elastic_net": _("elastic net"),
    "balanced": _("balanced"),
    "prior": _("class shares"),
    "stratified": _("at random, by class shares"),
    "uniform": _("at random, half and half"),
    ("weights", "uniform"): _("the same for all"),
    "distance": _("by distance"),
    "euclidean": _("Euclidean"),
    "manhattan": _("Manhattan"),
    "gini": _("Gini impurity"),
    "entropy": _("entropy"),
    "sqrt": _("square root of their number"),
    "log2": _("logarithm of their number"),
    "all": _("all"),
    "relu": "ReLU",
    "tanh": "tanh",
    # Preparation
    "median": _("median"),
    "mean": _("mean"),
    "most_frequent": _("most frequent value"),
    "constant": _("a constant"),
    "own_category": _("a value of its own"),
    "standard": _("standard"),
    "robust": _("robust (median and quartiles)"),
    "min_max": _("between 0 and 1"),
    "quantile": _("by rank (quantiles)"),
    "power": _("power (Yeo-Johnson)"),
    "one_hot": _("one-hot"),
    "ordinal": _("ordinal"),
    "target": _("target encoding"),
    "number": _("numbers"),
    "circle": _("points on a circle"),
    "keep": _("kept"),
    "strip": _("stripped"),
    "french": _("French"),
    "english": _("English"),
    "both": _("French and English"),
    "words": _("words"),
    "characters": _("characters"),
    "year": _("year"),
    "quarter": _("quarter"),
    "month": _("month"),
    "day": _("day"),
    "day_of_week": _("day of the week"),
    "day_of_year": _("day of the year"),
    "hour": _("hour"),
    "numeric": _("number"),
    "categorical": _("category"),
    "boolean": _("yes/no"),
    "datetime": pgettext_lazy("column type", "date"),
    "text": _("free text"),
    "id": _("identifier"),
    # Selection and reduction
    "variance": _("variance above a minimum"),
    "k_best": _("the k best"),
    "l1": _("by an L1 penalty"),
    "pca": "PCA",
    "anova": "ANOVA",
    "mutual_information": _("mutual information"),
    # Calibration and search
    "sigmoid": _("sigmoid (Platt)"),
    "isotonic": _("isotonic"),
    "random": _("random"),
    "halving": _("halving"),
    **{name: _(metric.label) for name, metric in METRICS.items()},
}


def option_label(value: Any, field: str = "") -> str:
    """An option's value in words; numbers by the locale, names as they are.

    Args:
        field: the name of the option, where a value means different things.
    """
    if isinstance(value, list):
        return ", ".join(option_label(item, field) for item in value) or str(LABELS["none"])
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(number_format(value))
    return str(LABELS.get((field, value), LABELS.get(value, value)))
