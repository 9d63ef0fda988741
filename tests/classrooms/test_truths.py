"""What a facilitator knows of their data: declared, or added by the split, and kept from others."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from classrooms.datasets.truths.known import truths_of
from classrooms.models import Dataset
from tests import factories
from tests.classrooms.test_datasets import GOOD, upload
from tests.classrooms.test_leak_desk import address, checked, split, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user())
    return client


@pytest.fixture
def dataset(client: Client) -> Dataset:
    return checked(client, upload(client, GOOD))


def declare(client: Client, dataset: Dataset, *columns: str, **fields: Any) -> Any:
    """Post the form with columns by name; the answer to it."""
    page = client.get(address(dataset, "truths/"))
    choices = {name: key for key, name in page.context["truth_form"].fields["columns"].choices}
    posted = {"kind": "leaks", "columns": [choices[name] for name in columns]} | fields
    return client.post(address(dataset, "truths/"), posted)


def sentences(dataset: Dataset) -> list[str]:
    dataset.refresh_from_db()
    return [truth.sentence for truth in truths_of(dataset)]


def test_truths_are_declared_listed_and_withdrawn(client: Client, dataset: Dataset) -> None:
    declare(client, dataset, "level", note="Seen in the form.")
    declare(client, dataset, "x", "number", kind="nothing")
    declare(client, dataset, "x", "level", kind="together")
    declare(client, dataset, "level", kind="harder", value="gold")
    declare(client, dataset, "x", kind="harder")
    assert sentences(dataset) == [
        "Knows the answer: “level”.",
        "Adds nothing: “number” and “x”.",
        "Matter together: “x” and “level”.",
        "Harder to predict where “level” is “gold”.",
        "Harder to predict in a part of “x”.",
    ]
    page = client.get(address(dataset, "truths/")).content.decode()
    assert "Seen in the form." in page
    key = dataset.truths[0]["key"]
    client.post(address(dataset, "truths/"), {"action": "withdraw", "key": key})
    assert len(sentences(dataset)) == 4


@pytest.mark.parametrize(
    ("columns", "fields", "field"),
    [
        ((), {}, "columns"),
        (("x",), {"kind": "together"}, "columns"),
        (("x", "level"), {"kind": "harder"}, "columns"),
        (("x",), {"kind": "wrong"}, "kind"),
        (("x",), {"columns": ["99"]}, "columns"),
        (("x",), {"note": "n" * 301}, "note"),
    ],
)
def test_what_is_no_truth_is_told_beside_its_field(
    columns: tuple[str, ...], fields: dict[str, Any], field: str, client: Client, dataset: Dataset
) -> None:
    response = declare(client, dataset, *columns, **fields)
    assert list(response.context["truth_form"].errors) == [field]
    assert sentences(dataset) == []


def add(client: Client, dataset: Dataset, planted: str, name: str) -> Any:
    return client.post(address(dataset, "truths/"), {"planted": planted, "name": name})


def test_columns_are_added_by_the_split(client: Client, dataset: Dataset) -> None:
    add(client, dataset, "leak", "fee")
    add(client, dataset, "noise", "wind")
    add(client, dataset, "noise", "rain")
    client.post(address(dataset, "truths/"), {"action": "uproot", "key": "rain"})
    assert sentences(dataset) == ["Knows the answer: “fee”.", "Adds nothing: “wind”."]
    dataset = split(client, dataset)
    assert dataset.is_ready, dataset.failure_code
    frame = stored(dataset)
    assert set(frame.columns) == {"number", "x", "level", "paid", "fee", "wind"}
    assert [column.name for column in dataset.schema.columns if column.leak] == ["fee"]
    assert [column["name"] for column in dataset.table_columns] == list(frame.columns)
    # The first rows are those of the file, beneath its own columns.
    assert [column["name"] for column in dataset.columns] == ["number", "x", "level", "paid"]
    assert len(dataset.preview[0]) == len(dataset.columns)
    assert "<code>wind</code>" in client.get(address(dataset)).content.decode()
    assert "wind" in client.get(address(dataset, "card/")).content.decode()
    assert "visible to you only" in client.get(address(dataset)).content.decode()
    assert add(client, dataset, "noise", "late").status_code == 302
    dataset.refresh_from_db()
    assert [one["name"] for one in dataset.planted_columns] == ["fee", "wind"]
    page = client.get(address(dataset, "truths/")).content.decode()
    assert "Add the column" not in page


@pytest.mark.parametrize(
    ("planted", "name", "field"),
    [("leak", "paid", "name"), ("leak", "", "name"), ("bomb", "x2", "planted")],
)
def test_a_column_needs_a_free_name_and_a_kind(
    planted: str, name: str, field: str, client: Client, dataset: Dataset
) -> None:
    response = add(client, dataset, planted, name)
    assert list(response.context["plant_form"].errors) == [field]
    dataset.refresh_from_db()
    assert dataset.planted_columns == []


def test_they_are_nobody_elses_to_see(client: Client, dataset: Dataset) -> None:
    add(client, dataset, "leak", "fee")
    declare(client, dataset, "x", note="My secret note.")
    dataset = split(client, dataset)
    dojo = factories.make_dojo(dataset.owner, dataset=dataset)
    other = Client(headers={"accept-language": "en"})
    other.force_login(factories.join(dojo).people.get())
    assert other.get(address(dataset, "truths/")).status_code == 404
    page = other.get(f"/dojos/{dojo.public_id}/data/").content.decode()
    assert "<code>fee</code>" in page
    for secret in ("My secret note", "Knows the answer", "visible to you only"):
        assert secret not in page
    same = factories.copy_of_dataset(dataset, owner_id=factories.make_user().pk)
    room = factories.make_dojo(same.owner, dataset=same)
    factories.services.join_dojo(dojo=room, user=dataset.owner, display_name="Owner")
    assert client.get(address(dataset, "truths/")).status_code == 404
    assert "My secret note" not in client.get(address(dataset)).content.decode()
