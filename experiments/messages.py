"""Sentences for what the engine says by code.

The engine and the database keep codes and values; here they become words, in the
reader's language, that say what to do.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from classrooms import messages as classroom_messages
from experiments.engine.config import FieldError
from experiments.engine.models import MODELS
from experiments.option_labels import option_label

CONFIG_ERRORS: dict[str, str | Promise] = {
    # The Dojo's rules
    "model_not_allowed": gettext_lazy("This Dojo does not offer this model. Choose: %(models)s."),
    # Columns
    "unknown_column": gettext_lazy("There is no column “%(name)s”."),
    "target_as_feature": gettext_lazy("“%(name)s” is what you predict: it cannot be a feature."),
    "duplicate_column": gettext_lazy("“%(name)s” stands there twice: keep one."),
    "no_column_left": gettext_lazy("Choose at least one column, or make a new feature."),
    # Preparation
    "bins_are_prepared": gettext_lazy("Quantile bins are prepared by being cut: remove this."),
    "cannot_treat_as": gettext_lazy(
        "“%(name)s” cannot be prepared like this. Possible: %(allowed)s."
    ),
    "missing_refused_by_model": gettext_lazy(
        "This model cannot be given missing numbers: choose what stands in for them. Decision "
        "trees, forests and boosting can."
    ),
    "missing_refused_by_selection": gettext_lazy(
        "This selection or condensing cannot be given missing numbers: choose what stands in."
    ),
    "missing_refused_by_scaling": gettext_lazy(
        "This scaling cannot be given missing numbers: choose what stands in, or another scaling."
    ),
    "shorter_than_shortest": gettext_lazy("Must be %(least)s or more, as the shortest run is."),
    "no_date_part": gettext_lazy("Choose a part of the date, or the elapsed time."),
    # New features
    "name_taken": gettext_lazy("There is a column “%(name)s” already: choose another name."),
    "wrong_kind": gettext_lazy("“%(name)s” does not fit here. What fits: %(takes)s."),
    "number_minus_date": gettext_lazy("Both must be numbers, or both dates."),
    "equals_needs_number": gettext_lazy("This column has numbers: write a number."),
    "equals_needs_text": gettext_lazy("This column has texts: write one of its values, in quotes."),
    # Threshold, validation, search
    "no_costs": gettext_lazy("This Dojo does not say what errors cost: choose another metric."),
    "no_repeats": gettext_lazy("Rows divided by time or by group cannot be divided anew: write 1."),
    "no_gap": gettext_lazy("Only rows divided by time have others before and after: write 0."),
    "no_search_in_ensembles": gettext_lazy(
        "A search draws hyperparameters of one model: choose a single model, or no search."
    ),
    "no_ranges": gettext_lazy("Give a range for at least one of: %(allowed)s."),
    "not_searchable": gettext_lazy("“%(name)s” cannot be drawn. What can: %(allowed)s."),
    "range_is_empty": gettext_lazy("Must be more than %(low)s, where the range begins."),
    "no_log_scale": gettext_lazy(
        "A log scale needs a range of decimal numbers that begins above 0."
    ),
    # pydantic's own
    "too_short": gettext_lazy("At least %(min_length)s are needed."),
    "too_long": gettext_lazy("Fewer entries are allowed: %(max_length)s at most."),
    "string_too_short": gettext_lazy("Write something here."),
    "string_too_long": gettext_lazy("Shorter, please: %(max_length)s characters at most."),
    "missing": gettext_lazy("This is missing."),
    "extra_forbidden": gettext_lazy("There is no such setting: remove it or correct its name."),
    "greater_than_equal": gettext_lazy("Must be %(ge)s or more."),
    "less_than_equal": gettext_lazy("Must be %(le)s or less."),
    "tiny_number": gettext_lazy("Must be 0, or %(least)s or more."),
    "finite_number": gettext_lazy("Must be a finite number."),
    "int_type": gettext_lazy("Must be a whole number, without quotes."),
    "int_from_float": gettext_lazy("Must be a whole number."),
    "float_type": gettext_lazy("Must be a number, without quotes."),
    "bool_type": gettext_lazy("Must be true or false."),
    "string_type": gettext_lazy("Must be text; put it in quotes."),
    "list_type": gettext_lazy("Must be a list."),
    "dict_type": gettext_lazy("Must be “name: value” lines, indented."),
    "model_type": gettext_lazy("Must be “name: value” lines, indented."),
    "model_attributes_type": gettext_lazy("Must be “name: value” lines, indented."),
    "literal_error": gettext_lazy("Must be one of: %(expected)s."),
    "enum": gettext_lazy("Must be one of: %(expected)s."),
    "union_tag_invalid": gettext_lazy("There is no “%(tag)s”. Choose one of: %(expected_tags)s."),
    "union_tag_not_found": gettext_lazy("This is missing: one of %(expected_tags)s."),
    # YAML
    "yaml_syntax": gettext_lazy(
        "Line %(line)s is not plain YAML: check indentation, quotes, repeated names and aliases."
    ),
    "yaml_too_long": gettext_lazy("The config is too long: %(limit)s characters at most."),
    "yaml_not_a_mapping": gettext_lazy("Write the config as “name: value” lines."),
}

KINDS: dict[str, str | Promise] = {
    "number": gettext_lazy("numbers"),
    "date": gettext_lazy("dates"),
    "text": gettext_lazy("texts"),
    "category": gettext_lazy("categories and yes/no columns"),
}

# Of a run that could not be done; those of every kind of job are the classrooms'.
FAILURES: dict[str, str | Promise] = {
    "no_costs": gettext_lazy("This Dojo does not say what errors cost: choose another metric."),
    "folds_exceed_class": gettext_lazy(
        "The rarer class has %(rows)s train rows, fewer than the %(folds)s folds. Choose fewer "
        "folds."
    ),
    "class_vanishes_in_fold": gettext_lazy(
        "One class has no row in fold %(fold)s. Choose fewer folds."
    ),
    "gap_leaves_no_rows": gettext_lazy(
        "With so large a gap no rows are left to learn from. Lower it, or choose fewer folds."
    ),
    "class_vanishes": gettext_lazy(
        "In a part of the train rows one class vanishes, so nothing can be learned there. Choose "
        "fewer folds, no calibration, no early stopping, or another encoding than by target share."
    ),
    "empty_vocabulary": gettext_lazy(
        "A text column has no unit that is frequent enough. Lower “Rows per unit at least”, use "
        "characters, or leave the column out."
    ),
    "nothing_selected": gettext_lazy(
        "The selection keeps no column at all. Make it less strict: a smaller variance, or a "
        "larger C."
    ),
    "no_value": gettext_lazy(
        "A column has no value at all in a part of the train rows, which this model cannot take. "
        "Leave it out, or choose what stands in for missing numbers."
    ),
    "too_many_components": gettext_lazy(
        "There are more components than prepared columns or rows. Choose fewer components."
    ),
    "too_many_neighbours": gettext_lazy(
        "There are more neighbours than train rows in a fold. Choose fewer neighbours."
    ),
    "no_probability": gettext_lazy(
        "The model gave no probability for some rows: none of its columns varies in a part of the "
        "train rows. Choose columns that vary, or another model."
    ),
    "not_finite": gettext_lazy(
        "A number became infinite or missing on its way to the model. Choose what stands in for "
        "missing numbers, or another scaling."
    ),
    "too_many_rows_for_model": gettext_lazy(
        "This model would take too long on %(rows)s train rows; %(limit)s are allowed. Choose a "
        "linear model, a forest or boosting."
    ),
    "table_too_wide": gettext_lazy(
        "Once prepared, the table would have up to %(columns)s columns on %(rows)s rows, more than "
        "fits into memory. Group rare categories, shorten the vocabulary, or leave columns out."
    ),
    "needs_scaling": gettext_lazy(
        "Some numbers are too large for a linear model or for this selection. Scale the columns."
    ),
    "pdf_impossible": gettext_lazy(
        "This server lacks the libraries that make a PDF. Open the log as a page and print it "
        "into a PDF instead: it is laid out for that."
    ),
    "notebook_failed": gettext_lazy(
        "The cell “%(cell)s” of the notebook stopped with %(error)s: it does not give the numbers "
        "of the log here."
    ),
    "notebook_stopped": gettext_lazy(
        "The notebook could not be run to its end: it needed too much memory or time."
    ),
    "not_a_test_row": gettext_lazy(
        "Row %(row)s is not a test row. Only these can be looked at: the model has learned from "
        "the train rows, and the holdout stays hidden."
    ),
    "column_not_used": gettext_lazy(
        "The model does not read “%(name)s”: changing it would change nothing."
    ),
    "search_too_wide": gettext_lazy(
        "The search would keep up to %(columns)s prepared columns of %(rows)s rows for each of "
        "%(folds)s folds, more than fits into memory. Choose fewer folds, or fewer columns."
    ),
}

WARNINGS: dict[str, str | Promise] = {
    "not_converged": gettext_lazy(
        "The model stopped before it converged: scale the columns, or allow more iterations."
    ),
    "k_exceeds_columns": gettext_lazy(
        "The selection was to keep more columns than there are once prepared: it kept all."
    ),
    "leaking_column": gettext_lazy(
        "Your facilitator marked %(names)s as written after the fact: will it exist when you "
        "predict?"
    ),
    "all_missing": gettext_lazy("No train row has a value for %(names)s: it says nothing."),
    "constant_column": gettext_lazy("All train rows have the same value for %(names)s."),
    "infinite_as_missing": gettext_lazy("Infinite values of %(names)s are treated as missing."),
    "new_feature_missing": gettext_lazy(
        "%(names)s has no value in some rows, such as where it divides by zero: it is missing "
        "there."
    ),
    "identifier_used": gettext_lazy(
        "%(names)s looks like an identifier: a model can learn it by heart and know nothing of "
        "new rows."
    ),
    "search_is_optimistic": gettext_lazy(
        "The cross-validation scores are those of the best trial on the folds that chose it, so "
        "they look a little too good. The test score does not."
    ),
    "inner_folds_ignore_group": gettext_lazy(
        "Calibration, stacking and target encoding divide the train rows without regard to "
        "groups: the probabilities may be surer than they should be. Look at log loss and Brier."
    ),
    "inner_folds_ignore_time": gettext_lazy(
        "Stacking, target encoding and the calibration within a search divide the train rows "
        "without regard to time: the probabilities may be surer than they should be. Look at log "
        "loss and Brier."
    ),
    "rare_grouped": gettext_lazy(
        "%(names)s has more categories than are kept: the rarest were grouped into one."
    ),
}


def describe_failure(code: str, context: dict[str, Any]) -> str:
    """Why a run failed, in the reader's language."""
    if code in FAILURES:
        return str(FAILURES[code]) % context
    return classroom_messages.describe_failure(code, context)


def describe_config_error(error: FieldError) -> str:
    """What is wrong with a field, and what is allowed."""
    if error.code == "unknown_column" and error.context.get("suggestion"):
        return _("There is no column “%(name)s”. Did you mean “%(suggestion)s”?") % error.context
    sentence = CONFIG_ERRORS.get(error.code)
    if sentence is None:
        return _("This value cannot be used here.")
    context = dict(error.context)
    if error.code == "wrong_kind":
        context["takes"] = ", ".join(str(KINDS[kind]) for kind in context["takes"])
    if error.code == "model_not_allowed":
        context["models"] = ", ".join(_(MODELS[name].label) for name in context["models"])
    if error.code == "cannot_treat_as":
        context["allowed"] = ", ".join(option_label(way) for way in context["allowed"])
    return str(sentence) % context


def describe_warning(warning: dict[str, Any]) -> str:
    """What a run warns of."""
    context = dict(warning["context"])
    if "names" in context:
        context["names"] = names_in_words(context["names"], context["more"])
    return str(WARNINGS[warning["code"]]) % context


def names_in_words(names: list[str], more: int = 0) -> str:
    """Columns in quotes; `more` of them are not named."""
    told = ", ".join(_("“%(name)s”") % {"name": name} for name in names)
    if not more:
        return told
    return ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", more) % {
        "names": told,
        "count": more,
    }
