"""Parse a list of invited people, pasted or from a file, one person per line."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from classrooms.intake.names import MAX_NAME, name_key, tidy_name

MAX_PEOPLE = 200
MAX_LINE = 1000
SEPARATORS = (";", "\t", ",")
HEADERS = {"name", "nom", "participant", "prénom", "display name", "nom affiché"}


@dataclass(frozen=True)
class Line:
    """One person of the roster, or what is wrong with the line."""

    number: int
    name: str
    email: str = ""
    problem: str = ""


def decoded(content: bytes) -> str:
    """The text of a file, in UTF-8 or, as spreadsheets save it, in Windows's Latin."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read_roster(text: str) -> list[Line]:
    """Parse a list of people: a name, and optionally an email after a separator.

    Empty lines and a header are passed over; who stands twice is told.
    """
    separator = max(SEPARATORS, key=text.count) if any(s in text for s in SEPARATORS) else ";"
    found: list[Line] = []
    seen: set[str] = set()
    for number, line_text in enumerate(text.splitlines(), start=1):
        # Each line by itself: a quote that is never closed swallows nobody else.
        row = next(csv.reader([line_text[:MAX_LINE]], delimiter=separator), [])
        cells = [tidy_name(cell) for cell in row]
        if not any(cells) or (not found and cells[0].casefold() in HEADERS):
            continue
        line = _line(number, cells, seen)
        seen.add(name_key(line.name))
        found.append(line)
    return found


def _line(number: int, cells: list[str], seen: set[str]) -> Line:
    email = next((cell for cell in cells[1:] if "@" in cell), "")
    name = cells[0]
    if not name:
        return Line(number, name, email, _("The name is missing."))
    if len(name) > MAX_NAME:
        shown = f"{name[:MAX_NAME]}…"
        return Line(number, shown, email, _("The name is longer than 60 characters."))
    if "@" in name:
        return Line(number, name, email, _("This is an email address. Enter the name before it."))
    if name_key(name) in seen:
        return Line(number, name, email, _("This name is in the list twice."))
    if email:
        try:
            validate_email(email)
        except ValidationError:
            return Line(number, name, email, _("This isn't an email address."))
    return Line(number, name, email)
