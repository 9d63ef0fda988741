"""Page objects for how a file was read. Templates only lay them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from classrooms.datasets.reading.forms import FormatForm
from classrooms.datasets.reading.wording import (
    LEFT_OUT,
    describe_format,
    describe_left_out,
    describe_note,
    describe_way,
)
from classrooms.models import Dataset
from engine.reading.table_format import TableFormat


@dataclass(frozen=True)
class ReadingPage:
    """How a file was read, and what of it is to be decided.

    Attributes:
        notes: what was done about names of columns.
        first_lines: of a file that could not be read, as they were split.
        columns: those with a way of their own, and it in words.
        form: asks how columns are read that the file leaves open.
    """

    rows: list[tuple[str, str]]
    columns: list[tuple[str, str]]
    form: FormatForm
    left_out: str
    lines_left_out: list[dict[str, Any]]
    notes: list[str]
    first_lines: list[dict[str, Any]]


def reading_page(dataset: Dataset) -> ReadingPage:
    counts: dict[str, int] = dataset.left_out.get("counts", {})
    return ReadingPage(
        rows=_rows(dataset),
        columns=_columns(dataset),
        form=format_form(dataset),
        left_out=describe_left_out(counts) if counts else "",
        lines_left_out=_lines_left_out(dataset),
        notes=[describe_note(note) for note in dataset.left_out.get("notes", [])],
        first_lines=_tried(dataset).get("rows", []),
    )


def format_form(dataset: Dataset, data: Any = None) -> FormatForm:
    """The form with which the reading of a dataset's file is corrected."""
    found = dataset.format or TableFormat()
    words = dataset.left_out.get("words") or _tried(dataset).get("words")
    return FormatForm(data, table_format=found, readings=dataset.readings, words=words)


def _tried(dataset: Dataset) -> dict[str, Any]:
    tried: dict[str, Any] = dataset.failure_context.get("tried", {}) if dataset.has_failed else {}
    return tried


def _lines_left_out(dataset: Dataset) -> list[dict[str, Any]]:
    """The first lines of the file that are no rows, with the reason in words."""
    return [
        line | {"reason": LEFT_OUT[line["reason"]]} for line in dataset.left_out.get("lines", [])
    ]


def _rows(dataset: Dataset) -> list[tuple[str, str]]:
    """How the file was read, as labels and values."""
    if dataset.bundled or dataset.format is None:
        return []
    return [*describe_format(dataset.format), (_("Missing values"), _missing_words(dataset))]


def _missing_words(dataset: Dataset) -> str:
    """The texts that mean "no value", and what is missing without one."""
    counts = {word or _("(empty)"): count for word, count in dataset.missing_words.items()}
    missing = sum(column["missing"] for column in dataset.columns)
    if (others := missing - sum(counts.values())) > 0:
        counts[_("(no value, or infinite)")] = others
    return ", ".join(f"{word} × {count}" for word, count in counts.items()) or _("none")


def _columns(dataset: Dataset) -> list[tuple[str, str]]:
    return [(found["name"], _column(found)) for found in dataset.readings]


def _column(found: dict[str, Any]) -> str:
    units = [unit or _("no unit") for unit in found["units"]]
    way = next((describe_way(choice) for choice in found["choices"] if choice["taken"]), "")
    if units and way in {"", _("as text")}:
        return _("as text, because the units differ: %(units)s") % {"units": ", ".join(units)}
    return _("%(way)s (proposed)") % {"way": way} if found["is_open"] else way
