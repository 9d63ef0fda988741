"""The words of a chart, and its numbers as a table. Imports no scientific library.

Charts are made once, in English, and read in any language: every visible word of a spec
stands in a title or description, or is the label of a series, which the data names by code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

Translate = Callable[[str], str]

# A string is ours, to be translated; a list of one string is the user's own text.
Title = str | list[str]

# The dataset that a table shows; a chart may have others, such as of its rules.
ROWS = "rows"
CODE_SUFFIX = "_code"


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite spec with what it takes to translate it and to read it without eyes.

    Attributes:
        spec: data in named datasets, of which "rows" is the one that a table shows.
        series: label of each code that the field "series" has.
        columns: header of each field of a row that a table shows, in order.
        shown: how many of the things that were given are drawn, ...
        of: ... and how many were given.
    """

    spec: dict[str, Any]
    series: dict[str, str]
    columns: dict[str, Title]
    shown: int
    of: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", dict(self.columns))

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; `Chart(**stored)` reads it back.

        Columns become pairs: PostgreSQL's jsonb forgets the order of keys.
        """
        return asdict(self) | {"columns": [list(pair) for pair in self.columns.items()]}


@dataclass(frozen=True)
class Table:
    """The content of a chart as text: rows of strings, numbers and None."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def localised(chart: Chart, translate: Translate) -> Chart:
    """The chart with every title, description and series label translated.

    In the data, the field "series" holds codes; any other field `name` holds one where
    the row also has a `name_code`.
    """
    series = {code: translate(label) for code, label in chart.series.items()}
    columns = {field: _title(header, translate) for field, header in chart.columns.items()}
    spec = _localised(chart.spec, translate, series)
    return replace(chart, spec=spec, series=series, columns=columns)


def relabelled(chart: Chart, labels: Sequence[str]) -> Chart:
    """The chart with other labels of its rows, for those that are worded later.

    Args:
        labels: as many as the chart has rows.
    """
    rows = chart.spec["datasets"][ROWS]
    told = [row | {"label": label} for row, label in zip(rows, labels, strict=True)]
    return replace(chart, spec=chart.spec | {"datasets": chart.spec["datasets"] | {ROWS: told}})


def table(chart: Chart) -> Table:
    """The chart's main data, in the order of its columns."""
    headers = tuple(
        header if isinstance(header, str) else header[0] for header in chart.columns.values()
    )
    rows = chart.spec["datasets"][ROWS]
    return Table(headers, tuple(tuple(row.get(field) for field in chart.columns) for row in rows))


def _title(title: Any, translate: Translate) -> Any:
    # An empty string is no message: gettext answers it with the catalogue's header.
    return translate(title) if isinstance(title, str) and title else title


def _localised(node: Any, translate: Translate, series: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_localised(item, translate, series) for item in node]
    if not isinstance(node, dict):
        return node
    found = {}
    for key, value in node.items():
        if key in ("title", "description"):
            found[key] = _title(value, translate)
        elif key == "domain" and isinstance(value, list):
            found[key] = [series.get(item, item) for item in value]
        elif key == "datasets":
            found[key] = {
                name: [_localised_row(row, series) for row in rows] for name, rows in value.items()
            }
        else:
            found[key] = _localised(value, translate, series)
    return found


def _localised_row(row: dict[str, Any], series: dict[str, str]) -> dict[str, Any]:
    words = {
        field.removesuffix(CODE_SUFFIX): series.get(code, code)
        for field, code in row.items()
        if field.endswith(CODE_SUFFIX)
    }
    if "series" in row:
        words["series"] = series.get(row["series"], row["series"])
    return row | words
