"""Workbooks and pasted tables: uploaded, corrected, split."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from classrooms.models import Dataset
from jobs.perform import perform_here
from tests import factories
from tests.classrooms.test_datasets import choose, upload
from tests.engine.workbooks import workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user())
    return client


def page(client: Client, dataset: Dataset) -> str:
    return client.get(f"/datasets/{dataset.public_id}/").content.decode()


def sheet_of(*names: str) -> list[list[object]]:
    rows = [[n, n % 7 - 0.5, "gold" if n % 3 else "tin", bool(n % 4)] for n in range(200)]
    return [list(names), *rows]


def test_another_sheet_of_a_workbook_is_chosen_on_the_format_page(client: Client) -> None:
    sheets = {
        "Loans": sheet_of("number", "x", "level", "paid"),
        "Of <2023>": [["Older"], [], *sheet_of("id", "z", "rank", "kept")],
    }
    dataset = upload(client, workbook(sheets), "loans.xlsx")
    assert dataset.awaits_target, dataset.failure_code
    assert [column["name"] for column in dataset.columns] == ["number", "x", "level", "paid"]
    html = page(client, dataset)
    assert "Excel" in html
    assert "“Loans”, one of 2 sheets" in html
    url = f"/datasets/{dataset.public_id}/format/"
    form = client.get(url).context["form"]
    assert not {"encoding", "delimiter"} & set(form.fields)
    posted = {name: form[name].initial for name in form.fields} | {"sheet": "Of <2023>"}
    assert client.post(url, posted).status_code == 302
    perform_here(dataset)
    dataset.refresh_from_db()
    assert dataset.columns[1]["name"] == "z"
    assert dataset.format
    assert (dataset.format.sheet, dataset.format.header_line) == ("Of <2023>", 3)
    assert "“Of &lt;2023&gt;”" in page(client, dataset)
    dataset = choose(client, dataset, target="kept", value="true")
    assert dataset.is_ready, dataset.failure_code


def test_a_workbook_whose_first_sheet_is_no_table_can_be_read_otherwise(client: Client) -> None:
    bad = [[f"c{n}" for n in range(501)], [1] * 501, [2] * 501]
    dataset = upload(client, workbook({"Bad": bad, "Good": sheet_of("n", "x", "l", "p")}))
    assert dataset.failure_code == "too_many_columns"
    form = client.get(f"/datasets/{dataset.public_id}/format/").context["form"]
    posted = {name: form[name].initial for name in form.fields} | {"sheet": "Good"}
    client.post(f"/datasets/{dataset.public_id}/format/", posted)
    perform_here(dataset)
    dataset.refresh_from_db()
    assert dataset.awaits_target, dataset.failure_code


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_a_pasted_table_is_a_file_like_any(client: Client, delimiter: str) -> None:
    rows = [
        ["\u00e9tat", "x", "payé"],
        *([n % 5, n / 4, "oui" if n % 3 else "non"] for n in range(99)),
    ]
    text = "\r\n".join(delimiter.join(map(str, row)) for row in rows)
    response = client.post("/datasets/new/", {"title": "Pasted", "pasted": f"{text}\r\n"})
    assert response.status_code == 302
    dataset = Dataset.objects.latest("pk")
    assert dataset.upload_name == "pasted table"
    assert dataset.upload.read().decode() == text
    perform_here(dataset)
    dataset.refresh_from_db()
    assert [column["name"] for column in dataset.columns] == rows[0]
    assert dataset.row_count == 99


@pytest.mark.parametrize(
    ("posted", "field", "words"),
    [
        ({}, "file", "Choose a file, or paste"),
        ({"pasted": " \r\n "}, "file", "Choose a file, or paste"),
        ({"pasted": "a\tb\n1\t2", "file": SimpleUploadedFile("a.csv", b"a")}, "pasted", "not both"),
    ],
)
def test_an_upload_is_a_file_or_a_pasted_table(
    client: Client, posted: dict[str, object], field: str, words: str
) -> None:
    response = client.post("/datasets/new/", {"title": "Mine"} | posted)
    assert response.status_code == 200
    assert words in str(response.context["upload_form"].errors[field])
    assert not Dataset.objects.exists()


def test_a_table_too_large_to_paste_is_refused_with_a_page_that_says_so(client: Client) -> None:
    response = client.post("/datasets/new/", {"title": "Mine", "pasted": "x" * 1_200_000})
    assert response.status_code == 413
    assert "At most 1 MB" in response.content.decode()
