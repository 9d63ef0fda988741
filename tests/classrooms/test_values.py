"""Values of an upload that are asked about: spellings that are one, and what may mean "missing"."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from classrooms.datasets.recipe import recipe_lines
from classrooms.datasets.values.page import ValueCard, value_cards
from classrooms.models import Dataset
from engine.reading.storing import read_dataset
from jobs.perform import perform_here
from tests import factories
from tests.classrooms.test_datasets import upload

pytestmark = pytest.mark.django_db

ROWS = 240
SERVICES = ["Ventes", "Ventes", "ventes ", "RH", "RH\u00a0", "Comptabilité", "Comptabilite"]
ANSWERS = ["Yes", "yes", " No", "No", "no ", "YES"]


def written() -> str:
    """Staff: services and answers in several spellings, ages of 999, "n.c." among salaries."""
    lines = [
        f"{999 if n % 40 == 0 else 20 + n * 7 % 41},{SERVICES[n % len(SERVICES)]},"
        f"{'n.c.' if n % 24 == 0 else 1000 + n * 13 % 97},{n * 31 % 17 / 4},"
        f"{ANSWERS[n * 5 % 11 % len(ANSWERS)]}"
        for n in range(ROWS)
    ]
    return "\n".join(["age,service,salary,x,answer", *lines]) + "\n"


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user())
    return client


@pytest.fixture
def dataset(client: Client) -> Dataset:
    return upload(client, written())


def address(dataset: Dataset, part: str = "") -> str:
    return f"/datasets/{dataset.public_id}/{part}"


def card(dataset: Dataset, words: str) -> ValueCard:
    return next(one for one in value_cards(dataset) if words in one.title)


def click(client: Client, dataset: Dataset, words: str, action: str) -> None:
    key = card(dataset, words).key if words else ""
    client.post(address(dataset, "values/"), {"key": key, "action": action})
    dataset.refresh_from_db()
    if dataset.is_unfinished:
        perform_here(dataset)
        dataset.refresh_from_db()


def column(dataset: Dataset, name: str) -> dict[str, object]:
    found: dict[str, object] = next(c for c in dataset.columns if c["name"] == name)
    return found


def target_of(client: Client, dataset: Dataset, label: str) -> str:
    """The form's key of an option that begins so."""
    form = client.get(address(dataset)).context["form"]
    options = [one for _group, group in form.fields["target"].choices[1:] for one in group]
    return next(key for key, words in options if words.startswith(label))


def split(client: Client, dataset: Dataset, **fields: str) -> str:
    posted = {"target": target_of(client, dataset, "answer = Yes")} | fields
    page = client.post(address(dataset), posted).content.decode()
    dataset.refresh_from_db()
    if dataset.is_unfinished:
        perform_here(dataset)
        dataset.refresh_from_db()
    return page


def stored(dataset: Dataset) -> dict[str, list[object]]:
    assert dataset.is_ready, (dataset.failure_code, dataset.failure_context)
    frame = read_dataset(Path(default_storage.path(dataset.table_path)))
    return {str(name): frame[name].tolist() for name in frame}


def test_everything_is_asked_with_what_was_seen(client: Client, dataset: Dataset) -> None:
    page = client.get(address(dataset)).content.decode()
    assert "“service”: the same value in several spellings" in page
    assert "“ventes␣” ×" in page
    assert "“RH␣” ×" in page
    assert "“service”: values that differ only in their accents" in page
    assert "“age”: does 999 mean “no value”?" in page
    assert "6 of 240 rows; all other values are between 20 and 60." in page
    assert "“salary”: words that may mean “no value”" in page
    assert dataset.decisions == []
    assert column(dataset, "salary")["type"] == "categorical"


def test_a_merge_is_one_click_and_undone_by_one(client: Client, dataset: Dataset) -> None:
    click(client, dataset, "“service”: the same", "accept")
    assert column(dataset, "service")["distinct"] == 4
    assert card(dataset, "“service”: the same").state == "Merged"
    click(client, dataset, "only in their accents", "accept")
    assert column(dataset, "service")["distinct"] == 3
    click(client, dataset, "“service”: the same", "undo")
    click(client, dataset, "only in their accents", "undo")
    assert column(dataset, "service")["distinct"] == 6
    assert (dataset.decisions, dataset.settled) == ([], [])


def test_all_columns_are_merged_by_one_click(client: Client, dataset: Dataset) -> None:
    click(client, dataset, "", "all")
    assert {one["column"] for one in dataset.decisions} == {"service", "answer"}
    assert column(dataset, "answer")["distinct"] == 2


def test_what_means_missing_is_missing_in_that_column(client: Client, dataset: Dataset) -> None:
    click(client, dataset, "“age”", "accept")
    click(client, dataset, "“salary”", "accept")
    assert column(dataset, "age")["missing"] == 6
    salary = column(dataset, "salary")
    assert (salary["type"], salary["missing"]) == ("numeric", 10)
    split(client, dataset, merges_classes="on")
    values = stored(dataset)
    assert 999.0 not in values["age"]
    told = recipe_lines(dataset)
    assert "In “age”, read as missing: “999” × 6." in told
    assert "In “salary”, read as missing: “n.c.” × 10." in told


def test_a_real_value_stays_and_is_asked_no_more(client: Client, dataset: Dataset) -> None:
    click(client, dataset, "“age”", "keep")
    assert card(dataset, "“age”").state == "Left as it is"
    assert column(dataset, "age")["missing"] == 0
    click(client, dataset, "“age”", "undo")
    assert card(dataset, "“age”").state == ""


def test_classes_that_look_alike_are_seen_as_one_and_merged_only_with_consent(
    client: Client, dataset: Dataset
) -> None:
    page = split(client, dataset)
    assert "“answer” writes a class in several ways" in page
    assert dataset.target == ""
    split(client, dataset, merges_classes="on")
    assert set(stored(dataset)["answer"]) == {"Yes", "No"}
    assert dataset.rest_label == ""
    assert dataset.class_counts["Yes"] > 100
    assert any("In “answer”, read as “Yes”" in line for line in recipe_lines(dataset))


def test_classes_said_to_differ_are_put_against_the_rest(client: Client, dataset: Dataset) -> None:
    click(client, dataset, "“answer”", "keep")
    page = split(client, dataset)
    assert "writes a class in several ways" not in page
    assert dataset.rest_label == "other than Yes"


def test_the_check_for_leaks_looks_at_merged_classes(client: Client, dataset: Dataset) -> None:
    split(client, dataset, merges_classes="on", action="check")
    check = dataset.leak_check
    perform_here(check)
    assert not check.has_failed, check.failure_code
    assert "Merged" in client.get(address(dataset)).content.decode()
    click(client, dataset, "“age”", "accept")
    assert not dataset.leak_check.is_current


def test_sixteen_spellings_of_two_classes_are_two_classes(client: Client) -> None:
    ends = ["", " ", "  ", "\u00a0", "\u202f", "\u200b"]
    said = [begin + word + end for word in ("Oui", "oui", "NON", "non") for begin in ("", " ")
            for end in ends]  # fmt: skip
    lines = [f"{n * 37 % 101},{said[n % len(said)]}" for n in range(ROWS)]
    dataset = upload(client, "\n".join(["x,reponse", *lines]) + "\n")
    assert target_of(client, dataset, "reponse = ") == "1.0"
    assert client.get(address(dataset)).context["form"].open_merges == ["reponse"]


@pytest.mark.parametrize(("key", "action"), [("nothing", "accept"), ("", "all"), ("x", "explode")])
def test_what_is_not_asked_changes_nothing(client: Client, key: str, action: str) -> None:
    lines = [f"{n},{n % 7},{'a' if n % 3 else 'b'}" for n in range(ROWS)]
    dataset = upload(client, "\n".join(["n,x,y", *lines]) + "\n")
    client.post(address(dataset, "values/"), {"key": key, "action": action})
    dataset.refresh_from_db()
    assert (dataset.decisions, dataset.settled, dataset.is_unfinished) == ([], [], False)


def test_after_the_split_nothing_is_decided(client: Client, dataset: Dataset) -> None:
    key = card(dataset, "“age”").key
    split(client, dataset, merges_classes="on")
    before = dataset.content_hash
    client.post(address(dataset, "values/"), {"key": key, "action": "accept"})
    dataset.refresh_from_db()
    assert (dataset.is_ready, dataset.content_hash) == (True, before)


# --- Splits that columns suggest ------------------------------------------------------
def visits() -> str:
    """Patients with several visits each, on a day; the class knows nothing of either."""
    lines = [
        f"P{n * 7 % 90:03d},2023-{1 + n // 24:02d}-{1 + n % 24:02d},{n * 37 % 101},"
        f"{'yes' if n * 13 % 7 < 3 else 'no'}"
        for n in range(ROWS)
    ]
    return "\n".join(["patient,day,x,answer", *lines]) + "\n"


def test_a_split_is_suggested_beside_the_choice_and_taken_with_one_click(client: Client) -> None:
    dataset = upload(client, visits())
    posted = {"target": target_of(client, dataset, "answer = yes"), "action": "check"}
    client.post(address(dataset), posted)
    perform_here(dataset.leak_check)
    page = client.get(address(dataset)).content.decode()
    assert "“patient” has 90 different values in 240 rows." in page
    assert "“day” goes from Jan. 1, 2023 to Oct. 24, 2023." in page
    client.post(address(dataset, "values/"), {"key": "patient", "action": "group"})
    dataset.refresh_from_db()
    assert (dataset.split_kind, dataset.split_by) == ("group", "patient")
    page = client.get(address(dataset)).content.decode()
    assert "Chosen below" in page
    client.post(address(dataset, "values/"), {"key": "x", "action": "group"})
    dataset.refresh_from_db()
    assert dataset.split_by == "patient"
