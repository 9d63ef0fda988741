"""Reading tables strictly, understanding their columns, storing them exactly."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.reading import table_format
from engine.reading.dataset import (
    LARGEST_NUMBER,
    MIN_ROWS_PER_CLASS,
    DataError,
    RawTable,
    build_schema,
    canonical_frame,
    infer_columns,
    read_table,
    target_candidates,
)
from engine.reading.storing import (
    content_hash,
    read_dataset,
    split_column_name,
    write_dataset,
    write_participant_csv,
)
from engine.run.split import SplitPolicy, split_rows
from engine.spec.schema import ColumnType, Schema
from tests.engine.conftest import Table


def read(content: bytes | str, folder: Path) -> RawTable:
    path = folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path)


def texts(table: RawTable) -> dict[str, list[str | None]]:
    return {name: values.to_pylist() for name, values in table.columns.items()}


def refusal(content: bytes | str, folder: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        read(content, folder)
    return caught.value


# --- What is read -----------------------------------------------------------------
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(delimiter: str, line_end: str, tmp_path: Path) -> None:
    lines = ["name", "x"], ["a", "1"], ["b", "2"]
    table = read(line_end.join(delimiter.join(line) for line in lines), tmp_path)
    assert texts(table) == {"name": ["a", "b"], "x": ["1", "2"]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_found(encoding: str, tmp_path: Path) -> None:
    table = read("prénom,œuvre\nZoé,€\n".encode(encoding), tmp_path)
    assert texts(table) == {"prénom": ["Zoé"], "œuvre": ["€"]}


def test_a_byte_order_mark_written_twice_is_no_part_of_a_name(tmp_path: Path) -> None:
    assert read(b"\xef\xbb\xbf\xef\xbb\xbfa,b\n1,2\n", tmp_path).names == ["a", "b"]


def test_quoted_delimiters_and_line_ends_stay_in_their_value(tmp_path: Path) -> None:
    table = read('a,b\n"1,5","x\r\ny"\n2,"say ""hi"""\n', tmp_path)
    assert texts(table) == {"a": ["1,5", "2"], "b": ["x\r\ny", 'say "hi"']}


def test_missing_is_what_the_contract_says_and_none_is_a_class(tmp_path: Path) -> None:
    values = ["", "  ", "NA", "?", "NaN", "N/A", "null", "None", "none", "-", "0"]
    table = read("a,b\n" + "".join(f"{value},1\n" for value in values), tmp_path)
    assert [value is None for value in texts(table)["a"]] == [True] * 7 + [False] * 4
    assert table.columns["a"].drop_null().to_pylist() == ["None", "none", "-", "0"]


def test_a_header_may_begin_like_a_zip(tmp_path: Path) -> None:
    assert read("PK,x\n1,2\n", tmp_path).names == ["PK", "x"]


# --- What is refused ---------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \n\n", "empty_file"),
        (b"a,b\n", "header_only"),
        (b"a\n1\n2\n", "one_column"),
        (b"PK\x03\x04rest", "binary_file"),
        (b"\x89PNG\r\n\x1a\n", "binary_file"),
        (b"\x1f\x8b\x08", "broken_gzip"),
        (b"a,b\n1,\x002\n", "nul_byte"),
        ("a,b\n1,x\0y\n".encode("utf-16"), "nul_byte"),
        (b"\xff\xfea", "not_this_encoding"),
        (b'a,b\n1,"2\n3,4\n', "broken_quotes"),
        (b'a,b\n1,"2"x\n', "broken_quotes"),
        (b"a" * 200_000, "long_value"),
        (b"a,b\n1," + b"x" * 200_000, "long_value"),
        (b'a,b\n1,"' + b"x" * 200_000, "long_value"),
        (b'a,b\n1,"2\n' + b"3,4\n" * 50_000, "broken_quotes"),
    ],
)
def test_a_broken_file_is_refused_by_name(content: bytes, code: str, tmp_path: Path) -> None:
    assert refusal(content, tmp_path).code == code


def test_ragged_rows_are_told_with_their_lines(tmp_path: Path) -> None:
    error = refusal('a,b\n1,2\n1,"x\ny"\n1,2,3\n4\n\n5,6\n', tmp_path)
    assert error.code == "ragged_rows"
    assert error.context == {"count": 2, "lines": "5, 6", "expected": 2, "found": 3}


def test_an_open_quote_is_told_with_its_line(tmp_path: Path) -> None:
    assert refusal('a,b\n1,2\n3,"4\n5,6\n', tmp_path).context == {"line": 3}


def with_rows(lines: dict[int, str], columns: str = "id,height,weight") -> str:
    """A table of 400 rows, some lines of which are as given."""
    rows = [columns, *(f"{n},{150 + n % 50},{50 + n % 40}" for n in range(400))]
    for line, text in lines.items():
        rows[line - 1] = text
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    "lines",
    [
        {51: '50,"tall,100', 91: '90,12",180'},
        {51: '50,"tall,100', 53: '52,12",180'},
        # What is left of the row does not fit the header, which would be told of one line.
        {51: '50,"tall,100', 91: '90,12"'},
    ],
)
def test_a_quote_that_closes_below_swallows_no_row(lines: dict[int, str], tmp_path: Path) -> None:
    error = refusal(with_rows(lines), tmp_path)
    assert (error.code, error.context) == ("broken_quotes", {"line": 51})


@pytest.mark.parametrize(
    "value",
    [
        "12, rue des Lilas\n75012, Paris\nFrance, Europe",
        "Good, but slow, sadly\r\nNever again, thanks, bye\r\nSee you, perhaps, Ann",
        "poids 1,5\ntaille 2,3\nprix 7,9",
        "\n\n\n",
        "one\ntwo\nthree\nfour",
    ],
)
@pytest.mark.parametrize("row", ['7,"%s"', '7,"%s",5', '"%s",5'])
def test_a_value_of_several_lines_stays_one(value: str, row: str, tmp_path: Path) -> None:
    names = "abc"[: row.count(",") + 1]
    other = ",".join("8" for _ in names)
    table = read(f"{','.join(names)}\n{other}\n{row % value}\n{other}\n", tmp_path)
    assert table.row_count == 3
    held = texts(table)[names[row.split(",").index('"%s"')]][1]
    assert (held or "").strip() == value.strip()


def test_a_name_of_several_lines_is_one_line(tmp_path: Path) -> None:
    table = read('"Gross\r\nsalary","  per\tmonth ",c\n1,2,3\n', tmp_path)
    assert table.names == ["Gross salary", "per month", "c"]


@pytest.mark.parametrize(
    ("bound", "limit", "code"),
    [
        ("MAX_BYTES", 20, "too_many_bytes"),
        ("MAX_ROWS", 2, "too_many_rows"),
        ("MAX_COLUMNS", 2, "too_many_columns"),
    ],
)
def test_bounds_hold(
    bound: str, limit: int, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_format, bound, limit)
    assert refusal("a,b,c\n" + "1,2,3\n" * 3, tmp_path).code == code


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=80) | st.text("ab,;\"'\n\r\t| é?1", max_size=60).map(str.encode))
def test_no_bytes_crash_the_reader(tmp_path: Path, content: bytes) -> None:
    try:
        table = read(content, tmp_path)
    except DataError:
        return
    assert len(infer_columns(table)) == len(table.names)


# --- What columns are ----------------------------------------------------------------
ROWS = 60


@pytest.mark.parametrize(
    ("values", "kind", "numeric"),
    [
        (["1", " 2.5 ", "-3e4", None], ColumnType.NUMERIC, True),
        (["0", "1"], ColumnType.NUMERIC, True),
        (["inf", "-Infinity", "3"], ColumnType.NUMERIC, True),
        ([None], ColumnType.NUMERIC, True),
        (["1", "two"], ColumnType.CATEGORICAL, False),
        (["007", "123"], ColumnType.CATEGORICAL, False),
        (["12345678901234567890", "1"], ColumnType.CATEGORICAL, False),
        (["1_000", "2"], ColumnType.CATEGORICAL, False),
        (["Yes", "no"], ColumnType.BOOLEAN, False),
        (["True", "FALSE", None], ColumnType.BOOLEAN, False),
        (["2024-02-29", "2024-03-01T10:00"], ColumnType.DATETIME, False),
        ([f"{n}" for n in range(ROWS)], ColumnType.ID, True),
        ([f"u{n}" for n in range(ROWS)], ColumnType.ID, False),
        ([f"{n}.5" for n in range(ROWS)], ColumnType.NUMERIC, True),
        ([f"it is a long story number {n}" for n in range(ROWS)], ColumnType.TEXT, False),
        (["a b c d e f", "g"], ColumnType.CATEGORICAL, False),
    ],
)
def test_types_are_guessed(values: list[str | None], kind: ColumnType, numeric: bool) -> None:
    repeated = (values * ROWS)[:ROWS]
    (column,) = infer_columns(RawTable.from_values({"x": repeated}))
    assert (column.type, column.numeric) == (kind, numeric)


def test_what_is_infinite_to_a_booster_is_missing() -> None:
    values = ["1", "inf", "-1e999", "4e38", str(LARGEST_NUMBER), None]
    table = RawTable.from_values({"x": values})
    (column,) = infer_columns(table)
    numbers = canonical_frame(table, (column,), target="y")["x"]
    assert numbers.isna().tolist() == [False, True, True, True, False, True]
    assert column.missing == 4


def test_candidates_for_the_target_and_why_others_are_none() -> None:
    raw = {
        "two": ["a", "b", "b", "b"],
        "one": ["a"] * 4,
        "gap": ["a", None, "b", "a"],
        "digit": ["1", "0", "1", "0"],
        "many": ["x", "y", "y", "z"],
    }
    raw_long = {"quantity": [str(n / 7) for n in range(40)], "names": [f"n{n}" for n in range(40)]}
    table = RawTable.from_values({**{n: v * 10 for n, v in raw.items()}, **raw_long})
    found = {c.name: (c.classes, c.problem) for c in target_candidates(table, infer_columns(table))}
    assert found == {
        "two": ((("b", 30), ("a", 10)), ""),
        "one": ((), "constant"),
        "gap": ((("a", 20), ("b", 10)), ""),
        "digit": ((("0", 20), ("1", 20)), ""),
        "many": ((("y", 20), ("x", 10), ("z", 10)), ""),
        "quantity": ((), "quantity"),
        "names": ((), "many_classes"),
    }


def schema_error(target: list[str | None], **other: list[str]) -> str:
    raw = pd.DataFrame({"y": target, **other}, dtype=object)
    columns = infer_columns(RawTable.from_values({"y": target, **other}))
    with pytest.raises(DataError) as caught:
        build_schema(raw, columns, "y", "b")
    return caught.value.code


def test_targets_that_cannot_be_learnt_are_refused() -> None:
    x = [str(n % 7) for n in range(100)]
    assert schema_error(["a"] * 100, x=x) == "target_not_binary"
    assert schema_error(["a", "b", "c", "d"] * 25, x=x) == "target_not_binary"
    assert schema_error(["a", None] * 50, x=x) == "target_has_missing"
    few = MIN_ROWS_PER_CLASS - 1
    assert schema_error(["b"] * few + ["a"] * (100 - few), x=x) == "class_too_small"
    assert schema_error(["a", "b"] * 50) == "no_usable_feature"


# --- What is stored --------------------------------------------------------------------
def test_parquet_gives_back_the_very_frame(table: Table, tmp_path: Path) -> None:
    write_dataset(table.frame, tmp_path / "t.parquet")
    back = read_dataset(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(back, table.frame, check_exact=True, check_column_type=False)
    assert content_hash(back) == content_hash(table.frame)


def test_the_hash_tells_every_difference_of_names_values_and_order() -> None:
    frames = [
        {"a": [1.0, 21.0]},
        {"a": [1.02, 1.0]},
        {"a": [21.0, 1.0]},
        {"b": [1.0, 21.0]},
        {"a": ["1.0", "21.0"]},
        {"a": [1.0, np.nextafter(21.0, 22)]},
        {"a": [1.0, np.nan]},
        {"a": [1.0], "b": [21.0]},
    ]
    assert len({content_hash(pd.DataFrame(frame)) for frame in frames}) == len(frames)


def test_the_split_column_clashes_with_no_other(table: Table) -> None:
    assert split_column_name(table.schema) == "_split"
    declared = table.schema.model_dump()
    for column, name in zip(declared["columns"], ("_split", "_split_"), strict=False):
        column["name"] = name
    assert split_column_name(Schema.model_validate(declared)) == "_split__"


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
ODD_TEXTS = TEXTS | st.sampled_from(["x\ry", "\r\n", 'a"b', "None", ",", "NA ", "'", "\ufeff", "#"])


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(
    texts=st.lists(ODD_TEXTS.filter(lambda t: t.strip() != ""), min_size=1, max_size=6),
    numbers=st.lists(st.floats(-LARGEST_NUMBER, LARGEST_NUMBER), min_size=1, max_size=6),
    name=ODD_TEXTS,
)
def test_participants_read_back_the_same_bits_and_never_the_holdout(
    tmp_path: Path, texts: list[str], numbers: list[float], name: str
) -> None:
    rows = 60
    frame = pd.DataFrame(
        {
            "n" + name: np.resize(np.array(numbers), rows),
            "t": np.resize(np.array([*texts, None], dtype=object), rows),
            "row": [f"r{n}" for n in range(rows)],
            "y": np.resize(np.array(["a", "b"], dtype=object), rows),
        }
    )
    frame["t"] = frame["t"].where(frame["t"].notna(), np.nan)
    split = split_rows(frame, "y", SplitPolicy())
    path = tmp_path / "shared.csv"
    write_participant_csv(frame, split, path, split_column="_split")
    back = pd.read_csv(path, dtype=object, keep_default_na=False, na_values=[""])
    shared = np.sort(np.concatenate([split.train, split.test]))
    assert back["row"].tolist() == frame["row"].iloc[shared].tolist()
    assert back["_split"].tolist() == ["train" if n in split.train else "test" for n in shared]
    numbers_back = back["n" + name].astype("float64").to_numpy()
    assert numbers_back.tobytes() == frame["n" + name].iloc[shared].to_numpy().tobytes()
    expected = frame["t"].iloc[shared].fillna("<missing>").tolist()
    assert back["t"].fillna("<missing>").tolist() == expected


def outcome(content: str, folder: Path) -> tuple[object, ...]:
    """All that reading says of a file."""
    try:
        table = read(content, folder)
    except DataError as error:
        return error.code, error.context
    told = (table.left_out, table.left_out_counts, table.missing_words, table.notes)
    return texts(table), *told


CELLS = st.sampled_from(
    [
        "1",
        "2.5",
        "x",
        "",
        " ",
        "é",
        "NA",
        "#DIV/0!",
        "Total",
        "a b",
        "#",
        "\ufeff",
        "'",
        "\x1c",
        "12 €",
    ]
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=12),
    odd=st.none() | st.sampled_from(["", "  ", "x", "x;y;z;a", "Total;;", ";;", "x\ry;1;2"]),
    place=st.integers(0, 11),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    ends=st.booleans(),
)
def test_a_file_without_quotation_marks_is_read_as_with_them(
    rows: list[list[str]], odd: str | None, place: int, line_end: str, ends: bool, tmp_path: Path
) -> None:
    lines = [";".join(row) for row in rows]
    if odd is not None:
        lines.insert(place, odd)
    body = line_end.join(lines) + (line_end if ends else "")
    plain = outcome(f"name;size;kind{line_end}{body}", tmp_path)
    quoted = outcome(f'"name";"size";"kind"{line_end}{body}', tmp_path)
    assert plain == quoted
