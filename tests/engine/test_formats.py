"""Files as people's programs write them: what is detected, corrected, left out and refused."""

import gzip
import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.reading import table_format as bounds
from engine.reading.dataset import (
    canonical_frame,
    infer_columns,
    read_table,
    stray_words,
)
from engine.reading.table import RawTable
from engine.reading.table_format import DataError, TableFormat
from engine.spec.schema import ColumnType, retype


def read(content: bytes | str, folder: Path, table_format: TableFormat | None = None) -> RawTable:
    path = folder / "upload"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path, table_format)


def refusal(content: bytes | str, folder: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        read(content, folder)
    return caught.value


def types(table: RawTable) -> dict[str, ColumnType]:
    return {column.name: column.type for column in infer_columns(table)}


def frame(table: RawTable, target: str = "") -> pd.DataFrame:
    return canonical_frame(table, infer_columns(table), target=target)


# --- Detected ------------------------------------------------------------------------
FRENCH = "client;montant;taux;date\n" + "".join(
    f"00{n};{n} 200,50;0,{n};{n + 10:02}/03/2024\n" for n in range(1, 9)
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_found_with_and_without_its_mark(encoding: str, tmp_path: Path) -> None:
    table = read("prénom,âge\nZoé,41\nAnaïs,38\n".encode(encoding), tmp_path)
    assert table.columns["prénom"].to_pylist() == ["Zoé", "Anaïs"]


def test_one_byte_encodings_are_told_apart(tmp_path: Path) -> None:
    windows = read("nom,prix\nÉlodie,5 €\n".encode("cp1252"), tmp_path)
    assert (windows.format.encoding, windows.columns["prix"].to_pylist()) == ("cp1252", ["5 €"])
    latin = read(b"nom,code\n\xc9lodie,\x81\n", tmp_path)
    assert (latin.format.encoding, latin.columns["nom"].to_pylist()) == ("latin-1", ["Élodie"])


def test_words_among_numbers_hide_neither_decimals_nor_themselves(tmp_path: Path) -> None:
    rows = "".join(f"{n},50;{n + 10}/03/2024;{n % 3}\n" for n in range(1, 19))
    table = read(f"prix;jour;zone\n{rows}N.C.;inconnu;x\n n.c. ;12/03/2024;1\n", tmp_path)
    assert table.format.decimal == ","
    columns = infer_columns(table)
    assert stray_words(table, columns) == {
        "prix": {"N.C.": 1, "n.c.": 1},
        "jour": {"inconnu": 1},
        "zone": {"x": 1},
    }
    words = ("", "n.c.", "inconnu", "x")
    corrected = table.format.model_copy(update={"missing": words})
    again = read_table(tmp_path / "upload", corrected)
    columns = infer_columns(again)
    assert stray_words(again, columns) == {}
    assert [column.type for column in columns] == [
        ColumnType.NUMERIC,
        ColumnType.DATETIME,
        ColumnType.NUMERIC,
    ]


def test_a_column_of_words_has_no_stray_ones(tmp_path: Path) -> None:
    rows = "".join(f"{'abc'[n % 3]},v{n},{n if n % 3 else 'none'}\n" for n in range(30))
    table = read(f"letter,code,often\n{rows}", tmp_path)
    assert stray_words(table, infer_columns(table)) == {}


def test_a_french_export_is_understood(tmp_path: Path) -> None:
    table = read(FRENCH, tmp_path)
    found = table.format
    assert (found.delimiter, found.decimal, found.thousands) == (";", ",", " ")
    assert types(table) == {
        "client": ColumnType.CATEGORICAL,
        "montant": ColumnType.NUMERIC,
        "taux": ColumnType.NUMERIC,
        "date": ColumnType.DATETIME,
    }
    first = frame(table).iloc[0].tolist()
    assert first == ["001", 1200.5, 0.1, "2024-03-11"]


@pytest.mark.parametrize(
    ("values", "decimal", "thousands", "first"),
    [
        (["1.5", "2.25", "3"], ".", "", 1.5),
        (["1,5", "2,25", "3"], ",", "", 1.5),
        (["1,234", "845", "12,345"], ".", ",", 1234.0),
        (["1,234,567.5", "8.5"], ".", ",", 1234567.5),
        (["1.234.567,5", "8,5"], ",", ".", 1234567.5),
        (["1 234", "8"], ".", " ", 1234.0),
        (["1\u202f234,5", "8"], ",", " ", 1234.5),
        (["1\u00a0234,5", "8"], ",", " ", 1234.5),
        (["1'234.5", "8"], ".", "'", 1234.5),
        (["0,123", "0,456"], ",", "", 0.123),
    ],
)
def test_number_styles_are_found(
    values: list[str], decimal: str, thousands: str, first: float, tmp_path: Path
) -> None:
    table = read("x;y\n" + "".join(f"{value};a\n" for value in values), tmp_path)
    assert (table.format.decimal, table.format.thousands) == (decimal, thousands)
    assert frame(table)["x"].iloc[0] == first


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    numbers=st.lists(st.integers(-(10**12), 10**12).map(lambda n: n / 100), min_size=3),
    decimal=st.sampled_from([".", ","]),
    thousands=st.sampled_from(["", " ", "'", ".", ","]),
)
def test_any_number_in_a_stated_style_keeps_its_bits(
    tmp_path: Path, numbers: list[float], decimal: str, thousands: str
) -> None:
    if decimal == thousands:
        thousands = ""
    written = [f"{number:,.2f}".replace(",", "T").replace(".", "D") for number in numbers]
    texts = [text.replace("T", thousands).replace("D", decimal) for text in written]
    style = TableFormat(delimiter=";", decimal=decimal, thousands=thousands)  # type: ignore[arg-type]
    table = read("x;y\n" + "".join(f"{text};a\n" for text in texts), tmp_path, style)
    expected = np.array([float(f"{number:.2f}") for number in numbers])
    assert frame(table)["x"].to_numpy().tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("values", "day_first", "iso"),
    [
        (["2024-02-29", "2024-03-01"], True, "2024-02-29"),
        (["29/02/2024", "01/03/2024"], False, "2024-02-29"),
        (["02/29/2024", "03/01/2024"], True, "2024-02-29"),
        (["03/04/2024", "05/06/2024"], True, "2024-04-03"),
        (["03/04/2024", "05/06/2024"], False, "2024-03-04"),
        (["29.02.2024 08:05", "01.03.2024 23:59"], True, "2024-02-29T08:05:00"),
        (["2024/02/29 08:05:07", "2024/03/01 00:00:00"], True, "2024-02-29T08:05:07"),
    ],
)
def test_dates_become_iso(values: list[str], day_first: bool, iso: str, tmp_path: Path) -> None:
    rows = "".join(f"{value},a\n" for value in values)
    table = read("day,y\n" + rows, tmp_path, TableFormat(day_first=day_first))
    assert types(table)["day"] == ColumnType.DATETIME
    assert frame(table)["day"].iloc[0] == iso


@pytest.mark.parametrize(
    "values", [["31/02/2024"], ["13/13/2024"], ["2024-1"], ["2024-02-30"], ["1.2.3"], ["3/4"]]
)
def test_what_is_no_date_stays_text(values: list[str], tmp_path: Path) -> None:
    table = read("day,y\n" + "".join(f"{value},a\n" for value in values), tmp_path)
    assert types(table)["day"] == ColumnType.CATEGORICAL


def test_missing_words_are_counted_and_can_be_changed(tmp_path: Path) -> None:
    content = "x,y\n?,NA\n-,None\n1, \n"
    table = read(content, tmp_path)
    assert table.missing_words == {"?": 1, "na": 1, "": 1}
    assert table.columns["y"].to_pylist() == [None, "None", None]
    table = read(content, tmp_path, TableFormat(missing=("-", "None")))
    assert table.columns["x"].to_pylist() == ["?", None, "1"]
    assert table.columns["y"].to_pylist() == ["NA", None, " "]


def test_leading_zeros_and_long_identifiers_stay_as_they_are(tmp_path: Path) -> None:
    table = read(
        "zip,card,x\n01000,12345678901234567890,1\n69001,98765432109876543210,2\n", tmp_path
    )
    assert frame(table)["zip"].tolist() == ["01000", "69001"]
    assert frame(table)["card"].tolist() == ["12345678901234567890", "98765432109876543210"]


def test_a_decimal_comma_between_quotes_in_a_comma_file(tmp_path: Path) -> None:
    table = read('a,b\n"1,5",x\n"2,25",y\n', tmp_path)
    assert (table.format.delimiter, table.format.decimal) == (",", ",")


# --- Left out, and told -----------------------------------------------------------------
def left_out(table: RawTable) -> list[tuple[int, str]]:
    return [(item.line, item.reason) for item in table.left_out]


def test_a_preamble_and_a_footer_are_recognised(tmp_path: Path) -> None:
    content = (
        "Export des clients\nDate : 2024-03-01\n\nid;age;part\n1;40;oui\n2;50;non\n3;60;oui\n"
        "Total;;\nSource : CRM\n"
    )
    table = read(content, tmp_path)
    assert table.format.header_line == 4
    assert table.columns["age"].to_pylist() == ["40", "50", "60"]
    assert left_out(table) == [(1, "preamble"), (2, "preamble"), (8, "footer"), (9, "footer")]
    assert table.left_out[0].text == "Export des clients"


def test_a_few_rows_that_do_not_fit_are_left_out_with_their_lines(tmp_path: Path) -> None:
    rows = ["1,2"] * 100
    rows[10] = "1,2,3"
    rows[40] = "1"
    table = read("a,b\n" + "\n".join(rows) + "\n", tmp_path)
    assert table.row_count == 98
    assert left_out(table) == [(12, "ragged"), (42, "ragged")]
    assert table.left_out_counts == {"ragged": 2}
    assert [item.fields for item in table.left_out] == [3, 1]


def test_many_lines_left_out_are_counted_and_some_shown(tmp_path: Path) -> None:
    rows = "".join("1,2,3\n" if n % 50 == 7 else "1,2\n" for n in range(5000))
    table = read("a,b\n" + rows, tmp_path)
    assert table.left_out_counts == {"ragged": 100}
    assert len(table.left_out) == 20
    assert table.row_count == 4900


def test_rows_of_nothing_are_no_rows(tmp_path: Path) -> None:
    table = read("a,b,c\n1,2,3\n,,\n4,5,6\n , ,\n", tmp_path)
    assert table.row_count == 2
    assert table.left_out_counts == {"blank": 2}


def test_the_header_line_can_be_corrected(tmp_path: Path) -> None:
    content = "x,y\nname,age\nZoé,41\n"
    table = read(content, tmp_path, TableFormat(header_line=2))
    assert table.names == ["name", "age"]
    with pytest.raises(DataError) as caught:
        read(content, tmp_path, TableFormat(header_line=9))
    assert caught.value.code == "no_header"


# --- Gzip and Parquet ---------------------------------------------------------------------
def test_a_gzip_of_a_csv_is_read(tmp_path: Path) -> None:
    table = read(gzip.compress(FRENCH.encode()), tmp_path)
    assert table.format.compressed
    assert table.row_count == 8


def test_a_gzip_that_unpacks_without_end_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MAX_UNPACKED_BYTES", 2**20)
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * 2**20)
    assert len(bomb) < 2**16
    assert refusal(bomb, tmp_path).code == "unpacks_without_end"


def test_damaged_and_nested_archives_are_refused(tmp_path: Path) -> None:
    packed = gzip.compress(FRENCH.encode() * 100)
    assert refusal(packed[: len(packed) // 2], tmp_path).code == "broken_gzip"
    assert refusal(gzip.compress(packed), tmp_path).code == "packed_twice"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.csv", "a,b\n1,2\n")
    error = refusal(archive.getvalue(), tmp_path)
    assert (error.code, error.context["kind"]) == ("binary_file", "zip")
    assert refusal(gzip.compress(archive.getvalue()), tmp_path).code == "binary_file"


@pytest.mark.parametrize("content", ["<!DOCTYPE html><p>", '{"a": 1}', '[{"a": 1}]', "<?xml ?>"])
def test_other_texts_are_refused_by_their_kind(content: str, tmp_path: Path) -> None:
    assert refusal(content, tmp_path).code == "not_a_table"


def parquet(columns: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def test_parquet_keeps_its_types_and_no_digit_is_lost(tmp_path: Path) -> None:
    content = parquet(
        {
            "number": [1.5, None, float("inf")],
            "whole": [1, 2, 3],
            "long": [2**60 + 1, 2**60 + 3, None],
            "flag": [True, False, None],
            "class": ["None", "NA", "01"],
            "day": pa.array([0, 19000, None], pa.date32()),
            "instant": pa.array([0, 86_399, None], pa.timestamp("s", "Europe/Paris")),
            "coded": pa.array(["a", "b", "a"]).dictionary_encode(),
            "nothing": pa.nulls(3),
        }
    )
    for packed in (content, gzip.compress(content)):
        table = read(packed, tmp_path)
        assert table.format.container == "parquet"
        assert types(table)["flag"] == ColumnType.BOOLEAN
        values = frame(table, target="whole").astype(object)
        rows = values.where(values.notna(), None).values.tolist()
        assert rows == [
            [1.5, "1", "1152921504606846977", "true", "None", "1970-01-01",
             "1970-01-01T00:00:00", "a", None],
            [None, "2", "1152921504606846979", "false", None, "2022-01-08",
             "1970-01-01T23:59:59", "b", None],
            [None, "3", None, None, "01", None, None, "a", None],
        ]  # fmt: skip


def test_parquet_that_cannot_be_a_table_is_refused(tmp_path: Path) -> None:
    assert refusal(b"PAR1 and no more", tmp_path).code == "broken_parquet"
    nested = refusal(parquet({"a": [1], "b": [[1, 2]]}), tmp_path)
    assert (nested.code, nested.context["name"]) == ("unsupported_column", "b")
    assert refusal(parquet({"a": pa.array([], pa.int64()), "b": pa.nulls(0)}), tmp_path).code == (
        "header_only"
    )


def test_parquet_numbers_beyond_whole_ones_are_understood(tmp_path: Path) -> None:
    content = parquet(
        {
            "huge": [2.0**63, 1e300, 3.0],
            "endless": [float("inf"), 1.0, 123456789012.0],
            "wide": pa.array([1, 2, None], pa.decimal128(20, 0)),
            "exact": pa.array([Decimal("1.50"), Decimal("2"), None], pa.decimal128(38, 18)),
            "twin": pa.array([1234567890123456780, 1234567890123456789, None], pa.decimal128(19)),
        }
    )
    table = read(content, tmp_path)
    columns = {column.name: column for column in infer_columns(table)}
    numeric = {name: column.numeric for name, column in columns.items()}
    assert numeric == {"huge": True, "endless": True, "wide": True, "exact": True, "twin": False}
    assert columns["twin"].distinct == 2
    assert columns["twin"].examples == ("1234567890123456780", "1234567890123456789")
    assert table.texts("endless").to_pylist() == ["inf", "1", "123456789012"]
    assert frame(table)["exact"].tolist()[:2] == [1.5, 2.0]


def test_parquet_texts_and_names_are_as_clean_as_those_of_a_csv(tmp_path: Path) -> None:
    error = refusal(parquet({"a": ["x", "y\0z"], "b": [1, 2]}), tmp_path)
    assert (error.code, error.context) == ("nul_in_column", {"name": "a"})
    assert read(parquet({"a\nb": ["x"], "c\0": [1]}), tmp_path).names == ["a b", "c"]
    assert read(parquet({"a\nb": ["x"], "a b": [1]}), tmp_path).names == ["a b", "a b_2"]


def test_a_parquet_that_unpacks_without_end_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MAX_UNPACKED_BYTES", 2**20)
    bomb = parquet({"a": pa.array(["x" * 1000] * 20_000).dictionary_encode(), "b": [1] * 20_000})
    assert len(bomb) < 2**18
    assert refusal(bomb, tmp_path).code == "unpacks_without_end"


def test_one_long_text_in_every_row_of_a_small_file_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer rows than are read at a time, so that none is counted before all are unpacked."""
    monkeypatch.setattr(bounds, "MAX_UNPACKED_BYTES", 2**20)
    for texts in (
        pa.array(["x" * 100_000] * 4_000),
        pa.array(["x" * 100_000] * 4_000).dictionary_encode(),
    ):
        bomb = parquet({"a": texts, "b": [1] * 4_000})
        assert len(bomb) < 2**18
        assert refusal(bomb, tmp_path).code == "unpacks_without_end"


# --- Corrected by who knows the data --------------------------------------------------------
def test_types_are_changed_where_the_values_allow_it(tmp_path: Path) -> None:
    table = read("code,name\n12,a\n7,b\n12,c\n", tmp_path)
    columns = retype(
        infer_columns(table), {"code": ColumnType.CATEGORICAL, "name": ColumnType.NUMERIC}
    )
    assert [column.type for column in columns] == [ColumnType.CATEGORICAL] * 2
    assert canonical_frame(table, columns, target="")["code"].tolist() == ["12", "7", "12"]


def test_more_than_two_classes_are_put_against_the_rest(tmp_path: Path) -> None:
    table = read("x,level\n1,gold\n2,silver\n3,None\n", tmp_path)
    mapped = canonical_frame(
        table, infer_columns(table), target="level", positive_class="gold", rest="not gold"
    )
    assert mapped["level"].tolist() == ["gold", "not gold", "not gold"]


def test_progress_is_told_and_ends_at_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_ROWS", 25_000)
    path, row = tmp_path / "upload", f"1,{'x' * 100}\n"
    path.write_text("a,b\n" + row * 30_000)
    heard: list[float] = []
    with pytest.raises(DataError, match="too_many_rows"):
        read_table(path, TableFormat(), heard.append)
    assert heard == sorted(heard)
    path.write_text("a,b\n" + row * 20_000)
    heard.clear()
    read_table(path, TableFormat(), heard.append)
    assert len(heard) > 2
    assert heard[-1] == 1.0
