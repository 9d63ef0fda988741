"""CSV opens in the reader's spreadsheet, and the product reads back what it wrote."""

from pathlib import Path

import pytest
from django.utils import translation

from classrooms.people.roster import decoded, read_roster
from classrooms.tables import Cell, csv_table
from engine.reading.dataset import (
    canonical_frame,
    infer_columns,
    read_table,
)

ROWS: list[list[Cell]] = [
    ["Élève", "Score", "Note"],
    ["Zoé; la première", 0.5, "a, b"],
    ["Ana", -1234.25, None],
    ["=1+1", 3, 'dit "oui"'],
    ["Léo", 0.00001, "fin"],
]


def lines(language: str) -> list[str]:
    with translation.override(language):
        return csv_table(ROWS).decode("utf-8-sig").splitlines()


def test_a_french_spreadsheet_finds_columns_and_numbers() -> None:
    assert lines("fr") == [
        "Élève;Score;Note",
        '"Zoé; la première";0,5;a, b',
        "Ana;-1234,25;",
        '\'=1+1;3;"dit ""oui"""',
        "Léo;1e-05;fin",
    ]


def test_an_english_spreadsheet_does_too() -> None:
    assert lines("en")[:3] == ["Élève,Score,Note", 'Zoé; la première,0.5,"a, b"', "Ana,-1234.25,"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_begins_with_the_mark_of_utf8(language: str) -> None:
    with translation.override(language):
        assert csv_table(ROWS).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_uploaded_table_is_read_back(language: str, tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["name", "score"], *([f"p{n}", n + 0.25] for n in range(40))]
    with translation.override(language):
        (tmp_path / "table.csv").write_bytes(csv_table(rows))
    table = read_table(tmp_path / "table.csv", None)
    frame = canonical_frame(table, infer_columns(table), target="")
    assert frame.to_numpy().tolist() == [[f"p{n}", n + 0.25] for n in range(40)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_roster_is_read_back(language: str) -> None:
    rows: list[list[Cell]] = [["Name", "E-mail"], ["Zoé", "zoe@example.org"], ["Ana, B.", ""]]
    with translation.override(language):
        text = decoded(csv_table(rows))
    found = [(line.name, line.email, line.problem) for line in read_roster(text)]
    assert found == [("Zoé", "zoe@example.org", ""), ("Ana, B.", "", "")]
