"""Excel workbooks: what is on a sheet is read as it is; what would fill the memory is not."""

import gzip
import io
import struct
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.reading.dataset import infer_columns, read_table
from engine.reading.spreadsheet import archive, counting
from engine.reading.table import RawTable
from engine.reading.table_format import DataError, TableFormat
from engine.spec.schema import ColumnType
from tests.engine.workbooks import HEAD, MAIN, Fault, Share, letters, parts_of, workbook, zipped

ROWS = [["client", "amount", "paid"], ["a", 1.5, "yes"], ["b", 2, "no"], ["c", None, "no"]]


def read(content: bytes, folder: Path, table_format: TableFormat | None = None) -> RawTable:
    path = folder / "upload"
    path.write_bytes(content)
    return read_table(path, table_format)


def refusal(content: bytes, folder: Path, table_format: TableFormat | None = None) -> DataError:
    with pytest.raises(DataError) as caught:
        read(content, folder, table_format)
    return caught.value


def values(table: RawTable, name: str) -> list[Any]:
    found: list[Any] = table.columns[name].to_pylist()
    return found


# --- What is read -----------------------------------------------------------------------
def test_cells_keep_what_they_are(tmp_path: Path) -> None:
    header = ["n", "share", "day", "moment", "flag", "text", "code", "mixed"]
    rows = [
        [1, Share(0.25), date(2024, 2, 29), datetime(2024, 3, 1, 8, 5), True, "é\n<x>", "007", 1],
        [-2.5, Share(1), date(2024, 3, 1), datetime(2024, 3, 1), False, " b ", "12", "x"],
        [1e-300, Fault("#DIV/0!"), None, None, None, "NA", "", 0.5],
    ]
    table = read(workbook({"S": [header, *rows]}), tmp_path)
    assert values(table, "n") == [1.0, -2.5, 1e-300]
    assert values(table, "share") == [0.25, 1.0, None]
    assert values(table, "day") == ["2024-02-29", "2024-03-01", None]
    assert values(table, "moment") == ["2024-03-01T08:05:00", "2024-03-01", None]
    assert values(table, "flag") == ["true", "false", None]
    assert values(table, "text") == ["é\n<x>", " b ", None]
    assert values(table, "code") == ["007", "12", None]
    assert values(table, "mixed") == ["1", "x", "0.5"]
    assert table.missing_words == {"": 4, "na": 1, "#div/0!": 1}
    kinds = {column.name: column.type for column in infer_columns(table)}
    assert kinds["day"] == kinds["moment"] == ColumnType.DATETIME
    assert kinds["flag"] == ColumnType.BOOLEAN


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=30))
def test_every_number_keeps_its_bits(tmp_path: Path, numbers: list[float]) -> None:
    table = read(workbook({"S": [["x", "y"], *([n, "a"] for n in numbers)]}), tmp_path)
    assert struct.pack(f"{len(numbers)}d", *values(table, "x")) == struct.pack(
        f"{len(numbers)}d", *(n + 0.0 for n in numbers)
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(0, 4_000_000_000), min_size=1, max_size=30))
def test_every_second_is_kept(tmp_path: Path, seconds: list[int]) -> None:
    moments = [datetime(1930, 1, 1) + timedelta(seconds=each) for each in seconds]
    table = read(workbook({"S": [["t", "y"], *([m, "a"] for m in moments)]}), tmp_path)
    assert [datetime.fromisoformat(text) for text in values(table, "t")] == moments


def test_dates_that_a_program_wrote_as_midnights_are_dates(tmp_path: Path) -> None:
    days = [datetime(2024, 3, day) for day in range(1, 9)]
    table = read(workbook({"S": [["day", "y"], *([day, "a"] for day in days)]}), tmp_path)
    assert values(table, "day")[0] == "2024-03-01"


@pytest.mark.parametrize("at", [{}, {"first_row": 40, "first_column": 5}])
def test_what_stands_around_a_table_is_no_part_of_it(at: dict[str, int], tmp_path: Path) -> None:
    around = [
        ["Sales 2024", None, None, None, None],
        [],
        [*ROWS[0], None, None],
        *([*row, None, ""] for row in ROWS[1:]),
        ["Total"],
        [],
        ["Source: our own"],
    ]
    table = read(workbook({"S": around}, **at), tmp_path)
    assert table.names == ROWS[0]
    assert values(table, "client") == ["a", "b", "c"]
    assert table.left_out_counts == {"preamble": 1, "footer": 2}
    assert table.format.header_line == at.get("first_row", 1) + 2
    assert [item.text for item in table.left_out if item.reason == "preamble"] == ["Sales 2024"]


def test_a_column_that_is_empty_at_the_end_stays_a_column(tmp_path: Path) -> None:
    rows = [["a", "b", "c"], [1, 2, 3], [4, 5, None], [6, None, None], [7, None, None]]
    table = read(workbook({"S": rows}), tmp_path)
    assert table.row_count == 2
    assert table.left_out_counts == {"footer": 2}
    narrow = [["a", "b"], [1, 2], [4, None], [6, None]]
    assert read(workbook({"S": narrow}), tmp_path).row_count == 3


# --- Which sheet -------------------------------------------------------------------------
SHEETS = {
    "Notes": [["Read me"], ["By Ada"]],
    "Data": ROWS,
    "Old": [["Archive"], ["x", "y"], [1, 2], [3, 4]],
    "Secret": ROWS,
}


def test_the_first_sheet_with_a_table_is_taken_and_another_can_be(tmp_path: Path) -> None:
    content = workbook(SHEETS, hidden=["Secret"])
    table = read(content, tmp_path)
    assert (table.format.sheet, table.format.sheets) == ("Data", ("Notes", "Data", "Old"))
    other = table.format.model_copy(update={"sheet": "Old", "header_line": 0})
    again = read(content, tmp_path, other)
    assert (again.names, again.format.header_line) == (["x", "y"], 2)
    assert read(content, tmp_path, again.format) == again
    hidden = table.format.model_copy(update={"sheet": "Secret"})
    assert refusal(content, tmp_path, hidden).code == "no_such_sheet"


def test_a_sheet_without_names_of_columns_keeps_its_first_row(tmp_path: Path) -> None:
    rows = [[n, "a" if n % 2 else "b", n / 4] for n in range(1, 41)]
    table = read(workbook({"S": rows}, first_row=3, first_column=2), tmp_path)
    assert (table.format.header, table.format.header_line) == ("none", 3)
    assert table.names == ["column_1", "column_2", "column_3"]
    assert values(table, "column_3") == [n / 4 for n in range(1, 41)]
    assert [note.code for note in table.notes] == ["no_header"]
    named = read(workbook({"S": [["n", "class", "share"], *rows]}), tmp_path)
    assert (named.format.header, named.row_count) == ("names", 40)
    corrected = table.format.model_copy(update={"header": "names"})
    content = workbook({"S": rows}, first_row=3, first_column=2)
    assert read(content, tmp_path, corrected).row_count == 39


def test_what_could_not_be_read_says_how_it_was_tried(tmp_path: Path) -> None:
    rows = [[f"c{n}" for n in range(501)], [1] * 501, [2] * 501]
    error = refusal(workbook({"First": rows, "Second": ROWS}), tmp_path)
    assert error.code == "too_many_columns"
    tried = TableFormat.model_validate(error.context["read_as"])
    assert (tried.sheet, tried.sheets) == ("First", ("First", "Second"))


@pytest.mark.parametrize(
    ("sheets", "at", "code"),
    [
        ({"S": []}, {}, "empty_sheet"),
        ({"S": [["a", "b"]]}, {}, "header_only"),
        ({"S": ROWS}, {"first_row": 201}, "deep_table"),
        ({"S": [[f"c{n}" for n in range(501)], [1] * 501]}, {}, "too_many_columns"),
    ],
)
def test_a_sheet_without_a_table_is_refused(
    sheets: dict[str, Any], at: dict[str, int], code: str, tmp_path: Path
) -> None:
    assert refusal(workbook(sheets, **at), tmp_path).code == code


# --- Hostile -----------------------------------------------------------------------------
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def with_part(name: str, content: str | bytes) -> bytes:
    return zipped({**parts_of({"S": ROWS}), name: content})


def sheet(cells: str) -> str:
    return f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'


def test_a_part_that_unpacks_without_end_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 2**20)
    bomb = with_part(SHEET, sheet("<row/>" * 2**20))
    assert len(bomb) < 2**15
    assert refusal(bomb, tmp_path).code == "unpacks_without_end"


def test_the_size_that_the_directory_says_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 2**20)
    part = sheet("<row/>" * 2**20).encode()
    honest = with_part(SHEET, part)
    lying = honest.replace(struct.pack("<L", len(part)), struct.pack("<L", 100))
    assert lying != honest
    assert refusal(lying, tmp_path).code in {"unpacks_without_end", "broken_workbook"}


def test_one_text_in_a_million_cells_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MAX_UNPACKED_BYTES", 10_000_000)
    parts = parts_of({"S": [["a", "b"], *([["x" * 30_000, "y"]] * 2)]})
    strings = f'{HEAD}<sst xmlns="{MAIN}"><si><t>{"x" * 30_000}</t></si></sst>'
    cells = "".join(f'<row><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 1_000))
    bomb = zipped({**parts, STRINGS: strings, SHEET: sheet(cells)})
    assert refusal(bomb, tmp_path).code == "unpacks_without_end"
    prefixed = cells.replace("<c ", "<z:c ").replace("</c>", "</z:c>")
    declared = sheet(prefixed).replace("<worksheet", f'<worksheet xmlns:z="{MAIN}"')
    bomb = zipped({**parts, STRINGS: strings, SHEET: declared})
    assert refusal(bomb, tmp_path).code == "unpacks_without_end"


@pytest.mark.parametrize("far", ["XFD1048576", f"{letters(11)}1000000"])
def test_two_cells_far_apart_are_stopped(far: str, tmp_path: Path) -> None:
    cells = f'<row><c r="A1"><v>1</v></c><c r="{far}"><v>1</v></c></row>'
    assert refusal(with_part(SHEET, sheet(cells)), tmp_path).code == "too_many_cells"


def test_what_is_empty_far_away_is_no_part_of_the_table(tmp_path: Path) -> None:
    parts = parts_of({"S": ROWS})
    parts[SHEET] = parts[SHEET].replace("</row>", '<c r="XFD1048576"/></row>', 1)
    assert read(zipped(parts), tmp_path).names == ROWS[0]


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (SHEET, sheet("<row").replace("</", "<")),
        (SHEET, sheet('<row r="x"/>')),
        (SHEET, sheet('<row><c r="1A"><v>1</v></c></row>')),
        (SHEET, b"\x00\xff" * 40),
        (SHEET, HEAD + ENTITIES + '<worksheet><c t="str"><v>&b;</v></c></worksheet>'),
        ("xl/workbook.xml", HEAD + ENTITIES + "<workbook/>"),
        ("xl/workbook.xml", f'{HEAD}<workbook xmlns="{MAIN}"/>'),
        ("xl/workbook.xml", ""),
        (STRINGS, HEAD + ENTITIES + "<sst/>"),
        ("xl/_rels/workbook.xml.rels", "no xml"),
        ("XL\\WORKSHEETS/sheet1.xml", sheet("")),
    ],
)
def test_damaged_parts_are_refused(part: str, content: str | bytes, tmp_path: Path) -> None:
    assert refusal(with_part(part, content), tmp_path).code == "broken_workbook"


def test_missing_parts_are_refused(tmp_path: Path) -> None:
    for name in parts_of({"S": ROWS}):
        parts = parts_of({"S": ROWS})
        del parts[name]
        try:
            read(zipped(parts), tmp_path)
        except DataError as error:
            assert error.code in {"broken_workbook", "binary_file", "unnamed_column"}, name  # noqa: PT017


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    whole = workbook({"S": ROWS})
    assert refusal(whole[: len(whole) // 2], tmp_path).code == "binary_file"
    place = whole.index(b"xl/worksheets/sheet1.xml") + 40
    broken = whole[:place] + bytes(60) + whole[place + 60 :]
    assert refusal(broken, tmp_path).code == "broken_workbook"


def test_an_archive_of_a_hundred_thousand_parts_is_not_listed(tmp_path: Path) -> None:
    parts = {f"xl/media/{n}": b"" for n in range(archive.MAX_PARTS)}
    assert refusal(zipped({**parts_of({"S": ROWS}), **parts}), tmp_path).code == "binary_file"


def test_a_workbook_in_a_gzip_and_a_zip_in_a_zip_are_refused(tmp_path: Path) -> None:
    whole = workbook({"S": ROWS})
    assert refusal(gzip.compress(whole), tmp_path).code == "binary_file"
    assert refusal(zipped({"book.xlsx": whole}), tmp_path).code == "binary_file"


def test_spreadsheets_that_are_not_read_are_named(tmp_path: Path) -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    error = refusal(old, tmp_path)
    assert (error.code, error.context) == ("other_spreadsheet", {"kind": "xls"})
    locked = old + "EncryptedPackage".encode("utf-16-le") + bytes(100)
    assert refusal(locked, tmp_path).code == "locked_workbook"
    open_document = zipped({"mimetype": b"x", "content.xml": b"<x/>"})
    assert refusal(open_document, tmp_path).context == {"kind": "ods"}


def test_a_part_that_is_locked_is_refused(tmp_path: Path) -> None:
    whole = bytearray(workbook({"S": ROWS}))
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        assert file.getinfo(SHEET).flag_bits == 0
    place = whole.rindex(b"PK\x01\x02", 0, whole.rindex(SHEET.encode()))
    whole[place + 8] |= 1
    assert refusal(bytes(whole), tmp_path).code == "locked_workbook"


def test_pictures_and_macros_are_never_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 2**20)
    large = {"xl/vbaProject.bin": bytes(2**22), "xl/media/image1.png": bytes(2**22)}
    table = read(zipped({**parts_of({"S": ROWS}), **large}), tmp_path)
    assert table.row_count == 3
