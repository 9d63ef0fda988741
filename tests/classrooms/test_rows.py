"""Rows of the training set: looked at by everyone, and none of the test set among them."""

from __future__ import annotations

import pandas as pd
import pytest
from django.test import Client
from django.utils import translation

from classrooms.models import Dataset, Dojo, TrainRows
from engine.reading.sample import MAX_CELLS, MAX_CHARACTERS, train_sample
from engine.run.split import Split
from experiments.compute.process_memory import load_dataset
from tests import factories
from tests.classrooms.test_datasets import choose, upload

ROWS = "".join(
    f"{n},{n / 4},{'' if n % 5 else ('Å' if n % 2 else 'b<i>')},{'yes' if n % 4 else 'no'}\n"
    for n in range(200)
)


def client_of(user: object, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)  # type: ignore[arg-type]
    return client


@pytest.fixture
def dojo() -> Dojo:
    owner = factories.make_user()
    client = client_of(owner)
    dataset = choose(client, upload(client, "number,x,level,paid\n" + ROWS), leak="")
    assert dataset.is_ready, dataset.failure_code
    return factories.make_dojo(owner, dataset=dataset)


@pytest.fixture
def participant(dojo: Dojo) -> Client:
    return client_of(factories.join(dojo).people.get())


def shown(client: Client, dojo: Dojo, query: str = "") -> list[list[str]]:
    response = client.get(f"/dojos/{dojo.public_id}/rows/?{query}")
    assert response.status_code == 200
    return [[cell.text for cell in row] for row in response.context["page"].rows]


@pytest.mark.django_db
def test_only_training_rows_are_kept_and_all_that_fit(dojo: Dojo) -> None:
    prepared = load_dataset(dojo.dataset)
    kept = TrainRows.objects.get(dataset=dojo.dataset).content
    train = set(prepared.frame.iloc[prepared.split.train]["number"])
    assert {row[0] for row in kept["rows"]} == train
    assert [row[0] for row in kept["rows"]] == sorted(train)


@pytest.mark.django_db
def test_rows_are_sorted_filtered_and_paged(dojo: Dojo, participant: Client) -> None:
    first = shown(participant, dojo)
    assert len(first) == 50
    second = shown(participant, dojo, "page=2")
    assert first != second
    assert len(shown(participant, dojo, "page=99")) == 20
    down = [float(row[1]) for row in shown(participant, dojo, "sort=-1")]
    assert down == sorted(down, reverse=True)
    small = shown(participant, dojo, "column=1&least=10&most=12.5&sort=1")
    assert small
    assert all(10 <= float(row[1]) <= 12.5 for row in small)
    letters = {row[2] for row in shown(participant, dojo, "column=2&text=B&presence=present")}
    assert letters == {"b<i>"}
    assert {row[2] for row in shown(participant, dojo, "column=2&presence=missing")} == {""}
    assert all("å" in " ".join(row).lower() for row in shown(participant, dojo, "text=%C3%85"))
    upwards = shown(participant, dojo, "sort=2&page=3")
    assert upwards[-1][2] == "", "missing values come last"
    assert shown(participant, dojo, "sort=-2&page=3")[-1][2] == ""


@pytest.mark.django_db
def test_the_page_says_what_is_missing_and_escapes_what_was_typed(
    dojo: Dojo, participant: Client
) -> None:
    html = participant.get(f"/dojos/{dojo.public_id}/rows/").content.decode()
    assert "b&lt;i&gt;" in html
    assert "b<i>" not in html
    assert ">missing</span>" in html
    assert "The 120 rows of the training set." in html
    with translation.override("fr"):
        french = client_of(factories.join(dojo).people.get(), "fr")
        assert any("," in row[1] for row in shown(french, dojo))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "sort=x&page=x&column=x",
        "sort=99&column=99",
        "sort=--1&page=-1",
        "column=1&least=abc",
        "column=1&least=1e999",
        "sort=%C2%B2",
        "text=" + "x" * 300,
        "column=%00&text=%00",
    ],
)
def test_no_address_breaks_the_page(dojo: Dojo, participant: Client, query: str) -> None:
    assert participant.get(f"/dojos/{dojo.public_id}/rows/?{query}").status_code == 200


@pytest.mark.django_db
def test_marks_are_not_told_and_strangers_see_nothing(dojo: Dojo, participant: Client) -> None:
    dojo.column_marks = {"x": True}
    dojo.save()
    html = participant.get(f"/dojos/{dojo.public_id}/rows/").content.decode()
    assert "leak" not in html
    stranger = client_of(factories.make_user())
    assert stranger.get(f"/dojos/{dojo.public_id}/rows/").status_code == 404


@pytest.mark.django_db
def test_a_dataset_without_kept_rows_says_so(dojo: Dojo, participant: Client) -> None:
    TrainRows.objects.all().delete()
    html = participant.get(f"/dojos/{dojo.public_id}/rows/").content.decode()
    assert "No rows are kept" in html


@pytest.mark.django_db
def test_display_names_stand_in_the_heads(dojo: Dojo, participant: Client) -> None:
    Dataset.objects.filter(pk=dojo.dataset_id).update(column_labels={"x": "Margin"})
    assert "Margin" in participant.get(f"/dojos/{dojo.public_id}/rows/").content.decode()


def test_a_wide_or_wordy_table_keeps_less() -> None:
    wide = pd.DataFrame({f"c{n}": [float(n)] * 900 for n in range(500)})
    split = Split(*(pd.RangeIndex(900).to_numpy()[part::3] for part in range(3)))
    kept = train_sample(wide, split)
    assert len(kept["rows"]) == MAX_CELLS // 500
    wordy = pd.DataFrame({"a": ["x" * 5_000] * 9, "b": [1.0, float("nan"), 2.0] * 3})
    split = Split(*(pd.RangeIndex(9).to_numpy()[part::3] for part in range(3)))
    rows = train_sample(wordy, split)["rows"]
    assert {len(row[0]) for row in rows} == {MAX_CHARACTERS}
