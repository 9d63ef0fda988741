"""What a facilitator sees of a file, corrects, decides, and tells participants of it."""

import gzip
from datetime import date, timedelta

import pytest
from django.test import Client

from classrooms.datasets import views
from classrooms.datasets.reading import views as reading_views
from classrooms.models import Dataset
from jobs.perform import perform_here
from tests import factories
from tests.classrooms.test_datasets import GOOD, choice, choose, upload

pytestmark = pytest.mark.django_db

ROWS = 200


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user())
    return client


def page(client: Client, dataset: Dataset) -> str:
    return client.get(f"/datasets/{dataset.public_id}/").content.decode()


def table(**columns: list[object]) -> str:
    rows = zip(*columns.values(), strict=True)
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n"


# --- How it is read -------------------------------------------------------------------
def test_how_a_file_was_read_is_shown_and_what_is_no_row(client: Client) -> None:
    export = "Export du CRM\n\n" + GOOD.replace(",", ";") + "too;short\nTotal;;;\n"
    dataset = upload(client, gzip.compress(export.encode()), "crm.csv.gz")
    assert dataset.row_count == ROWS
    shown = page(client, dataset)
    for words in ("semicolon", "gzip", "line 3", "above the header", "Export du CRM", "total at"):
        assert words in shown
    assert "3 lines of the file are not rows of the table" in shown


def test_a_wrong_detection_is_corrected_and_the_file_read_again(client: Client) -> None:
    content = "name;value;paid\n" + "".join(
        f"n{n % 9};-;{'yes' if n % 3 else 'no'}\n" for n in range(ROWS)
    )
    dataset = upload(client, content)
    url = f"/datasets/{dataset.public_id}/format/"
    form = client.get(url).context["form"]
    posted = {name: form[name].initial for name in form.fields} | {"missing": "-\nabsent"}
    assert client.post(url, posted).status_code == 302
    perform_here(dataset)
    dataset.refresh_from_db()
    assert dataset.awaits_target
    by_name = {column["name"]: column for column in dataset.columns}
    assert by_name["value"]["missing"] == ROWS
    assert client.get(url).context["form"]["missing"].initial == "-\nabsent"


def test_words_among_numbers_are_taken_for_missing_by_one_button(client: Client) -> None:
    paid = ["yes" if n % 3 else "no" for n in range(ROWS)]
    price = ["n.c." if n % 20 == 0 else f"{n}.5" for n in range(ROWS)]
    dataset = upload(client, table(price=price, age=range(ROWS), paid=paid))
    shown = client.get(f"/datasets/{dataset.public_id}/")
    assert "“n.c.” × 10" in shown.content.decode()
    posted = {"action": "accept", "key": shown.context["value_cards"][0].key}
    assert client.post(f"/datasets/{dataset.public_id}/values/", posted).status_code == 302
    perform_here(dataset)
    dataset.refresh_from_db()
    price_column = next(column for column in dataset.columns if column["name"] == "price")
    assert (price_column["type"], price_column["missing"]) == ("numeric", 10)
    assert 'value="accept"' not in page(client, dataset)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("header_line", "0", "Write 1 or more."),
        ("header_line", "one", "whole number"),
        ("thousands", ".", "already the decimal separator"),
        ("delimiter", "x", "not one of the available choices"),
        ("missing", "\n".join(map(str, range(40))), "29 at most"),
        ("missing", "x" * 41, "longer than 40"),
    ],
)
def test_an_impossible_format_is_refused_by_its_field(
    client: Client, field: str, value: str, words: str
) -> None:
    dataset = upload(client, GOOD)
    url = f"/datasets/{dataset.public_id}/format/"
    form = client.get(url).context["form"]
    posted = {name: form[name].initial for name in form.fields} | {field: value}
    response = client.post(url, posted)
    assert response.status_code == 200
    assert words in str(response.context["form"].errors[field])
    assert Dataset.objects.get(pk=dataset.pk).corrected_format == {}


def test_a_file_that_could_not_be_read_can_be_read_otherwise(client: Client) -> None:
    dataset = upload(client, GOOD.replace("gold", '"gold', 1))
    assert (dataset.has_failed, dataset.failure_code) == (True, "broken_quotes")
    url = f"/datasets/{dataset.public_id}/format/"
    assert url in page(client, dataset)
    form = client.get(url).context["form"]
    posted = {name: form[name].initial for name in form.fields} | {"quotes": "no"}
    client.post(url, posted)
    perform_here(dataset)
    dataset.refresh_from_db()
    assert dataset.awaits_target, dataset.failure_code
    assert dataset.preview[0][2] == '"gold'


def test_a_title_above_the_header_is_not_taken_for_it(client: Client) -> None:
    dataset = upload(client, "Loans,,2024,by me\n" + GOOD)
    assert [column["name"] for column in dataset.columns] == ["number", "x", "level", "paid"]


def test_what_is_split_is_read_no_more(client: Client) -> None:
    dataset = choose(client, upload(client, GOOD))
    assert dataset.is_ready
    assert client.get(f"/datasets/{dataset.public_id}/format/").status_code == 404


# --- What is predicted, and how ----------------------------------------------------------
def test_one_of_several_classes_is_put_against_the_rest(client: Client) -> None:
    levels = ["gold", "silver", "None"]
    content = table(x=list(range(ROWS)), level=[levels[n % 3] for n in range(ROWS)])
    dataset = upload(client, content)
    assert "vs the rest" in page(client, dataset)
    dataset = choose(client, dataset, "level", "None")
    assert dataset.is_ready, dataset.failure_code
    assert dataset.class_counts == {"None": 66, "other than None": 134}
    assert dataset.schema.negative_class == "other than None"


def test_a_quantity_is_refused_as_a_target_with_a_sentence(client: Client) -> None:
    content = table(x=[n / 7 for n in range(ROWS)], y=[f"n{n}" for n in range(ROWS)])
    dataset = upload(client, content)
    shown = page(client, dataset)
    assert "No column can be the target" in shown
    assert "predicting it is regression" in shown


def test_a_split_by_time_keeps_the_latest_rows_hidden(client: Client) -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(ROWS)]
    paid = ["yes" if n % 3 else "no" for n in range(ROWS)]
    content = table(day=[f"{day:%d/%m/%Y}" for day in days], paid=paid)
    dataset = upload(client, content)
    dataset = choose(client, dataset, split_kind="time", split_by="0")
    assert dataset.is_ready, dataset.failure_code
    assert (dataset.schema.split.kind, dataset.schema.split.column) == ("time", "day")


def dated(when: str = "%d/%m/%Y") -> str:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(ROWS)]
    return table(
        day=[f"{day:{when}}" for day in days],
        code=[f"u{n}" for n in range(ROWS)],
        paid=["yes" if n % 3 else "no" for n in range(ROWS)],
    )


TYPES = {"c0-type": "datetime", "c1-type": "id", "c2-type": "boolean"}


@pytest.mark.parametrize(
    "fields",
    [
        {"split_by": "0", "c0-type": "categorical"},
        {"split_by": "0", "c0-type": "text"},
        {"split_by": "1"},
    ],
)
def test_what_cannot_be_sorted_by_time_is_refused_by_its_field(
    client: Client, fields: dict[str, str]
) -> None:
    dataset = upload(client, dated())
    posted = TYPES | {"target": choice(dataset, "paid", "yes"), "split_kind": "time"} | fields
    response = client.post(f"/datasets/{dataset.public_id}/", posted)
    assert response.status_code == 200
    assert "dates, or of numbers" in str(response.context["form"].errors["split_by"])
    assert Dataset.objects.get(pk=dataset.pk).awaits_target


def test_dates_called_an_identifier_are_still_in_order(client: Client) -> None:
    fields = TYPES | {"c0-type": "id", "split_kind": "time", "split_by": "0"}
    dataset = choose(client, upload(client, dated()), **fields)
    assert dataset.is_ready, dataset.failure_code


def test_times_with_zones_are_split_by_time(client: Client) -> None:
    dataset = upload(client, dated("%Y-%m-%dT10:00:00Z"))
    dataset = choose(client, dataset, split_kind="time", split_by="0")
    assert dataset.is_ready, dataset.failure_code


@pytest.mark.parametrize("page", ["", "format/"])
def test_a_second_click_changes_nothing_and_says_so(
    client: Client, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = upload(client, GOOD)
    url = f"/datasets/{dataset.public_id}/{page}"
    form = client.get(url).context["form"]
    posted = {name: form[name].initial for name in form.fields} if page else {}
    posted |= {"target": choice(dataset, "paid", "yes")}
    module = reading_views if page else views
    service = "correct_format" if page else "prepare_dataset"
    real = getattr(module, service)

    def twice(*args: object) -> None:
        real(*args)
        real(*args)

    monkeypatch.setattr(module, service, twice)
    response = client.post(url, posted, follow=True)
    assert response.redirect_chain == [(f"/datasets/{dataset.public_id}/", 302)]
    assert "Not changed" in response.content.decode()
    assert Dataset.objects.get(pk=dataset.pk).is_unfinished


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"target": ""}, "target", "Choose a column"),
        ({"target": "9.9"}, "target", "not one of the available choices"),
        ({"split_kind": "time"}, "split_by", "time or group column"),
        ({"split_kind": "time", "split_by": "2"}, "split_by", "dates, or of numbers"),
        ({"split_kind": "group", "split_by": "3"}, "split_by", "This is the target"),
        ({"split_kind": "other"}, "split_kind", "not one of the available choices"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_by_its_field(
    client: Client, fields: dict[str, str], field: str, words: str
) -> None:
    dataset = upload(client, GOOD)
    posted = {"target": choice(dataset, "paid", "yes")} | fields
    response = client.post(f"/datasets/{dataset.public_id}/", posted)
    assert response.status_code == 200
    assert words in str(response.context["form"].errors[field])


def test_a_split_that_fails_is_decided_anew(client: Client) -> None:
    dataset = upload(client, GOOD)
    level = {"split_kind": "group", "split_by": "2"}
    dataset = choose(client, dataset, **level)
    assert dataset.failure_code == "too_few_groups"
    shown = page(client, dataset)
    assert ": 2. At least 5 are needed" in shown
    dataset = choose(client, dataset)
    assert dataset.is_ready


def test_types_and_leaks_are_what_the_facilitator_says(client: Client) -> None:
    dataset = upload(client, GOOD)
    fields = {f"c{n}-type": column["type"] for n, column in enumerate(dataset.columns)}
    dataset = choose(client, dataset, **fields | {"c1-type": "categorical", "c2-leak": "on"})
    assert dataset.is_ready
    column = dataset.schema.by_name["x"]
    assert (column.type, column.numeric) == ("categorical", False)
    assert [each.name for each in dataset.schema.columns if each.leak] == ["level"]
    refused = upload(client, GOOD)
    posted = fields | {"target": choice(refused, "paid", "yes"), "c2-type": "numeric"}
    assert client.post(f"/datasets/{refused.public_id}/", posted).status_code == 200
    refused.refresh_from_db()
    assert refused.awaits_target


# --- What is told of it --------------------------------------------------------------------
LEAKY = table(
    refund=[n % 4 + 1 if n % 3 == 0 else 0 for n in range(ROWS)],
    same=[n % 4 + 1 if n % 3 == 0 else 0 for n in range(ROWS)],
    still=["one"] * ROWS,
    paid=["no" if n % 3 == 0 else "yes" for n in range(ROWS)],
)


def test_the_health_report_spoils_nothing_for_participants(client: Client) -> None:
    dataset = choose(client, upload(client, LEAKY))
    assert dataset.is_ready, dataset.failure_code
    shown = page(client, dataset)
    for words in (
        "Almost predicts the target alone",
        "refund and same carry nearly the same information",
        "Same value in every row, so it carries no information: still",
        "Duplicate rows",
    ):
        assert words in shown
    dojo = factories.make_dojo(dataset=dataset)
    participant = Client(headers={"accept-language": "en"})
    participant.force_login(factories.join(dojo).people.get())
    told = participant.get(f"/dojos/{dojo.public_id}/data/").content.decode()
    assert "Same value in every row, so it carries no information: still" in told
    assert "alone" not in told.lower()
    assert "carry nearly the same information" not in told
    assert "Drift" not in told


def test_the_data_card_is_written_and_shown_to_participants(client: Client) -> None:
    dataset = choose(client, upload(client, GOOD))
    url = f"/datasets/{dataset.public_id}/card/"
    posted = {
        "title": "Loans <2024>",
        "description": "A row is a loan.",
        "source": "The bank's own system",
        "licence": "For this workshop only",
        "period": "2019 to 2024",
        "m1": "Balance in k€ & more",
    }
    assert client.post(url, posted | {"title": ""}).status_code == 200
    assert client.post(url, posted).status_code == 302
    dojo = factories.make_dojo(dataset=Dataset.objects.get(pk=dataset.pk))
    participant = Client(headers={"accept-language": "en"})
    participant.force_login(factories.join(dojo).people.get())
    told = participant.get(f"/dojos/{dojo.public_id}/data/").content.decode()
    for words in (
        "Loans &lt;2024&gt;",
        "A row is a loan.",
        "2019 to 2024",
        "Balance in k€ &amp; more",
    ):
        assert words in told
    assert client.get(url).context["form"]["m1"].initial == "Balance in k€ & more"


def test_a_wide_dataset_keeps_its_form(client: Client) -> None:
    names = [f"c{n}" for n in range(499)]
    row = ",".join("1.5" for _ in names)
    content = ",".join([*names, "paid"]) + "\n"
    content += "".join(f"{row},{'yes' if n % 2 else 'no'}\n" for n in range(100))
    dataset = upload(client, content)
    fields = {f"c{n}-type": column["type"] for n, column in enumerate(dataset.columns)}
    fields |= {f"c{n}-leak": "on" for n in range(499)}
    posted = fields | {"target": choice(dataset, "paid", "yes")}
    assert client.post(f"/datasets/{dataset.public_id}/", posted).status_code == 302
