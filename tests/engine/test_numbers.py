"""Numbers as people write them: read to the last digit, or asked, or left alone."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.reading.columns.writing import how_written, reading_choices
from engine.reading.dataset import (
    LARGEST_NUMBER,
    canonical_frame,
    infer_columns,
    read_table,
)
from engine.reading.table import RawTable
from engine.reading.table_format import ColumnFormat, TableFormat
from engine.spec.schema import Column, ColumnType, retype


def column_of(
    values: list[str], table_format: TableFormat | None = None
) -> tuple[RawTable, Column]:
    found = RawTable.from_values({"x": values})
    table = RawTable(found.columns, table_format or TableFormat())
    (column,) = infer_columns(table)
    return table, column


def numbers(values: list[str], table_format: TableFormat | None = None) -> list[float]:
    table, column = column_of(values, table_format)
    assert column.numeric, values
    return canonical_frame(table, (column,), target="")["x"].tolist()


@pytest.mark.parametrize(
    ("values", "read", "unit", "kind"),
    [
        (["12,5 %", "8,1 %"], [12.5, 8.1], "%", "percent"),
        (["5%", "6 pct"], [5.0, 6.0], "%", "percent"),
        (["870,70 €", "1 609,10 €"], [870.7, 1609.1], "€", "currency"),
        (["1\u202f870,70\u00a0€", "1\u2009000 €"], [1870.7, 1000.0], "€", "currency"),
        (["$1,200.50", "-$3.00", "($5.25)"], [1200.5, -3.0, -5.25], "$", "currency"),
        (["EUR 12", "13.5 eur", "€ 4"], [12.0, 13.5, 4.0], "€", "currency"),
        (["CHF 1'200.–", "CHF 12.50"], [1200.0, 12.5], "CHF", "currency"),
        (["3,50 k€", "4 k€"], [3.5, 4.0], "k€", "currency"),
        (["12 km", "3.5km"], [12.0, 3.5], "km", "other"),
        (["37 °C", "38,5 °C"], [37.0, 38.5], "°C", "other"),
        (["1 an", "2 ans"], [1.0, 2.0], "ans", "other"),
        ([" 36 months", " 60 months"], [36.0, 60.0], "months", "other"),
        (["80 m²", "120 m²"], [80.0, 120.0], "m²", "other"),
    ],
)
def test_units_are_kept_beside_the_numbers(
    values: list[str], read: list[float], unit: str, kind: str
) -> None:
    _table, column = column_of(values)
    assert column.reading is not None
    assert (column.reading.unit, column.reading.unit_kind) == (unit, kind)
    assert numbers(values) == read


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (["(1,234.50)", "5.00"], [-1234.5, 5.0]),
        (["12-", "13"], [-12.0, 13.0]),
        (["−5", "- 3", "+2"], [-5.0, -3.0, 2.0]),
        (["1’200.5", "1'300"], [1200.5, 1300.0]),
        (["1,23,456", "12,34,567.5", "5"], [123456.0, 1234567.5, 5.0]),
        (["1e5", "2,5", "-inf"], [1e5, 2.5, float("nan")]),
        (["1.234.567", "2"], [1234567.0, 2.0]),
    ],
)
def test_signs_and_groups_are_understood(values: list[str], read: list[float]) -> None:
    np.testing.assert_array_equal(numbers(values), read)


@pytest.mark.parametrize(
    "values",
    [
        ["007", "12"],
        ["06 12 34 56 78", "06 12 34 56 79"],
        ["+33612345678", "+33612345679", "+33712345678"],
        ["732 829 320", "552 100 554", "123 456 789"],
        ["1234567890123456"],
        ["1 234 567 890 123 456"],
        ["12A", "13A"],
        ["A12", "B12"],
        ["(1)", "(2)"],
        ["2 Ventes", "3 RH"],
        ["€5", "$6"],
        ["5–10", "6–10"],
        ["1,2,3", "4,5,6"],
        ["1.2.3", "1.2.4"],
        ["75 001", "75 02"],
    ],
)
def test_what_is_no_quantity_stays_as_it_is(values: list[str]) -> None:
    table, column = column_of(values)
    assert not column.numeric
    assert canonical_frame(table, (column,), target="")["x"].tolist() == values


def test_several_units_are_no_number_and_it_is_said_why() -> None:
    table, _column = column_of(["€5", "$6", "€7"])
    (found,) = reading_choices(table, how_written(table))
    assert (found["units"], found["choices"]) == (["$", "€"], [])


def test_numbers_without_their_unit_are_taken_for_it_only_when_a_person_says_so() -> None:
    values = ["12 €", "13", "14,5 €"]
    table, column = column_of(values)
    assert not column.numeric
    (found,) = reading_choices(table, how_written(table))
    assert (found["is_open"], found["units"]) == (True, ["", "€"])
    said = ColumnFormat.model_validate(found["choices"][0]["format"])
    assert numbers(values, TableFormat(columns={"x": said})) == [12.0, 13.0, 14.5]


# --- Either, or ---------------------------------------------------------------------------
def opened(content: str, folder: Path) -> dict[str, tuple[bool, list[list[float]]]]:
    """By column with a choice: whether it is asked, and least, median, greatest of each."""
    path = folder / "upload.csv"
    path.write_text(content)
    table = read_table(path)
    return {
        found["name"]: (
            found["is_open"],
            [choice["values"] for choice in found["choices"] if choice["values"]],
        )
        for found in reading_choices(table, how_written(table))
    }


def first_column(content: str, folder: Path, **changed: object) -> list[float]:
    path = folder / "upload.csv"
    path.write_text(content)
    table = read_table(path)
    table = read_table(path, table.format.model_copy(update=changed))
    frame = canonical_frame(table, infer_columns(table), target="")
    return frame.iloc[:, 0].tolist()


EITHER = [[1.792, 1.859, 2.004], [1792.0, 1859.0, 2004.0]]


def test_a_comma_between_semicolons_is_the_decimal_sign(tmp_path: Path) -> None:
    content = "density;age\n1,859;30\n1,792;41\n2,004;52\n"
    assert first_column(content, tmp_path) == [1.859, 1.792, 2.004]
    assert opened(content, tmp_path) == {"density": (False, EITHER)}


@pytest.mark.parametrize(
    ("content", "proposed"),
    [
        ('x,y\n"1,859",a\n"1,792",b\n"2,004",a\n', 1859.0),
        ("x\ty\n1,859\ta\n1,792\tb\n2,004\ta\n", 1859.0),
        ("x;y\n1.859;a\n1.792;b\n2.004;a\n", 1859.0),
        # Another column of the file has a decimal comma beyond doubt.
        ("x\ty\n1,859\t2,5\n1,792\t3,5\n2,004\t4,5\n", 1.859),
        ("x;y\n1.859;2,5\n1.792;3,5\n2.004;4,5\n", 1859.0),
    ],
)
def test_what_could_be_either_is_asked_with_both_readings(
    content: str, proposed: float, tmp_path: Path
) -> None:
    read = first_column(content, tmp_path)
    assert read[0] == proposed
    is_open, values = opened(content, tmp_path)["x"]
    settled = proposed == 1.859
    assert (is_open, sorted(values)) == (not settled, EITHER)


def test_small_whole_numbers_beside_them_speak_for_thousands(tmp_path: Path) -> None:
    content = "x;y\n1,234;a\n845;b\n12,345;a\n"
    assert first_column(content, tmp_path) == [1234.0, 845.0, 12345.0]
    assert opened(content, tmp_path)["x"][0]


def test_each_column_has_its_own_decimal_sign(tmp_path: Path) -> None:
    content = "comma;point;price\n1,5;2.5;1 200,10 €\n2,5;3.25;3,00 €\n"
    path = tmp_path / "upload.csv"
    path.write_text(content)
    table = read_table(path)
    frame = canonical_frame(table, infer_columns(table), target="")
    assert frame.iloc[0].tolist() == [1.5, 2.5, 1200.1]


@pytest.mark.parametrize(
    ("said", "first"),
    [
        (ColumnFormat(kind="number", decimal=","), 1.859),
        (ColumnFormat(kind="number", thousands=","), 1859.0),
        (ColumnFormat(kind="text"), "1,859"),
        # It does not fit: what was found stays.
        (ColumnFormat(kind="number", decimal=",", thousands="'"), 1859.0),
    ],
)
def test_a_person_decides_and_the_same_texts_give_the_same_again(
    said: ColumnFormat, first: float | str, tmp_path: Path
) -> None:
    content = 'x,y\n"1,859",a\n"1,792",b\n"2,004",a\n'
    columns = {"x": said, "no such column": said}
    for _time in range(2):
        assert first_column(content, tmp_path, columns=columns)[0] == first


def test_a_number_taken_for_a_category_stays_as_it_was_written() -> None:
    table, column = column_of(["12,5 %", "8,1 %"])
    (changed,) = retype((column,), {"x": ColumnType.CATEGORICAL})
    assert changed.reading is None
    assert canonical_frame(table, (changed,), target="")["x"].tolist() == ["12,5 %", "8,1 %"]


# --- Exact ---------------------------------------------------------------------------------
PLAIN = st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.from_regex(
    r"[+-]?[1-9][0-9]{0,14}(\.[0-9]{0,25})?(e[+-]?[0-9]{1,2})?", fullmatch=True
)


@given(st.lists(PLAIN, min_size=1, max_size=8))
def test_plain_numbers_are_what_python_makes_of_them(texts: list[str]) -> None:
    expected = [float(text) if abs(float(text)) <= LARGEST_NUMBER else np.nan for text in texts]
    _table, column = column_of(texts)
    if not column.numeric:  # whole, and as long as a card's number
        assert any(len(text.lstrip("+-")) >= 16 for text in texts)
        return
    if column.reading and column.reading.thousands:
        return
    assert np.array(numbers(texts)).tobytes() == np.array(expected).tobytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cents=st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=8),
    space=st.sampled_from(["\u202f", "\u00a0", "\u2009", " ", "'", "\u2019"]),
    unit=st.sampled_from(["", " €", "\u00a0%", " km", "kg"]),
    minus=st.sampled_from(["-", "\u2212"]),
)
def test_decorated_numbers_keep_their_bits(
    cents: list[int], space: str, unit: str, minus: str
) -> None:
    plain = [f"{cent / 100:.2f}" for cent in cents]
    written = [
        f"{cent / 100:,.2f}".replace(",", space).replace(".", ",").replace("-", minus) + unit
        for cent in cents
    ]
    assert np.array(numbers(written)).tobytes() == np.array([float(p) for p in plain]).tobytes()


# --- Errors of a spreadsheet ------------------------------------------------------------------
ERRORS = ["#DIV/0!", "#N/A", "#VALEUR!", "#REF!", "#NAME?", "#NUM!", "#WERT!", "Err:502", "######"]


def test_a_spreadsheets_errors_are_missing_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "upload.csv"
    path.write_text(
        "ratio;y\n" + "".join(f"{error};a\n" for error in ERRORS) + "1,5;b\n#DIV/0!;b\n"
    )
    table = read_table(path)
    (ratio, _y) = infer_columns(table)
    assert (ratio.numeric, ratio.missing) == (True, len(ERRORS) + 1)
    assert table.missing_words["#div/0!"] == 2
    assert table.missing_words["err:502"] == 1
    kept = read_table(path, table.format.model_copy(update={"errors_missing": False}))
    assert "#div/0!" not in kept.missing_words
    assert not infer_columns(kept)[0].numeric


def test_a_text_that_begins_like_an_error_is_kept() -> None:
    _table, column = column_of(["#1", "#hashtag", "error:5", "err:5025"])
    assert column.missing == 0
