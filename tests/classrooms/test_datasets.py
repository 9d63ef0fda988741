"""Preparing a dataset: bundled or uploaded, looked at, named a target, split once."""

from pathlib import Path

import pandas as pd
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from classrooms.models import Dataset
from engine.reading.storing import read_dataset
from engine.run import run_warnings
from jobs.perform import perform_here
from tests import factories

pytestmark = pytest.mark.django_db

ROWS = "".join(
    f"{n},{n % 7 - 0.5},{'None' if n % 3 else 'gold'},{'yes' if n % 4 else 'no'}\n"
    for n in range(200)
)
GOOD = "number,x,level,paid\n" + ROWS


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user())
    return client


def upload(client: Client, content: str | bytes, name: str = "loans.csv") -> Dataset:
    content = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, content)
    response = client.post("/datasets/new/", {"title": "Loans", "file": file})
    assert response.status_code == 302, response.context["upload_form"].errors
    dataset = Dataset.objects.latest("pk")
    perform_here(dataset)
    dataset.refresh_from_db()
    return dataset


def choice(dataset: Dataset, target: str, value: str) -> str:
    """What the form calls this column and this value of it."""
    names = [column["name"] for column in dataset.targets]
    place = names.index(target)
    values = [each for each, _count in dataset.targets[place]["values"]]
    return f"{place}.{values.index(value)}"


def choose(
    client: Client, dataset: Dataset, target: str = "paid", value: str = "yes", **fields: str
) -> Dataset:
    posted = {"target": choice(dataset, target, value)} | fields
    client.post(f"/datasets/{dataset.public_id}/", posted)
    perform_here(dataset)
    dataset.refresh_from_db()
    return dataset


def test_an_upload_is_read_then_split_once(client: Client) -> None:
    dataset = upload(client, GOOD)
    assert dataset.awaits_target
    types = {column["name"]: column["type"] for column in dataset.columns}
    assert types == {"number": "id", "x": "numeric", "level": "categorical", "paid": "boolean"}
    assert dataset.preview[0] == ["0", "-0.5", "gold", "no"]
    assert [target["name"] for target in dataset.targets if not target["problem"]] == [
        "x",
        "level",
        "paid",
    ]

    dataset = choose(client, dataset)
    assert dataset.is_ready, dataset.failure_code
    assert (dataset.target, dataset.positive_class) == ("paid", "yes")
    assert dataset.part_sizes == {"train": 120, "test": 40, "holdout": 40}
    assert dataset.class_counts == {"yes": 150, "no": 50}
    assert dataset.baseline_metrics["test"]["roc_auc"] == 0.5
    assert 0 < dataset.reference_errors["roc_auc"] < 0.2
    frame = read_dataset(Path(default_storage.path(dataset.table_path)))
    assert set(frame["level"]) == {"None", "gold"}

    page = client.get(f"/datasets/{dataset.public_id}/").content.decode()
    assert "75.0" in page
    before = dataset.split_seed, dataset.content_hash
    client.post(f"/datasets/{dataset.public_id}/", {"target": choice(dataset, "level", "gold")})
    dataset.refresh_from_db()
    assert (dataset.target, (dataset.split_seed, dataset.content_hash)) == ("paid", before)


def test_a_table_too_wide_for_a_first_run_is_still_split(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_warnings, "MAX_CELLS", 10)
    dataset = choose(client, upload(client, GOOD))
    assert dataset.is_ready, dataset.failure_code
    assert dataset.reference_errors == {}


def test_a_class_that_comes_late_is_still_split_by_time(client: Client) -> None:
    rows = "".join(f"{n},{'yes' if n > 60 and n % 2 else 'no'}\n" for n in range(200))
    dataset = upload(client, "number,paid\n" + rows)
    dataset = choose(client, dataset, split_kind="time", split_by="0")
    assert dataset.is_ready, dataset.failure_code
    assert dataset.baseline_metrics["holdout"]["accuracy"] == 0.5


def test_participants_get_no_row_of_the_holdout(client: Client) -> None:
    dataset = choose(client, upload(client, GOOD))
    with default_storage.open(dataset.participant_csv_path) as file:
        shared = pd.read_csv(file)
    assert shared[dataset.split_column].value_counts().to_dict() == {"train": 120, "test": 40}
    assert shared["number"].is_unique


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b\n", "a header but no rows"),
        ("  \n", "file is empty"),
        ("a,b\n1,2\n1,2,3\n", "lines 3"),
        ('a,b\n1,"2\n3,4\n', "quotation mark"),
        ("a,b\n1," + "x" * 200_000, "more than 100000 characters"),
        ("a\n1\n2\n", "Only one column"),
        (b"PK\x03\x04" + bytes(50), "isn&#x27;t a table (zip"),
        (b"a,b\n1,\x00\n", "Line 2 contains a NUL byte"),
    ],
)
def test_a_broken_file_gets_a_sentence(client: Client, content: str | bytes, words: str) -> None:
    dataset = upload(client, content)
    assert dataset.has_failed
    page = client.get(f"/datasets/{dataset.public_id}/").content.decode()
    assert words in page
    assert "Traceback" not in page


def test_a_class_with_too_few_rows_is_refused(client: Client) -> None:
    rows = "".join(f"{n % 7},{'yes' if n < 5 else 'no'}\n" for n in range(200))
    dataset = choose(client, upload(client, "a,paid\n" + rows))
    assert dataset.failure_code == "class_too_small"
    assert ": 5. At least" in client.get(f"/datasets/{dataset.public_id}/").content.decode()


def test_an_empty_or_huge_file_is_refused_in_the_form(client: Client, settings) -> None:
    empty = SimpleUploadedFile("empty.csv", b"")
    page = client.post("/datasets/new/", {"title": "Mine", "file": empty})
    assert "empty" in str(page.context["upload_form"].errors["file"])
    assert 'value="Mine"' in page.content.decode()
    settings.UPLOAD_MAX_MEGABYTES = 0
    page = client.post("/datasets/new/", {"title": "Mine", "file": SimpleUploadedFile("a", b"a")})
    assert "limit" in str(page.context["upload_form"].errors["file"])


def test_a_bundled_dataset_is_ready_in_one_step(client: Client) -> None:
    client.post("/datasets/new/", {"bundled_key": "churn"})
    dataset = Dataset.objects.latest("pk")
    perform_here(dataset)
    dataset.refresh_from_db()
    assert dataset.is_ready
    assert (dataset.row_count, len(dataset.columns)) == (8000, 18)
    assert 0.2 < dataset.positive_rate < 0.24
    page = client.get(f"/datasets/{dataset.public_id}/").content.decode()
    assert "A column that knows the answer" in page


def test_participants_see_the_columns_and_never_the_traps() -> None:
    dojo = factories.make_dojo()
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.join(dojo).people.get())
    page = client.get(f"/dojos/{dojo.public_id}/data/").content.decode()
    assert "worst_area" in page
    assert "Columns that carry the same information" not in page


def test_the_same_content_is_stored_once_and_never_processed_twice(client: Client) -> None:
    first = choose(client, upload(client, GOOD))
    second = choose(client, upload(client, GOOD))
    assert first.content_hash == second.content_hash
    assert first.table_path == second.table_path
    attempt = second.attempt
    assert not perform_here(second)
    second.refresh_from_db()
    assert second.attempt == attempt
