"""Sentences for the engine's codes.

The engine and the database keep codes and values; here they become words, in the
reader's language, that say what to do.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from classrooms import messages as classroom_messages
from engine.spec.config import FieldError
from engine.spec.models import MODELS
from experiments.wording.options import option_label

CONFIG_ERRORS: dict[str, str | Promise] = {
    # The Dojo's rules
    "model_not_allowed": gettext_lazy(
        "This Dojo doesn't offer this model. Choose from: %(models)s."
    ),
    # Columns
    "unknown_column": gettext_lazy("There is no column “%(name)s”."),
    "target_as_feature": gettext_lazy("“%(name)s” is the target: it can't be a feature."),
    "duplicate_column": gettext_lazy("“%(name)s” appears twice. Keep one."),
    "no_column_left": gettext_lazy("Choose at least one column, or create a new feature."),
    # Preparation
    "bins_are_prepared": gettext_lazy(
        "Quantile bins need no other preprocessing. Remove this setting."
    ),
    "cannot_treat_as": gettext_lazy(
        "“%(name)s” can't be preprocessed like this. Possible: %(allowed)s."
    ),
    "missing_refused_by_model": gettext_lazy(
        "This model doesn't accept missing numbers. Choose how to fill them, or use "
        "a decision tree, a forest or boosting."
    ),
    "missing_refused_by_selection": gettext_lazy(
        "This feature selection or dimensionality reduction doesn't accept "
        "missing numbers. Choose how to fill them."
    ),
    "missing_refused_by_scaling": gettext_lazy(
        "This scaling doesn't accept missing numbers. Choose how to fill them, "
        "or use another scaling."
    ),
    "shorter_than_shortest": gettext_lazy("Must be %(least)s or more, the min n-gram length."),
    "no_date_part": gettext_lazy("Choose a part of the date, or the elapsed time."),
    # New features
    "name_taken": gettext_lazy("There is already a column “%(name)s”. Choose another name."),
    "wrong_kind": gettext_lazy("“%(name)s” doesn't fit here. Possible: %(takes)s."),
    "number_minus_date": gettext_lazy("Both must be numbers, or both must be dates."),
    "equals_needs_number": gettext_lazy("This column contains numbers. Enter a number."),
    "equals_needs_text": gettext_lazy(
        "This column contains texts. Enter one of its values, in quotes."
    ),
    # Threshold, validation, search
    "no_costs": gettext_lazy("This Dojo doesn't set the costs of errors. Choose another metric."),
    "no_repeats": gettext_lazy("Only a random split can be repeated. Enter 1."),
    "no_gap": gettext_lazy("Only for a split by time. Enter 0."),
    "no_search_in_ensembles": gettext_lazy(
        "A search works on one model that is not an ensemble. Choose such a model, or no search."
    ),
    "no_ranges": gettext_lazy("Enter a range for at least one of: %(allowed)s."),
    "not_searchable": gettext_lazy("“%(name)s” can't be searched. Choose from: %(allowed)s."),
    "range_is_empty": gettext_lazy("Must be more than %(low)s, the start of the range."),
    "no_log_scale": gettext_lazy(
        "A log scale needs a range of decimal numbers that starts above 0."
    ),
    # pydantic's own
    "too_short": gettext_lazy("Too few: at least %(min_length)s."),
    "too_long": gettext_lazy("Too many: %(max_length)s at most."),
    "string_too_short": gettext_lazy("Enter a value."),
    "string_too_long": gettext_lazy("Too long: %(max_length)s characters at most."),
    "missing": gettext_lazy("This field is required."),
    "extra_forbidden": gettext_lazy("Unknown setting. Remove it or correct its name."),
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
    "dict_type": gettext_lazy("Must be indented “name: value” lines."),
    "model_type": gettext_lazy("Must be indented “name: value” lines."),
    "model_attributes_type": gettext_lazy("Must be indented “name: value” lines."),
    "literal_error": gettext_lazy("Must be one of: %(expected)s."),
    "enum": gettext_lazy("Must be one of: %(expected)s."),
    "union_tag_invalid": gettext_lazy("There is no “%(tag)s”. Choose from: %(expected_tags)s."),
    "union_tag_not_found": gettext_lazy("Required: one of %(expected_tags)s."),
    "unstorable_text": gettext_lazy(
        "This text has a character that can't be stored (NUL, or half of one). Type it again."
    ),
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
    "no_costs": gettext_lazy("This Dojo doesn't set the costs of errors. Choose another metric."),
    "folds_exceed_class": gettext_lazy(
        "The rarer class has %(rows)s training rows, fewer than the %(folds)s folds. "
        "Choose fewer folds."
    ),
    "class_vanishes_in_fold": gettext_lazy(
        "One class has no rows in fold %(fold)s. Choose fewer folds."
    ),
    "gap_leaves_no_rows": gettext_lazy(
        "With so many rows skipped between folds, none are left to learn from. "
        "Skip fewer, or choose fewer folds."
    ),
    "class_vanishes": gettext_lazy(
        "One class is missing from a part of the training rows, so the model can't "
        "learn there. Choose fewer folds, no calibration, no early stopping, or an "
        "encoding other than target encoding."
    ),
    "empty_vocabulary": gettext_lazy(
        "No n-gram of the text column %(names)s is frequent enough. Lower “Min document "
        "frequency”, use characters, or leave the column out."
    ),
    "nothing_selected": gettext_lazy(
        "The selection keeps no feature. Make it less strict: a smaller variance, or a larger C."
    ),
    "no_value": gettext_lazy(
        "No value at all in a part of the training rows, which this model doesn't accept: "
        "%(names)s. Leave it out, or choose how to fill missing numbers."
    ),
    "too_many_components": gettext_lazy(
        "There are more components than encoded features or rows. Choose fewer components."
    ),
    "too_many_neighbours": gettext_lazy(
        "There are more neighbours than training rows in a fold. Choose fewer neighbours."
    ),
    "no_probability": gettext_lazy(
        "The model gave no probability for some rows, because none of its columns "
        "varies in a part of the training rows. Choose columns that vary, or another "
        "model."
    ),
    "not_finite": gettext_lazy(
        "A number became infinite or missing on its way to the model. The largest numbers "
        "stand in: %(names)s. Leave it out, choose how to fill missing numbers, or use another "
        "scaling."
    ),
    "too_many_rows_for_model": gettext_lazy(
        "This model would take too long on %(rows)s training rows; the limit is "
        "%(limit)s. Choose a linear model, a forest or boosting."
    ),
    "table_too_wide": gettext_lazy(
        "After preprocessing, the table would have up to %(columns)s columns and "
        "%(rows)s rows, too many for the memory. Group rare categories, reduce the "
        "vocabulary, or leave columns out."
    ),
    "needs_scaling": gettext_lazy(
        "Too large for a linear model or for this selection: numbers of %(names)s. Scale the "
        "columns."
    ),
    "pdf_impossible": gettext_lazy(
        "This server can't create PDFs. Open the log as a web page and print it to "
        "PDF instead: it is laid out for that."
    ),
    "notebook_failed": gettext_lazy(
        "The notebook doesn't reproduce the numbers of the log: its cell “%(cell)s” "
        "stopped with %(error)s."
    ),
    "notebook_stopped": gettext_lazy(
        "The notebook could not be executed to the end: it needed too much memory or time."
    ),
    "not_a_test_row": gettext_lazy(
        "Row %(row)s is not a test row. You can only look at test rows: the model "
        "learned from the training rows, and the holdout stays hidden."
    ),
    "column_not_used": gettext_lazy(
        "The model doesn't use “%(name)s”, so changing it would change nothing."
    ),
    "search_too_wide": gettext_lazy(
        "The search would keep up to %(columns)s encoded features of %(rows)s rows "
        "for each of %(folds)s folds, too many for the memory. Choose fewer folds, "
        "or fewer columns."
    ),
}

WARNINGS: dict[str, str | Promise] = {
    "not_converged": gettext_lazy(
        "The model stopped before converging. Scale the columns, or allow more iterations."
    ),
    "k_exceeds_columns": gettext_lazy(
        "All features were kept: the selection asked for more than there are after encoding."
    ),
    "leaking_column": gettext_lazy(
        "Your facilitator marked as recorded after the outcome: %(names)s. Will you "
        "know it when you predict?"
    ),
    "all_missing": gettext_lazy(
        "No training row has a value, so there is no information: %(names)s."
    ),
    "constant_column": gettext_lazy("All training rows have the same value: %(names)s."),
    "infinite_as_missing": gettext_lazy("Infinite values are treated as missing: %(names)s."),
    "new_feature_missing": gettext_lazy(
        "Missing in some rows, for example where it divides by zero: %(names)s."
    ),
    "identifier_used": gettext_lazy(
        "Looks like an identifier, which a model can memorise without learning "
        "anything about new rows: %(names)s."
    ),
    "search_is_optimistic": gettext_lazy(
        "The cross-validation scores are those of the best trial, on the folds that "
        "chose it, so they look a little too good. The test score doesn't."
    ),
    "inner_folds_ignore_group": gettext_lazy(
        "Calibration, stacking and target encoding split the training rows "
        "regardless of groups, so the probabilities may be overconfident. Check log "
        "loss and Brier score."
    ),
    "inner_folds_ignore_time": gettext_lazy(
        "Stacking, target encoding and calibration within a search split the "
        "training rows regardless of time, so the probabilities may be "
        "overconfident. Check log loss and Brier score."
    ),
    "rare_grouped": gettext_lazy(
        "Rarest categories grouped into one, because there are too many: %(names)s."
    ),
}


# For who is to find the column.
UNNAMED: dict[str, Promise] = {
    "leaking_column": gettext_lazy(
        "Your facilitator marked a column that it uses as recorded after the outcome. For each "
        "one: will you know it when you predict?"
    ),
}


def describe_failure(code: str, context: dict[str, Any]) -> str:
    """Why a run failed, in the reader's language."""
    if "names" in context:
        context = context | {"names": names_in_words(context["names"])}
    if code in FAILURES:
        return str(FAILURES[code]) % context
    return classroom_messages.describe_failure(code, context)


def describe_config_error(error: FieldError) -> str:
    """The error in a field, and what is allowed."""
    if error.code == "unknown_column" and error.context.get("suggestion"):
        return _("There is no column “%(name)s”. Did you mean “%(suggestion)s”?") % error.context
    sentence = CONFIG_ERRORS.get(error.code)
    if sentence is None:
        return _("This value can't be used here.")
    context = dict(error.context)
    if error.code == "wrong_kind":
        context["takes"] = ", ".join(str(KINDS[kind]) for kind in context["takes"])
    if error.code == "model_not_allowed":
        context["models"] = ", ".join(_(MODELS[name].label) for name in context["models"])
    if error.code == "cannot_treat_as":
        context["allowed"] = ", ".join(option_label(way) for way in context["allowed"])
    return str(sentence) % context


def describe_warning(warning: dict[str, Any], *, names_columns: bool) -> str:
    """A run's warning in words.

    Args:
        names_columns: name those, too, that participants are to find.
    """
    if warning["code"] in UNNAMED and not names_columns:
        return str(UNNAMED[warning["code"]])
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
