"""The recipe of a dataset in words: one list of what was cleaned, wherever it is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.formats import number_format
from django.utils.text import Truncator, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classrooms.datasets.reading.wording import describe_left_out
from classrooms.models import Dataset
from engine.reading.cleaning.recipe import Cleaned

VALUE_CHARACTERS = 40
# What stands for a space that nobody would see.
SPACE = "␣"


def recipe_lines(dataset: Dataset, *, with_names: bool = False) -> list[str]:
    """What was cleaned before the split, a sentence for each step, each on one line.

    Args:
        with_names: names the columns that were left out: for the facilitator only, since a
            suspicion tells of the others, too.
    """
    found = [_sentence(step, dataset, with_names=with_names) for step in dataset.recipe]
    return [" ".join(sentence.split()) for sentence in found]


def shown(value: str) -> str:
    """A value between quotation marks, with the spaces at its ends and double ones made visible."""
    text = value.replace("\u00a0", " ").replace("\u202f", " ")
    inner = text.strip(" ")
    begin, end = len(text) - len(text.lstrip(" ")), len(text) - len(text.rstrip(" "))
    if inner:
        text = SPACE * begin + inner.replace("  ", SPACE * 2) + SPACE * end
    else:
        text = SPACE * len(text)
    return _("“%(value)s”") % {"value": Truncator(text).chars(VALUE_CHARACTERS)}


def listed(values: Iterable[tuple[str, int]]) -> str:
    """Values with how often each stands."""
    return ", ".join(f"{shown(text)} × {_number(count)}" for text, count in values)


def _sentence(step: dict[str, Any], dataset: Dataset, *, with_names: bool) -> str:
    code, count = Cleaned(step["code"]), step["count"]
    told = {
        "column": shown(step["columns"][0]) if step["columns"] else "",
        "columns": get_text_list([shown(name) for name in step["columns"]], _("and")),
        "values": listed(step["values"]),
        "becomes": shown(step["becomes"]),
        "positive": shown(dataset.positive_class),
        "count": _number(count),
    }
    if code == Cleaned.COLUMNS and with_names:
        words = ngettext("Column left out: %(columns)s.", "Columns left out: %(columns)s.", count)
    else:
        words = _words(code, count, step)
    return words % told


def _words(code: Cleaned, count: int, step: dict[str, Any]) -> str:
    match code:
        case Cleaned.LINES:
            return describe_left_out(dict(step["values"])).replace("%", "%%")
        case Cleaned.WORDS:
            return _("Read as missing in every column: %(values)s.")
        case Cleaned.MERGED:
            return _("In %(column)s, read as %(becomes)s: %(values)s.")
        case Cleaned.MISSING:
            return _("In %(column)s, read as missing: %(values)s.")
        case Cleaned.INFINITE:
            return ngettext(
                "In %(column)s, %(count)s infinite or enormous number is read as missing.",
                "In %(column)s, %(count)s infinite or enormous numbers are read as missing.",
                count,
            )
        case Cleaned.COLUMNS:
            return ngettext(
                "%(count)s column is left out.", "%(count)s columns are left out.", count
            )
        case Cleaned.NO_TARGET:
            return ngettext(
                "%(count)s row is left out: it has no value for the target %(column)s.",
                "%(count)s rows are left out: they have no value for the target %(column)s.",
                count,
            )
        case Cleaned.DUPLICATES:
            return ngettext(
                "%(count)s row is left out: it repeats another one.",
                "%(count)s rows are left out: they repeat another one.",
                count,
            )
        case Cleaned.CONFLICTS:
            return ngettext(
                "%(count)s row is left out: an equal one has the other class.",
                "%(count)s rows are left out: equal ones have the other class.",
                count,
            )
        case Cleaned.REST:
            return _("In the target %(column)s, every value but %(positive)s is %(becomes)s.")


def _number(count: int) -> str:
    return number_format(count, use_l10n=True, force_grouping=True)
