"""Words for how a file was read, and for the ways to read a column."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from classrooms.datasets.wording import number_text
from engine.reading.table_format import ColumnFormat, TableFormat

LEFT_OUT: dict[str, Promise] = {
    "ragged": gettext_lazy("does not fit the header"),
    "blank": gettext_lazy("blank"),
    "separator": gettext_lazy("names the separator"),
    "preamble": gettext_lazy("above the header"),
    "footer": gettext_lazy("note or total at the end"),
}

DELIMITERS: dict[str, Promise] = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("bar"),
    " ": gettext_lazy("spaces"),
}

ENCODINGS: dict[str, str | Promise] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1252": gettext_lazy("Windows-1252 (Western Europe)"),
    "latin-1": gettext_lazy("Latin-1 (ISO 8859-1)"),
    "mac_roman": gettext_lazy("Mac Roman (old Macs)"),
    "cp850": gettext_lazy("Code page 850 (DOS)"),
}

HEADERS: dict[str, Promise] = {
    "names": gettext_lazy("on the header line"),
    "none": gettext_lazy("none: the header line is a row, too"),
    "first_unnamed": gettext_lazy("on the header line, but for the first column"),
    "last_unnamed": gettext_lazy("on the header line, but for the last column"),
}

NOTES: dict[str, Promise] = {
    "no_header": gettext_lazy(
        "The first line looks like the others, so it was read as a row, and the columns are "
        "numbered. If it holds their names, correct that."
    ),
    "row_numbers": gettext_lazy(
        "The first column has no name and only counts the rows, so it was left out."
    ),
    "row_names": gettext_lazy(
        "The first column has no name and a different value in every row, so it was called "
        "%(columns)s."
    ),
    "empty_columns": gettext_lazy("Left out, with neither a name nor a value: %(columns)s."),
    "unnamed_columns": gettext_lazy("Named by their place, as they had no name: %(columns)s."),
    "repeated_names": gettext_lazy("Renamed, as their name stood twice: %(columns)s."),
}

THOUSANDS: dict[str, Promise] = {
    "": pgettext_lazy("thousands separator", "none"),
    " ": gettext_lazy("space"),
    ",": gettext_lazy("comma"),
    ".": gettext_lazy("point"),
    "'": gettext_lazy("apostrophe"),
}

DATE_LETTERS: dict[str, Promise] = {
    "%d": pgettext_lazy("date format", "DD"),
    "%m": pgettext_lazy("date format", "MM"),
    "%B": pgettext_lazy("date format", "month"),
    "%Y": pgettext_lazy("date format", "YYYY"),
    "%y": pgettext_lazy("date format", "YY"),
    "%H": pgettext_lazy("date format", "hh"),
    "%I": pgettext_lazy("date format", "hh"),
    "%M": pgettext_lazy("date format", "mm"),
    "%S": pgettext_lazy("date format", "ss"),
    "%f": pgettext_lazy("date format", "fraction"),
    "%p": pgettext_lazy("date format", "AM/PM"),
    "%z": pgettext_lazy("date format", "+hh:mm"),
}

GROUPED: dict[str, Promise] = {
    " ": gettext_lazy("thousands with a space"),
    ",": gettext_lazy("thousands with a comma"),
    ".": gettext_lazy("thousands with a point"),
    "'": gettext_lazy("thousands with an apostrophe"),
}


def describe_format(table_format: TableFormat) -> list[tuple[str, str]]:
    """How the file was read, as labels and values."""
    day = _("day first") if table_format.day_first else _("month first")
    if table_format.container == "parquet":
        rows = [(_("Format"), "Parquet")]
    elif table_format.container == "workbook":
        rows = [
            (_("Format"), "Excel"),
            (_("Sheet"), describe_sheet(table_format)),
            (_("Header"), _("row %(row)s") % {"row": table_format.header_line}),
            (_("Ambiguous dates"), day),
        ]
    else:
        rows = [
            (_("Encoding"), str(ENCODINGS[table_format.encoding])),
            (_("Separator"), str(DELIMITERS[table_format.delimiter])),
            (_("Header"), _describe_header(table_format)),
            (_("Decimal separator"), _("point") if table_format.decimal == "." else _("comma")),
            (_("Thousands"), str(THOUSANDS[table_format.thousands])),
            (_("Ambiguous dates"), day),
        ]
        if not table_format.quotes:
            rows.append((_("Quotation marks"), _("part of the values")))
    if table_format.compressed:
        rows.append((_("Compression"), "gzip"))
    return rows


def describe_sheet(table_format: TableFormat) -> str:
    """The sheet that was read, and how many it could have been."""
    if len(table_format.sheets) < 2:
        return table_format.sheet
    sentence = _("“%(name)s”, one of %(count)s sheets: choose another one if it is the wrong table")
    return sentence % {"name": table_format.sheet, "count": len(table_format.sheets)}


def _describe_header(table_format: TableFormat) -> str:
    if table_format.header == "none":
        return _("none; rows from line %(line)s") % {"line": table_format.header_line}
    return _("line %(line)s") % {"line": table_format.header_line}


def describe_note(note: dict[str, Any]) -> str:
    """What was done about names of columns."""
    return str(NOTES[note["code"]]) % {"columns": ", ".join(note["names"])}


def describe_left_out(counts: dict[str, int]) -> str:
    """How many lines of the file were left out, and why."""
    total = sum(counts.values())
    reasons = ", ".join(f"{LEFT_OUT[reason]} ({count})" for reason, count in counts.items())
    sentence = ngettext(
        "%(count)s line of the file is not a row of the table: %(reasons)s.",
        "%(count)s lines of the file are not rows of the table: %(reasons)s.",
        total,
    )
    return sentence % {"count": total, "reasons": reasons}


def describe_choice(choice: dict[str, Any]) -> str:
    """A way to read a column, with the values that it has then."""
    if not choice["values"]:
        return describe_way(choice)
    if choice["format"]["kind"] == "date":
        first, _median, last = map(_day, choice["values"])
        sentence = _("%(way)s: from %(first)s to %(last)s")
        way = _("dates as %(format)s") % {"format": _letters(choice["format"]["date_format"])}
        return sentence % {"way": way, "first": first, "last": last}
    least, median, greatest = map(number_text, choice["values"])
    sentence = _("%(way)s: from %(least)s to %(greatest)s, median %(median)s")
    values = {"least": least, "median": median, "greatest": greatest}
    return sentence % {"way": describe_way(choice), **values}


def describe_way(choice: dict[str, Any]) -> str:
    """A way to read a column: "per cent, decimal comma"."""
    said = ColumnFormat.model_validate(choice["format"])
    if said.kind == "text":
        return _("as text")
    if said.kind == "date":
        return _describe_dates(said.date_format)
    words = []
    if choice["unit"] == "%":
        words.append(_("per cent"))
    elif choice["unit"]:
        words.append(_("in %(unit)s") % {"unit": choice["unit"]})
    if said.decimal == "," and said.thousands != ".":
        words.append(_("decimal comma"))
    if said.thousands:
        words.append(str(GROUPED[said.thousands]))
    return ", ".join(words or [_("decimal point")])


def _describe_dates(written: str) -> str:
    """A date format in letters that a reader knows, and what a year of two digits means."""
    sentence = (
        _("dates as %(format)s; years 69 to 99 are 1969 to 1999, and 00 to 68 are 2000 to 2068")
        if "%y" in written
        else _("dates as %(format)s")
    )
    return sentence % {"format": _letters(written)}


def _letters(written: str) -> str:
    return re.sub("%.", lambda part: str(DATE_LETTERS.get(part[0], part[0])), written)


def _day(moment: str) -> str:
    return date_format(date.fromisoformat(moment[:10]), "DATE_FORMAT")
