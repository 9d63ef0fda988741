"""How a file is read: said on one page, asked where it is open, changed by who knows the data."""

import re

import pytest
from django.test import Client

from classrooms.models import Dataset
from jobs.perform import perform_here
from tests import factories
from tests.classrooms.test_datasets import choose, upload

pytestmark = pytest.mark.django_db

ROWS = 200
CLASSES = ["yes" if n % 3 else "no" for n in range(ROWS)]


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user())
    return client


def page(client: Client, dataset: Dataset, part: str = "") -> str:
    return client.get(f"/datasets/{dataset.public_id}/{part}").content.decode()


def file(header: str, *columns: list[str], delimiter: str = ";") -> str:
    rows = [delimiter.join(row) for row in zip(*columns, CLASSES, strict=True)]
    return "\n".join([f"{header}{delimiter}paid", *rows]) + "\n"


def numbers_of(dataset: Dataset, name: str) -> dict[str, object]:
    return next(column for column in dataset.columns if column["name"] == name)


PERCENT = [f"{n % 50},{n % 9} %" for n in range(ROWS)]
PRICES = [f"{n + 1} {n % 900 + 100},{n % 90 + 10} €" for n in range(ROWS)]
EITHER = [f"{n % 8 + 1}.{n % 900 + 100}" for n in range(ROWS)]


def test_the_page_says_how_each_column_is_written(client: Client) -> None:
    dataset = upload(client, file("taux;prix", PERCENT, PRICES).encode("cp1252"))
    assert numbers_of(dataset, "taux")["type"] == "numeric"
    for shown in (page(client, dataset), page(client, choose(client, dataset))):
        assert "<code>taux</code>: per cent, decimal comma" in shown
        assert "<code>prix</code>: in €, decimal comma, thousands with a space" in shown
        assert "number (€)" in shown
    told = numbers_of(dataset, "prix")["reading"]
    assert told["unit"] == "€"  # type: ignore[index]


def answer(client: Client, dataset: Dataset, way: str) -> Dataset:
    """Choose this way to read the first column that is asked about."""
    form = client.get(f"/datasets/{dataset.public_id}/").context["read"].form
    posted = {field.name: field.value() for field in form.file_fields}
    (_found, field) = (form.questions + form.column_fields)[0]
    values = [value for value, label in field.field.choices if label.startswith(way)]
    posted |= {field.name: values[0]}
    assert client.post(f"/datasets/{dataset.public_id}/format/", posted).status_code == 302
    perform_here(dataset)
    dataset.refresh_from_db()
    return dataset


def test_what_could_be_either_is_asked_with_real_values_and_can_be_taken_back(
    client: Client,
) -> None:
    dataset = upload(client, file("amount", EITHER))
    for part in ("", "format/"):
        shown = page(client, dataset, part)
        assert "decimal point: from 1.1 to 8.299, median" in shown
        assert "thousands with a point: from 1,100 to 8,299, median" in shown
    assert "(proposed)" in page(client, dataset)
    for way, least in (("decimal point", 1.1), ("thousands", 1100.0), ("as text", None)):
        dataset = answer(client, dataset, way)
        shown = page(client, dataset)
        assert "(proposed)" not in shown
        assert "Which reading" not in shown
        assert numbers_of(dataset, "amount")["numeric"] == (least is not None)
        taken = next(c for c in dataset.readings[0]["choices"] if c["taken"])
        assert taken["values"][:1] == ([least] if least else [])


def test_a_file_settles_what_it_can(client: Client) -> None:
    dataset = upload(client, file("amount;rate", EITHER, PERCENT))
    assert [found["is_open"] for found in dataset.readings] == [True, False]
    commas = [value.replace(".", ",") for value in EITHER]
    dataset = upload(client, file("amount", commas))
    assert [found["is_open"] for found in dataset.readings] == [False]
    assert "Which reading" not in page(client, dataset)


def test_dates_that_could_be_either_are_asked(client: Client) -> None:
    days = [f"{n % 12 + 1:02}/{n % 11 + 1:02}/24" for n in range(ROWS)]
    dataset = upload(client, file("day", days))
    shown = page(client, dataset)
    assert "dates as DD/MM/YY; years 69 to 99 are 1969 to 1999" in shown
    assert ": from Jan. 1, 2024 to " in shown
    dataset = answer(client, dataset, "dates as MM/DD/YY")
    assert numbers_of(dataset, "day")["date_format"] == "%m/%d/%y"
    assert "(proposed)" not in page(client, dataset)


def test_units_that_differ_are_named(client: Client) -> None:
    prices = [f"{n},50 {'€$'[n % 2]}" for n in range(ROWS)]
    shown = page(client, upload(client, file("price", prices)))
    assert "as text, because the units differ: $, €" in shown


def test_errors_of_a_spreadsheet_are_missing_until_somebody_says_otherwise(client: Client) -> None:
    ratio = ["#DIV/0!" if n % 10 == 0 else f"{n},5" for n in range(ROWS)]
    dataset = upload(client, file("ratio", ratio))
    assert numbers_of(dataset, "ratio")["missing"] == 20
    assert "#div/0! × 20" in page(client, dataset)
    url = f"/datasets/{dataset.public_id}/format/"
    form = client.get(url).context["form"]
    posted = {field.name: field.value() for field in form.file_fields}
    client.post(url, {name: value for name, value in posted.items() if name != "errors_missing"})
    perform_here(dataset)
    dataset.refresh_from_db()
    assert numbers_of(dataset, "ratio")["type"] == "categorical"


def test_what_is_missing_without_a_word_is_told_too(client: Client) -> None:
    values = ["inf" if n % 10 == 0 else f"{n},5" for n in range(ROWS)]
    assert "(no value, or infinite) × 20" in page(client, upload(client, file("x", values)))


def test_a_way_that_is_none_is_refused(client: Client) -> None:
    dataset = upload(client, file("amount", EITHER))
    form = client.get(f"/datasets/{dataset.public_id}/format/").context["form"]
    posted = {field.name: field.value() for field in form.file_fields} | {"column0": "number '"}
    response = client.post(f"/datasets/{dataset.public_id}/format/", posted)
    assert response.status_code == 200
    assert "not one of the available choices" in response.content.decode()


def test_a_value_is_cut_before_it_is_escaped(client: Client) -> None:
    signs = [f"{'<' * 30}{n % 3}" for n in range(ROWS)]
    shown = page(client, upload(client, file("text", signs)))
    assert "&lt;…" in shown
    assert not re.search("&[a-z]{1,3}…", shown)


def test_one_row_is_a_row(client: Client) -> None:
    rare = ["c" if n == 3 else "ab"[n % 2] for n in range(ROWS)]
    dataset = upload(client, file("level", rare))
    assert "level = c vs the rest (1 row)" in page(client, dataset)
    french = Client(headers={"accept-language": "fr"})
    french.force_login(dataset.owner)
    assert "level = c contre le reste (1 ligne)" in page(french, dataset)


# --- Shape ----------------------------------------------------------------------------------
def read_otherwise(client: Client, dataset: Dataset, **said: str) -> Dataset:
    """Correct this of how the file is read."""
    url = f"/datasets/{dataset.public_id}/format/"
    form = client.get(url).context["form"]
    posted = {field.name: field.value() for field in form.file_fields} | said
    posted = {name: value for name, value in posted.items() if value not in (False, None)}
    assert client.post(url, posted).status_code == 302
    perform_here(dataset)
    dataset.refresh_from_db()
    return dataset


def test_a_file_without_a_header_is_seen_said_and_switched(client: Client) -> None:
    rows = [f"{n % 70};{'abc'[n % 3]};{CLASSES[n]}" for n in range(ROWS)]
    dataset = upload(client, "\n".join(rows) + "\n")
    assert [column["name"] for column in dataset.columns] == ["column_1", "column_2", "column_3"]
    assert dataset.row_count == ROWS
    assert "The first line looks like the others" in page(client, dataset)
    dataset = read_otherwise(client, dataset, header="names")
    assert dataset.row_count == ROWS - 1
    assert "The first line looks like the others" not in page(client, dataset)


def test_what_was_done_about_names_is_said_and_can_be_taken_back(client: Client) -> None:
    rows = [f"{n},{n % 9},,{n % 5},{CLASSES[n]}" for n in range(ROWS)]
    dataset = upload(client, ",a,,a,paid\n" + "\n".join(rows) + "\n")
    shown = page(client, dataset)
    assert "only counts the rows, so it was left out" in shown
    assert "with neither a name nor a value: column_3" in shown
    assert "their name stood twice: a_2" in shown
    dataset = read_otherwise(client, dataset, keep_row_numbers="on")
    assert dataset.columns[0]["name"] == "row_name"


def test_the_page_shows_what_was_tried_and_how_the_lines_were_split(client: Client) -> None:
    rows = "".join(f"{n};{n};x;{n};y<b>;z\n" for n in range(ROWS))
    dataset = upload(client, "a;b;c;d\n" + rows)
    assert dataset.failure_code == "header_does_not_fit"
    assert "The header on line 1 has 4 fields, and every row has 6" in page(client, dataset)
    shown = client.get(f"/datasets/{dataset.public_id}/format/")
    assert shown.context["form"]["delimiter"].value() == ";"
    body = shown.content.decode()
    assert "The first lines, as they were split" in body
    assert "<code>y&lt;b&gt;</code>" in body


def test_words_are_shown_in_every_encoding(client: Client) -> None:
    cities = ["Orléans" if n % 2 else "Nîmes" for n in range(ROWS)]
    dataset = upload(client, file("ville", cities).encode("mac_roman"))
    assert dataset.preview[0][0] == "Nîmes"
    shown = page(client, dataset, "format/")
    assert "Mac Roman (old Macs): Nîmes, Orléans" in shown
    assert "Windows-1252 (Western Europe): N”mes, OrlŽans" in shown
    dataset = read_otherwise(client, dataset, encoding="cp1252")
    assert dataset.preview[0][0] == "N”mes"
