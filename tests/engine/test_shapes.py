"""Tables in the shapes that programs and people give them; classics go in without an engineer.

The rows are made up here in the shape of public files, which are not copied.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.reading.dataset import infer_columns, read_table
from engine.reading.files.encodings import shown_words
from engine.reading.files.source import Source
from engine.reading.table import RawTable
from engine.reading.table_format import DataError, TableFormat

RNG = random.Random(7)  # noqa: S311


def read(content: bytes | str, folder: Path, table_format: TableFormat | None = None) -> RawTable:
    path = folder / "upload"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path, table_format)


def changed(table: RawTable, folder: Path, **how: object) -> RawTable:
    return read_table(folder / "upload", table.format.model_copy(update=how))


def notes(table: RawTable) -> dict[str, tuple[str, ...]]:
    return {note.code: note.names for note in table.notes}


def types(table: RawTable) -> dict[str, str]:
    return {column.name: str(column.type.value) for column in infer_columns(table)}


# --- No header ----------------------------------------------------------------------------
def test_a_first_row_like_the_others_is_no_header(tmp_path: Path) -> None:
    table = read("5.1,3.5,setosa\n4.9,3.0,setosa\n6.2,2.9,virginica\n5.9,3.1,virginica\n", tmp_path)
    assert (table.names, table.row_count) == (["column_1", "column_2", "column_3"], 4)
    assert table.columns["column_1"].to_pylist()[0] == "5.1"
    assert "no_header" in notes(table)
    named = changed(table, tmp_path, header="names")
    assert (named.names, named.row_count) == (["5.1", "3.5", "setosa"], 3)


@pytest.mark.parametrize(
    "content",
    [
        "name,age\nZoé,41\nAnaïs,38\n",
        "country,2019,2020,2021\nFrance,3,4,5\nSpain,4,5,6\nItaly,5,6,7\n",
        "0,1,2\n4.5,2.5,3.5\n6.5,4.5,7.5\n8.5,4.5,7.5\n",
        "label,text\nham,hello\nspam,win\nham,later\nham,see you\n",
        "a,b\n1,\n2,\n",
        "when,what\n2024-01-01,a\n2024-01-02,b\n",
        # Joined from files with a header each.
        "kind,size\na,b\nkind,size\na,c\nb,b\na,b\n",
        "x,2020\na,5\nb,7\nc,9\n",
        "a;b\n12,5 %;x\n13,5 %;y\n",
    ],
)
def test_a_header_is_seen_as_such(content: str, tmp_path: Path) -> None:
    assert read(content, tmp_path).format.header == "names"


def test_a_title_may_stand_above_rows_without_a_header(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n * 7 % 90},{'ab'[n % 2]}\n" for n in range(20))
    table = read(f"Measurements\n\n{rows}", tmp_path)
    assert (table.format.header, table.format.header_line, table.row_count) == ("none", 3, 20)


# --- Names ------------------------------------------------------------------------------------
@pytest.mark.parametrize("first", ["", '""', "Unnamed: 0"])
def test_row_numbers_of_pandas_are_left_out_and_can_be_kept(first: str, tmp_path: Path) -> None:
    table = read(f"{first},age,answer\n0,30,yes\n1,41,no\n2,52,yes\n", tmp_path)
    assert (table.names, notes(table)) == (["age", "answer"], {"row_numbers": ()})
    kept = changed(table, tmp_path, keep_row_numbers=True)
    assert kept.columns["row_name"].to_pylist() == ["0", "1", "2"]


def test_row_names_of_r_have_no_name_in_the_header(tmp_path: Path) -> None:
    cars = '"mpg","cyl"\n"Mazda RX4",21,6\n"Datsun 710",22.8,4\n"Duster 360",14.3,8\n'
    table = read(cars, tmp_path)
    assert (table.names, notes(table)) == (
        ["row_name", "mpg", "cyl"],
        {"row_names": ("row_name",)},
    )
    assert table.columns["row_name"].to_pylist()[0] == "Mazda RX4"
    numbered = read('"mpg","cyl"\n"1",21,6\n"2",22.8,4\n"3",14.3,8\n', tmp_path)
    assert (numbered.names, notes(numbered)) == (["mpg", "cyl"], {"row_numbers": ()})


def test_a_table_as_r_writes_it_is_read(tmp_path: Path) -> None:
    table = read('"age" "answer"\n"1" 30 "yes it is"\n"2" 41 "no"\n"3" 52 "no"\n', tmp_path)
    assert (table.names, notes(table)) == (["age", "answer"], {"row_numbers": ()})
    assert table.columns["answer"].to_pylist()[0] == "yes it is"


def test_a_nameless_first_column_that_does_not_count_rows_is_kept(tmp_path: Path) -> None:
    table = read(",x\n3,1\n1,2\n3,5\n", tmp_path)
    assert (table.names, notes(table)) == (["column_1", "x"], {"unnamed_columns": ("column_1",)})


def test_columns_without_name_and_value_are_left_out(tmp_path: Path) -> None:
    table = read("v1,v2,,,\nham,hello,,,\nspam,win,,,\nham,later,more,,\nham,bye,,,\n", tmp_path)
    assert table.names == ["v1", "v2", "column_3"]
    assert notes(table) == {
        "empty_columns": ("column_4", "column_5"),
        "unnamed_columns": ("column_3",),
    }


@pytest.mark.parametrize("quote", ["", '"'])
def test_values_of_columns_left_out_are_not_counted_as_missing(quote: str, tmp_path: Path) -> None:
    table = read(f"{quote}a{quote},b,\n1,NA,\n2,3,\nNA,4,\n", tmp_path)
    assert table.missing_words == {"na": 2}


def test_a_separator_at_the_end_of_every_row_shifts_nothing(tmp_path: Path) -> None:
    table = read("a,b\n1,2,\n3,4,\n", tmp_path)
    assert {name: values.to_pylist() for name, values in table.columns.items()} == {
        "a": ["1", "3"],
        "b": ["2", "4"],
    }
    assert notes(table) == {"empty_columns": ("column_3",)}


def test_names_that_stand_twice_are_told_apart(tmp_path: Path) -> None:
    table = read('a,a,"a ",a_2,b\n1,2,3,4,5\n6,7,8,9,0\n', tmp_path)
    assert table.names == ["a", "a_3", "a_4", "a_2", "b"]
    assert notes(table) == {"repeated_names": ("a_3", "a_4")}


def test_a_header_that_fits_no_row_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read("a,b,c\n1,2,3,4,5\n5,6,7,8,9\n9,10,11,12,13\n", tmp_path)
    assert (caught.value.code, caught.value.context) == (
        "header_does_not_fit",
        {"line": 1, "expected": 3, "found": 5},
    )


# --- Separators and quotes ---------------------------------------------------------------------
@pytest.mark.parametrize(("said", "delimiter"), [("sep=;", ";"), ("SEP=|", "|"), ('"sep=,"', ",")])
def test_a_line_that_names_the_separator_is_obeyed(
    said: str, delimiter: str, tmp_path: Path
) -> None:
    rows = "".join(f"a b and c{delimiter}{n}\n" for n in range(5))
    table = read(f"{said}\ntext{delimiter}n\n{rows}", tmp_path)
    assert (table.format.delimiter, table.names) == (delimiter, ["text", "n"])
    assert [(item.line, item.reason) for item in table.left_out] == [(1, "separator")]


def test_stray_quotation_marks_between_tabs_are_part_of_the_text(tmp_path: Path) -> None:
    content = 'label\ttext\nham\t"Hello there\nspam\tWin 5" TV\nham\tShe said "no\nham\tbye\n'
    table = read(content, tmp_path)
    assert not table.format.quotes
    assert table.columns["text"].to_pylist()[0] == '"Hello there'
    assert table.row_count == 4


def test_a_quotation_mark_swallows_no_row_between_tabs(tmp_path: Path) -> None:
    table = read('label\ttext\nham\t"Hello\nspam\tthere"\nham\tbye\n', tmp_path)
    assert table.row_count == 3


def test_quotation_marks_between_commas_are_a_persons_choice(tmp_path: Path) -> None:
    content = 'a,b\n1,"2\n3,4\n'
    with pytest.raises(DataError, match="broken_quotes"):
        read(content, tmp_path)
    table = read(content, tmp_path, TableFormat(quotes=False))
    assert table.columns["b"].to_pylist() == ['"2', "4"]


def test_runs_of_spaces_separate_columns_of_constant_number(tmp_path: Path) -> None:
    rows = "".join(f"  A1{n % 4}   {n}  {n * 100}    A3{n % 3} {1 + n % 2} \n" for n in range(40))
    table = read(rows, tmp_path)
    assert (table.format.delimiter, table.format.header, len(table.names)) == (" ", "none", 5)
    assert table.columns["column_2"].to_pylist()[:2] == ["0", "1"]


# --- Encodings ---------------------------------------------------------------------------------
FRENCH = "prénom;ville;avis\nÉlodie;Orléans;déçue, très déçue\nZoé;Nîmes;ça va, c'est sûr\n" + (
    "François;Besançon;l’hôtel « Cœur » était à côté\nAnaïs;Évry;même goût qu'à l'époque\n"
)


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850", "utf-8"])
def test_french_is_read_as_french(encoding: str, tmp_path: Path) -> None:
    text = FRENCH.replace("œ", "oe").replace("’", "'") if encoding == "cp850" else FRENCH
    table = read(text.encode(encoding), tmp_path)
    assert table.columns["prénom"].to_pylist() == ["Élodie", "Zoé", "François", "Anaïs"]
    assert table.format.encoding == encoding


@pytest.mark.parametrize(
    "words",
    ["don’t", "“Hello” she said", "wait… what", "5 €", "Paris–Lyon", "prix\u00a0: mot\u00a0clé"],
)
def test_signs_of_windows_are_no_letters(words: str, tmp_path: Path) -> None:
    table = read(f"n,text\n1,{words}\n2,x\n".encode("cp1252"), tmp_path)
    assert table.columns["text"].to_pylist()[0] == words


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize(
    "words",
    ["été", "Straße Köln Äpfel", "señor mañana", "Noël", "GARÇON MANQUÉ", "à", "25 °C 3 m²"],
)
def test_few_words_are_enough(words: str, encoding: str, tmp_path: Path) -> None:
    if (encoding, words) in {("mac_roman", "25 °C 3 m²"), ("cp850", "Noël"), ("cp850", "à")}:
        return  # no such sign there, or a word in two encodings
    table = read(f"n,text\n1,{words}\n2,x\n".encode(encoding), tmp_path)
    assert table.columns["text"].to_pylist()[0] == words


def test_the_words_that_change_are_shown_under_each_encoding(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes("a;b\nété;1\n".encode("mac_roman"))
    shown = shown_words(Source(tmp_path / "upload").words_beyond_ascii())
    assert shown["mac_roman"] == ["été"]
    assert shown["cp1252"] == ["ŽtŽ"]


# --- Classics ----------------------------------------------------------------------------------
def pick(*values: object) -> object:
    return RNG.choice(values)


def rows(make: Callable[[int], list[object]], delimiter: str = ",", count: int = 120) -> str:
    return "".join(delimiter.join(map(str, make(n))) + "\n" for n in range(count))


def adult(n: int) -> list[object]:
    return [
        RNG.randint(17, 90), f" {pick('Private', 'Local', '?')}", f" {RNG.randint(12285, 900000)}",
        f" {pick('Bachelors', 'HS-grad')}", f" {RNG.randint(1, 16)}", f" {pick('Male', 'Female')}",
        f" {pick(0, 0, 0, 2174)}", " 40", f" {pick('Cuba', '?')}", f" {pick('<=50K', '>50K')}",
    ]  # fmt: skip


def pima(n: int) -> list[object]:
    return [
        RNG.randint(0, 13), RNG.randint(60, 199), RNG.randint(40, 110), RNG.randint(0, 60),
        RNG.randint(0, 500), round(RNG.uniform(18, 50), 1), round(RNG.uniform(0.08, 2.4), 3),
        RNG.randint(21, 80), n % 2,
    ]  # fmt: skip


def bank(n: int) -> list[object]:
    return [
        RNG.randint(18, 90), f'"{pick("admin.", "services")}"', f'"{pick("yes", "no")}"',
        RNG.randint(-500, 9000), f'"{pick("may", "jun")}"', f'"{pick("yes", "no")}"',
    ]  # fmt: skip


def wine(n: int) -> list[object]:
    return [
        round(RNG.uniform(4, 15), 1), round(RNG.uniform(0.1, 1.5), 2),
        f"{RNG.uniform(0.99, 1.003):.4f}", RNG.randint(3, 8),
    ]  # fmt: skip


def votes(n: int) -> list[object]:
    return [pick("republican", "democrat"), *(pick("y", "n", "?") for _ in range(16))]


def mushroom(n: int) -> list[object]:
    return [
        pick("p", "e"),
        pick("x", "f", "b"),
        pick("s", "y"),
        pick("n", "w"),
        pick("e", "c", "?"),
    ]


def heart(n: int) -> list[object]:
    return [
        float(RNG.randint(29, 77)), float(n % 2), float(RNG.randint(90, 200)),
        pick("0.0", "1.0", "2.0", "?"), pick("3.0", "7.0", "?"), RNG.randint(0, 4),
    ]  # fmt: skip


def german(n: int) -> list[object]:
    return [
        f"A1{RNG.randint(1, 4)}", RNG.randint(4, 72), f"A3{RNG.randint(0, 4)}",
        RNG.randint(250, 18000), f"A{RNG.randint(171, 174)}", RNG.randint(1, 2),
    ]  # fmt: skip


def titanic(n: int) -> list[object]:
    return [
        n + 1, n % 2, RNG.randint(1, 3), f'"Doe, Mr. John ""J"" {n}"', pick("male", "female"),
        pick(22, 38, "", 26.5), RNG.choice(["A/5 21171", "PC 17599", "113803"]),
        round(RNG.uniform(5, 90), 4), pick("", "C85"), pick("S", "C", "Q"),
    ]  # fmt: skip


def spam(n: int) -> list[object]:
    return [
        pick("ham", "spam"),
        f'"Ok lar, joking {n} £5 wif u oni"',
        "",
        "bt not" if n == 7 else "",
        "",
    ]


def message(n: int) -> list[object]:
    return [pick("ham", "spam"), f"""He said "hi {n}{"" if n % 9 else '"'}"""]


TITANIC = "PassengerId,Survived,Pclass,Name,Sex,Age,Ticket,Fare,Cabin,Embarked\n"
CLASSICS: dict[str, tuple[bytes, str, int, dict[str, str]]] = {
    "adult": (rows(adult).encode(), "none", 10, {"column_1": "numeric", "column_5": "numeric"}),
    "pima": (rows(pima).encode(), "none", 9, {"column_6": "numeric", "column_9": "numeric"}),
    "bank": (
        ('"age";"job";"default";"balance";"month";"y"\n' + rows(bank, ";")).encode(),
        "names",
        6,
        {"age": "numeric", "y": "boolean"},
    ),
    "wine": (
        ('"fixed acidity";"pH";"density";"quality"\n' + rows(wine, ";")).encode(),
        "names",
        4,
        {"fixed acidity": "numeric", "density": "numeric"},
    ),
    "votes": (rows(votes).encode(), "none", 17, {"column_1": "categorical"}),
    "mushroom": (rows(mushroom).encode(), "none", 5, {"column_5": "categorical"}),
    "heart": (rows(heart).encode(), "none", 6, {"column_4": "numeric", "column_6": "numeric"}),
    "german": (rows(german, " ").encode(), "none", 6, {"column_2": "numeric"}),
    "titanic": (
        (TITANIC + rows(titanic)).encode(),
        "names",
        10,
        {"Age": "numeric", "Fare": "numeric", "Embarked": "categorical"},
    ),
    "spam": (("v1,v2,,,\n" + rows(spam)).encode("latin-1"), "names", 3, {"v1": "categorical"}),
    "spam between tabs": (
        rows(message, "\t").encode(),
        "none",
        2,
        {"column_1": "categorical"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASSICS)
def test_a_classic_goes_in_without_an_engineer(name: str, tmp_path: Path) -> None:
    content, header, columns, kinds = CLASSICS[name]
    table = read(content, tmp_path)
    assert (table.format.header, len(table.names), table.row_count) == (header, columns, 120)
    found = types(table)
    assert {column: found[column] for column in kinds} == kinds
    assert table.left_out == ()
