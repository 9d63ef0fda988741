"""Sentences of the leak desk, for somebody who is no engineer."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from engine.reading.leaks.repairs import Repair

# What is suspected, in one sentence.
TITLES: dict[str, Promise] = {
    "alone": gettext_lazy("“%(column)s” almost gives the answer on its own"),
    "copy": gettext_lazy("“%(column)s” is nearly a copy of the target"),
    "guise": gettext_lazy("A part of “%(column)s” gives the answer away: %(part)s"),
    "missing": gettext_lazy("Whether “%(column)s” is filled in gives the answer away"),
    "pure": gettext_lazy("“%(column)s” = “%(value)s” holds one class only"),
    "late": gettext_lazy("“%(column)s” comes after “%(other)s” for one class only"),
    "ordered": gettext_lazy("The order of “%(column)s” gives the answer away"),
    "name": gettext_lazy("The name “%(column)s” speaks of the outcome"),
    "groups": gettext_lazy("Several rows have the same “%(column)s”"),
    "duplicates": gettext_lazy("Some rows repeat another one"),
    "conflicts": gettext_lazy("Some rows are equal, and their classes are not"),
    "question": gettext_lazy("Is “%(column)s” known when you predict?"),
}

# Why that matters, and what probably happened.
REASONS: dict[str, Promise] = {
    "alone": gettext_lazy(
        "No other column comes near. Such columns are often recorded after the outcome: a refund, "
        "a leaving date, the length of a call."
    ),
    "copy": gettext_lazy(
        "It says the same in other words, so a model would learn nothing else. When you predict, "
        "it won't be there."
    ),
    "guise": gettext_lazy(
        "Codes are often given out by class. A model finds that, and it won't hold for new rows."
    ),
    "missing": gettext_lazy(
        "It is probably filled in only once the outcome is known. When you predict, it would be "
        "empty for everyone."
    ),
    "pure": gettext_lazy(
        "So many rows without an exception are rarely chance. The value may be set once the "
        "outcome is known."
    ),
    "late": gettext_lazy(
        "A date after the moment of the prediction isn't known then. It was probably changed when "
        "the outcome came."
    ),
    "ordered": gettext_lazy(
        "An identifier should know nothing. The rows were probably numbered, or put together, "
        "class by class."
    ),
    "name": gettext_lazy(
        "It sounds like something that is recorded after the outcome, and it does know something "
        "about it."
    ),
    "groups": gettext_lazy(
        "Their classes agree more often than chance would have it. If some of them are for "
        "training and others for the test, a model recognises them instead of learning."
    ),
    "duplicates": gettext_lazy(
        "Split at random, a row is in the training set and its copy in the test set: a model "
        "that memorises looks good."
    ),
    "conflicts": gettext_lazy(
        "No model can be right about both. Either the class was corrected later, or a column is "
        "missing that tells them apart."
    ),
    "question": gettext_lazy(
        "It is among the columns that predict best on their own. No number tells an honest column "
        "from one recorded after the outcome: only you know."
    ),
}

PARTS: dict[str, Promise] = {
    "last_digit": gettext_lazy("its last digit"),
    "whole": gettext_lazy("whether it is a whole number"),
    "first": gettext_lazy("its first character"),
    "last": gettext_lazy("its last character"),
    "prefix": gettext_lazy("what it begins with"),
    "suffix": gettext_lazy("what it ends with"),
    "length": gettext_lazy("its length"),
}

REPAIRS: dict[Repair, Promise] = {
    Repair.MARK: gettext_lazy("Mark as recorded after the outcome"),
    Repair.DROP: gettext_lazy("Leave the column out"),
    Repair.GROUP: gettext_lazy("Keep these rows together"),
    Repair.TIME: gettext_lazy("Split in this order"),
    Repair.DUPLICATES: gettext_lazy("Leave the repeated rows out"),
    Repair.CONFLICTS: gettext_lazy("Leave these rows out"),
}

# What a repair did, as the desk says it afterwards.
MENDED: dict[Repair, Promise] = {
    Repair.MARK: gettext_lazy("Marked as recorded after the outcome"),
    Repair.DROP: gettext_lazy("Column left out"),
    Repair.GROUP: gettext_lazy("Kept together in the split"),
    Repair.TIME: gettext_lazy("Split in this order"),
    Repair.DUPLICATES: gettext_lazy("Repeated rows left out"),
    Repair.CONFLICTS: gettext_lazy("Rows left out"),
}

LABELS: dict[str, dict[str, Promise]] = {
    "missing": {
        "": pgettext_lazy("value", "missing"),
        "+": pgettext_lazy("value", "filled in"),
    },
    "late": {
        "after": gettext_lazy("after it"),
        "before": gettext_lazy("not after it"),
    },
}


def title_of(finding: dict[str, Any]) -> str:
    return str(TITLES[finding["code"]]) % _names(finding)


def reason_of(finding: dict[str, Any]) -> str:
    return str(REASONS[finding["code"]])


def _names(finding: dict[str, Any]) -> dict[str, str]:
    values = finding["values"]
    return {
        "column": next(iter(finding["columns"]), ""),
        "value": values.get("value", ""),
        "other": values.get("other", ""),
        "part": str(PARTS[values["part"]]) if "part" in values else "",
    }


def evidence_of(finding: dict[str, Any]) -> str:
    """What was measured, in one sentence; empty where the counts say it all."""
    values, code = finding["values"], finding["code"]
    match code:
        case "duplicates" | "conflicts":
            return _of_rows(values["count"], values["of"])
        case "groups":
            return _of_groups(values)
        case "pure":
            return _("In the whole table, %(share)s of the rows are positive.") % {
                "share": _percent(values["share"])
            }
    if values.get("auc") is None:
        return ""
    told = {"auc": number_format(values["auc"], 2)}
    if values.get("others") is not None:
        told["others"] = number_format(values["others"], 2)
        return _("ROC AUC %(auc)s alone; all other columns together reach %(others)s.") % told
    return _("ROC AUC %(auc)s, where 0.5 is guessing and 1 is perfect.") % told


def _of_rows(count: int, total: int) -> str:
    sentence = ngettext("%(count)s of %(total)s rows.", "%(count)s of %(total)s rows.", count)
    return sentence % {
        "count": number_format(count, force_grouping=True),
        "total": number_format(total, force_grouping=True),
    }


def _of_groups(values: dict[str, Any]) -> str:
    told = {
        "groups": number_format(values["groups"], force_grouping=True),
        "rows": number_format(values["rows"], force_grouping=True),
    }
    sentence = _("%(groups)s different values in %(rows)s rows.") % told
    if not values["same"]:
        return sentence
    same = get_text_list([_("“%(value)s”") % {"value": name} for name in values["same"]], _("and"))
    return f"{sentence} " + _("What never changes within one: %(columns)s.") % {"columns": same}


def _percent(share: float) -> str:
    return _("%(percent)s%%") % {"percent": number_format(100 * share, 1)}


def label_of(finding: dict[str, Any], label: str) -> str:
    """What a line of the evidence is about."""
    words = LABELS.get(finding["code"], LABELS["missing"] if not label else {})
    return str(words.get(label, label))
