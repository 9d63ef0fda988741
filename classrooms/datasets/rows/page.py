"""The page of rows: what its template shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import QueryDict

from classrooms.datasets.page import ColumnRow, column_rows
from classrooms.datasets.rows.forms import RowFilterForm, shown
from classrooms.models import Dataset, HealthReport, TrainRows

ROWS_PER_PAGE = 50
SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Cell:
    """A value as it is shown; the whole of it where that was cut."""

    text: str
    whole: str
    is_number: bool


@dataclass(frozen=True)
class Header:
    """A column's head, and the way to sort by it.

    Attributes:
        order: how the rows are sorted by it, as ARIA says it.
        query: what the address asks for to sort by it, or the other way round.
    """

    column: ColumnRow
    is_number: bool
    order: str
    query: str


class RowsPage:
    """Rows of the training set as asked for in the address.

    Attributes:
        total: how many rows are kept to look at.
        is_whole: they are the whole training set.
    """

    def __init__(self, dataset: Dataset, asked: QueryDict) -> None:
        kept = TrainRows.objects.filter(dataset=dataset).first()
        report = HealthReport.objects.filter(dataset=dataset).first()
        self._asked = asked
        names: list[str] = kept.content["names"] if kept else []
        rows: list[list[Any]] = kept.content["rows"] if kept else []
        health = report.content if report else {}
        described = column_rows(dataset, health, for_facilitator=False)
        by_name = {column.name: column for column in described}
        columns = [by_name[name] for name in names]
        self._numeric = {
            place
            for place, name in enumerate(names)
            if any(isinstance(row[place], float) for row in rows)
        }
        self.form = RowFilterForm(
            asked, columns=[column.shown_name for column in columns], numeric=self._numeric
        )
        self.total = len(rows)
        self.is_whole = self.total == dataset.part_sizes.get("train", 0)
        found = self._sorted([row for row in rows if self.form.takes(row)])
        self.count = len(found)
        self.slice = Paginator(found, ROWS_PER_PAGE).get_page(asked.get("page"))
        self.headers = [self._header(place, column) for place, column in enumerate(columns)]
        self.rows = [[self._cell(value) for value in row] for row in self.slice.object_list]

    @property
    def earlier(self) -> str:
        """The address's query for the page before; "" where there is none."""
        return self._query(page=self.slice.number - 1) if self.slice.has_previous() else ""

    @property
    def later(self) -> str:
        return self._query(page=self.slice.number + 1) if self.slice.has_next() else ""

    @property
    def sort(self) -> str:
        """By which column, as the address says it: its place, with a minus from the top down."""
        sort: str = self._asked.get("sort", "")
        place = sort.removeprefix("-")
        return sort if place.isascii() and place.isdecimal() and len(place) < 4 else ""

    def _sorted(self, rows: list[list[Any]]) -> list[list[Any]]:
        """In the file's order where nothing else is asked for; missing values last."""
        if not self.sort:
            return rows
        place = int(self.sort.removeprefix("-"))
        if rows and place >= len(rows[0]):
            return rows
        present = [row for row in rows if row[place] is not None]
        missing = [row for row in rows if row[place] is None]
        return sorted(present, key=lambda row: row[place], reverse=self.sort[0] == "-") + missing

    def _header(self, place: int, column: ColumnRow) -> Header:
        orders = {str(place): "ascending", f"-{place}": "descending"}
        order = orders.get(self.sort, "none")
        other = f"-{place}" if order == "ascending" else str(place)
        return Header(column, place in self._numeric, order, self._query(sort=other, page=1))

    def _cell(self, value: Any) -> Cell:
        text = shown(value)
        is_cut = len(text) > SHOWN_CHARACTERS
        return Cell(
            text[: SHOWN_CHARACTERS - 1] + "…" if is_cut else text,
            text if is_cut else "",
            isinstance(value, float),
        )

    def _query(self, **changes: Any) -> str:
        query = self._asked.copy()
        for name, value in changes.items():
            query[name] = str(value)
        return query.urlencode()
