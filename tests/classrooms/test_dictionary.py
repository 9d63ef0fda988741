"""A pasted data dictionary: understood line by line, checked by a person, saved by them."""

import pytest
from django.test import Client

from classrooms.datasets.dictionary import read_dictionary
from classrooms.models import Dataset
from tests import factories
from tests.classrooms.test_datasets import GOOD, choose, upload

NAMES = ["age", "Net Pay", "a:b", "sex", "x-y"]


@pytest.mark.parametrize(
    ("text", "labels", "meanings"),
    [
        ("age: in years: at the start", {}, {"age": "in years: at the start"}),
        ("age = in years\nsex - as told", {}, {"age": "in years", "sex": "as told"}),
        ("- AGE : en années, au début", {}, {"age": "en années, au début"}),
        ("* `net pay`: monthly; in euros", {}, {"Net Pay": "monthly; in euros"}),
        (
            "age;Age at start;in years;no months",
            {"age": "Age at start"},
            {"age": "in years; no months"},
        ),
        ("age\tAge at start\tin years", {"age": "Age at start"}, {"age": "in years"}),
        ("age,in years", {}, {"age": "in years"}),
        ("a:b: odd name\nx-y - another", {}, {"a:b": "odd name", "x-y": "another"}),
        (
            "| Variable | Type | Description |\n|---|:-:|---|\n| age | int | in years |",
            {},
            {"age": "in years"},
        ),
        (
            "nom\tsignification\tlibellé\nage\ten années\tÂge\nsex\t\tSexe",
            {"age": "Âge", "sex": "Sexe"},
            {"age": "en années"},
        ),
        ("", {}, {}),
        ("age", {}, {}),
    ],
)
def test_what_people_paste_is_understood(
    text: str, labels: dict[str, str], meanings: dict[str, str]
) -> None:
    found = read_dictionary(text, NAMES)
    assert (found.labels, found.meanings) == (labels, meanings)


def test_what_begins_with_no_columns_name_is_told() -> None:
    found = read_dictionary("Our columns\nage: in years\nheight: in cm\n", NAMES)
    assert found.unknown == ["Our columns", "height: in cm"]
    assert found.found == 1


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user())
    return client


@pytest.mark.django_db
def test_a_dictionary_fills_the_card_and_is_saved_by_who_checks_it(client: Client) -> None:
    dataset = choose(client, upload(client, GOOD))
    url = f"/datasets/{dataset.public_id}/card/"
    form = client.get(url).context["form"]
    posted = {field.html_name: field.value() or "" for field in form}
    text = "x;Margin <b>;per month\nlevel: gold or not\nheight: in cm"
    response = client.post(url, posted | {"dictionary": text, "fill": "1"})
    html = response.content.decode()
    assert "2 columns filled in" in html
    assert "<li>height: in cm</li>" in html
    assert Dataset.objects.get(pk=dataset.pk).column_labels == {}
    filled = {field.html_name: field.value() or "" for field in response.context["form"]}
    assert client.post(url, filled | {"dictionary": text}).status_code == 302
    dataset.refresh_from_db()
    assert dataset.column_labels == {"x": "Margin <b>"}
    assert dataset.column_meanings == {"x": "per month", "level": "gold or not"}
    assert "Margin &lt;b&gt;" in client.get(f"/datasets/{dataset.public_id}/").content.decode()


@pytest.mark.django_db
def test_what_is_too_long_stays_typed_and_is_told(client: Client) -> None:
    dataset = choose(client, upload(client, GOOD))
    url = f"/datasets/{dataset.public_id}/card/"
    form = client.get(url).context["form"]
    posted = {field.html_name: field.value() or "" for field in form}
    filling = {"dictionary": f"x: {'long ' * 60}", "fill": "1"}
    response = client.post(url, posted | filling)
    assert "at most 200 characters" in response.content.decode()
    assert response.content.decode().count("long long") > 1
