"""Workbooks as Excel writes them, with each part open to a test's mischief."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
# Style 1 is a date, 2 a date with its time, 3 a percentage.
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><cellXfs count="4"><xf numFmtId="0"/>'
    '<xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="10"/></cellXfs></styleSheet>'
)
EPOCH = datetime(1899, 12, 30)

Rows = Sequence[Sequence[Any]]


class Fault(str):
    """What a formula that fails leaves in its cell."""


class Share(float):
    """A number that the spreadsheet shows in percent."""


def letters(place: int) -> str:
    name = ""
    while place >= 0:
        name = chr(65 + place % 26) + name
        place = place // 26 - 1
    return name


def cell(value: Any, where: str, strings: list[str]) -> str:
    """A cell's XML; None is an empty one."""
    match value:
        case None:
            return f'<c r="{where}"/>'
        case Fault():
            return f'<c r="{where}" t="e"><v>{value}</v></c>'
        case bool():
            return f'<c r="{where}" t="b"><v>{int(value)}</v></c>'
        case Share():
            return f'<c r="{where}" s="3"><v>{float(value)!r}</v></c>'
        case int() | float():
            return f'<c r="{where}"><v>{value!r}</v></c>'
        case datetime():
            return f'<c r="{where}" s="2"><v>{(value - EPOCH).total_seconds() / 86400!r}</v></c>'
        case date():
            days = (datetime(value.year, value.month, value.day) - EPOCH).days
            return f'<c r="{where}" s="1"><v>{days}</v></c>'
        case _:
            strings.append(str(value))
            return f'<c r="{where}" t="s"><v>{len(strings) - 1}</v></c>'


def sheet_xml(rows: Rows, strings: list[str], *, first_row: int = 1, first_column: int = 0) -> str:
    lines = []
    for line, row in enumerate(rows, start=first_row):
        cells = "".join(
            cell(value, f"{letters(place)}{line}", strings)
            for place, value in enumerate(row, start=first_column)
        )
        lines.append(f'<row r="{line}">{cells}</row>')
    return f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def parts_of(sheets: Mapping[str, Rows], hidden: Sequence[str] = (), **at: int) -> dict[str, str]:
    """The parts of a workbook by their names in the archive."""
    strings: list[str] = []
    parts = {}
    listed, related = [], []
    for place, (name, rows) in enumerate(sheets.items(), start=1):
        parts[f"xl/worksheets/sheet{place}.xml"] = sheet_xml(rows, strings, **at)
        state = ' state="hidden"' if name in hidden else ""
        listed.append(f'<sheet name={quoteattr(name)} sheetId="{place}"{state} r:id="rId{place}"/>')
        related.append(
            f'<Relationship Id="rId{place}" Type="{RELATIONS}/worksheet" '
            f'Target="worksheets/sheet{place}.xml"/>'
        )
    items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    return {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": (
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
            f"<sheets>{''.join(listed)}</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{"".join(related)}'
            f'<Relationship Id="s" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
            f'<Relationship Id="y" Type="{RELATIONS}/styles" Target="styles.xml"/>'
            "</Relationships>"
        ),
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}">{items}</sst>',
        "xl/styles.xml": STYLES,
        **parts,
    }


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def workbook(sheets: Mapping[str, Rows], hidden: Sequence[str] = (), **at: int) -> bytes:
    """The bytes of an .xlsx file with these sheets.

    Args:
        at: `first_row` and `first_column`, where the tables begin.
    """
    return zipped(parts_of(sheets, hidden, **at))
