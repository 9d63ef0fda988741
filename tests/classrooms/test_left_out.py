"""Columns that a facilitator leaves out, for whatever reason."""

from __future__ import annotations

import pytest
from django.test import Client

from classrooms.models import Dataset
from tests import factories
from tests.classrooms.test_datasets import choice, upload
from tests.classrooms.test_leak_desk import address, checked, leaking, split, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user())
    return client


@pytest.fixture
def dataset(client: Client) -> Dataset:
    return checked(client, upload(client, leaking()))


def types(dataset: Dataset) -> dict[str, str]:
    return {f"c{place}-type": one["type"] for place, one in enumerate(dataset.columns)}


def test_any_column_can_be_left_out_and_taken_back(client: Client, dataset: Dataset) -> None:
    dataset = checked(client, dataset, **types(dataset) | {"c2-drop": "on"})
    assert dataset.dropped_columns == ["income"]
    dataset = checked(client, dataset, **types(dataset))
    assert dataset.dropped_columns == []


def test_what_is_left_out_is_in_nothing_that_participants_get(
    client: Client, dataset: Dataset
) -> None:
    dataset = split(client, checked(client, dataset, **types(dataset) | {"c2-drop": "on"}))
    assert dataset.is_ready
    assert "income" not in dataset.schema.by_name
    assert "income" not in stored(dataset)
    seat = factories.join(factories.make_dojo(dataset.owner, dataset=dataset))
    participant = Client()
    participant.force_login(seat.people.get())
    for page in ("data/", "experiments/new/"):
        shown = participant.get(f"/dojos/{seat.dojo.public_id}/{page}").content.decode()
        assert "born" in shown
        assert "income" not in shown


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"c4-drop": "on"}, "target"),
        ({"c1-drop": "on", "split_kind": "group", "split_by": "1"}, "split_by"),
    ],
)
def test_target_and_groups_cannot_be_left_out(
    client: Client, dataset: Dataset, fields: dict[str, str], field: str
) -> None:
    posted = {"target": choice(dataset, "paid", "yes")} | types(dataset) | fields
    page = client.post(address(dataset), posted)
    assert "leave this column out" in page.context["form"].errors[field][0]
    dataset.refresh_from_db()
    assert dataset.awaits_target
