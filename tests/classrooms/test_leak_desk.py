"""The leak desk of an upload: found before the split, mended with a click, undone, and split."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.test import Client

from classrooms.datasets.compute.preparation import make_files_again
from classrooms.datasets.desk.page import Card, DeskPage, desk_page
from classrooms.models import Dataset, HealthReport, LeakCheck
from engine.reading.storing import read_dataset
from jobs.perform import perform_here
from tests import factories
from tests.classrooms.test_datasets import choice, upload

pytestmark = pytest.mark.django_db

ROWS, COPIES = 300, 30


def leaking() -> str:
    """Loans: a fee that tells the outcome, clients that come back, rows that were copied."""
    rng = np.random.default_rng(4)
    clients = np.arange(ROWS) % 60
    usually = rng.random(60) < 0.4
    paid = np.where(rng.random(ROWS) < 0.9, usually[clients], rng.random(ROWS) < 0.4)
    born = rng.integers(1950, 2000, 60)[clients]
    lines = [
        f"{1000 + clients[n]},{born[n]},{rng.normal():.4f},{rng.normal() + 5 * paid[n]:.3f},"
        f"{'yes' if paid[n] else 'no'}"
        for n in range(ROWS)
    ]
    return "\n".join(["client_id,born,income,fee,paid", *lines, *lines[:COPIES]]) + "\n"


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user())
    return client


@pytest.fixture
def dataset(client: Client) -> Dataset:
    return checked(client, upload(client, leaking()))


def checked(client: Client, dataset: Dataset, **fields: str) -> Dataset:
    """The dataset with a chosen target, after a worker looked for leaks."""
    posted = {"action": "check", "target": choice(dataset, "paid", "yes")} | fields
    assert client.post(address(dataset), posted).status_code == 302
    check = LeakCheck.objects.get(dataset=dataset)
    if check.is_unfinished:
        perform_here(check)
    dataset.refresh_from_db()
    return dataset


def address(dataset: Dataset, part: str = "") -> str:
    return f"/datasets/{dataset.public_id}/{part}"


def desk_of(dataset: Dataset) -> DeskPage:
    desk = desk_page(Dataset.objects.get(pk=dataset.pk))
    assert desk is not None
    return desk


def card_about(dataset: Dataset, words: str) -> Card:
    return next(card for card in desk_of(dataset).cards if words in card.title)


def click(client: Client, dataset: Dataset, words: str, action: str, **fields: str) -> str:
    """Do something about the card whose title has these words; the page that follows."""
    posted = {"key": card_about(dataset, words).key, "action": action} | fields
    response = client.post(address(dataset, "leaks/"), posted, follow=True)
    assert response.redirect_chain == [(f"{address(dataset)}#leak-desk", 302)]
    dataset.refresh_from_db()
    return response.content.decode()


def split(client: Client, dataset: Dataset) -> Dataset:
    """Split with what the page's own form says."""
    form = client.get(address(dataset)).context["form"]
    posted = {name: form[name].value() or "" for name in ("target", "split_kind", "split_by")}
    client.post(address(dataset), posted)
    perform_here(dataset)
    dataset.refresh_from_db()
    return dataset


def stored(dataset: Dataset) -> Any:
    return read_dataset(Path(default_storage.path(dataset.table_path)))


def test_leaks_are_found_before_anything_is_split(client: Client, dataset: Dataset) -> None:
    assert dataset.awaits_target
    assert dataset.data_schema == {}
    assert (dataset.target, dataset.positive_class) == ("paid", "yes")
    page = client.get(address(dataset)).content.decode()
    assert "“fee” is nearly a copy of the target" in page
    assert "Several rows have the same “client_id”" in page
    assert "60 different values in 330 rows" in page
    assert f"{COPIES} of 330 rows." in page
    assert "Is “income” known when you predict?" in page
    assert page.index("leak-desk") < page.index("Split the data")
    assert desk_of(dataset).open_count == len(desk_of(dataset).cards) == 5


def test_the_page_waits_for_the_check_without_waiting_for_the_split(client: Client) -> None:
    dataset = upload(client, leaking())
    assert "leak-desk" not in client.get(address(dataset)).content.decode()
    client.post(address(dataset), {"action": "check", "target": choice(dataset, "paid", "yes")})
    page = client.get(address(dataset)).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "Split the data" in page
    perform_here(LeakCheck.objects.get())
    desk = client.get(address(dataset, "leaks/")).content.decode()
    assert "hx-trigger" not in desk
    assert "<html" not in desk
    assert "nearly a copy" in desk


def test_repairs_are_done_and_undone(client: Client, dataset: Dataset) -> None:
    click(client, dataset, "fee", "drop")
    assert (dataset.dropped_columns, dataset.leak_columns) == (["fee"], [])
    assert card_about(dataset, "fee").state == "Column left out"
    click(client, dataset, "fee", "mark")
    assert (dataset.dropped_columns, dataset.leak_columns) == ([], ["fee"])
    click(client, dataset, "client_id", "group")
    assert (dataset.split_kind, dataset.split_by) == ("group", "client_id")
    click(client, dataset, "repeat", "duplicates")
    assert dataset.dropped_rows == ["duplicates"]
    assert desk_of(dataset).open_count == 2
    for words in ("fee", "client_id", "repeat"):
        click(client, dataset, words, "undo")
    assert (dataset.leak_columns, dataset.dropped_rows) == ([], [])
    assert (dataset.split_kind, dataset.split_by) == ("stratified", "")
    assert desk_of(dataset).open_count == 5


def test_the_split_keeps_what_was_mended(client: Client, dataset: Dataset) -> None:
    click(client, dataset, "fee", "drop")
    click(client, dataset, "client_id", "group")
    click(client, dataset, "repeat", "duplicates")
    click(client, dataset, "born", "mark")
    dataset = split(client, dataset)
    assert dataset.is_ready, dataset.failure_code
    frame = stored(dataset)
    assert list(frame.columns) == ["client_id", "born", "income", "paid"]
    assert len(frame) == dataset.row_count == sum(dataset.class_counts.values()) == ROWS
    assert [column.name for column in dataset.schema.columns if column.leak] == ["born"]
    assert dataset.schema.split.column == "client_id"
    codes = {one["code"] for one in HealthReport.objects.get().content["findings"]}
    assert not codes & {"duplicates", "rows_in_train_and_test"}
    page = client.get(address(dataset)).content.decode()
    assert "Column left out" in page
    assert "<code>fee</code>" not in page

    before = dataset.content_hash
    default_storage.delete(dataset.table_path)
    make_files_again(dataset)
    assert len(stored(dataset)) == ROWS
    assert dataset.content_hash == before


def test_what_is_fine_needs_a_reason_and_keeps_it(client: Client, dataset: Dataset) -> None:
    assert "Say why it is fine" in click(client, dataset, "fee", "fine", reason="  ")
    assert dataset.leak_answers == {}
    assert "It is asked at the counter." in click(
        client, dataset, "fee", "fine", reason="It is asked at the counter."
    )
    card = card_about(dataset, "fee")
    assert (card.state, card.answer) == ("It is fine", "It is asked at the counter.")
    assert dataset.columns_answered_for == {"fee"}
    click(client, dataset, "fee", "undo")
    assert card_about(dataset, "fee").is_open
    assert dataset.columns_answered_for == set()


@pytest.mark.parametrize(
    ("action", "state"),
    [("fine", "Known when you predict"), ("mark", "Marked as recorded after the outcome")],
)
def test_a_question_is_answered_with_yes_or_no(
    action: str, state: str, client: Client, dataset: Dataset
) -> None:
    click(client, dataset, "Is “income”", action)
    assert card_about(dataset, "income").state == state
    assert dataset.leak_columns == (["income"] if action == "mark" else [])


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"key": "none", "action": "drop"}, "no such finding"),
        ({"action": "drop"}, "required"),
        ({"key": "fee", "action": "burn"}, "not one of the available choices"),
        ({"key": "fee", "action": "group"}, "Not changed"),
        ({"key": "fee", "action": "fine", "reason": "x" * 301}, "at most 300"),
    ],
)
def test_what_is_no_repair_changes_nothing(
    posted: dict[str, str], words: str, client: Client, dataset: Dataset
) -> None:
    before = Dataset.objects.values().get(pk=dataset.pk)
    if posted.get("key") == "fee":
        posted = posted | {"key": card_about(dataset, "fee").key}
    response = client.post(address(dataset, "leaks/"), posted, follow=True)
    assert words in response.content.decode()
    assert Dataset.objects.values().get(pk=dataset.pk) == before


def test_another_target_is_checked_again_and_the_same_one_is_not(
    client: Client, dataset: Dataset
) -> None:
    first = LeakCheck.objects.get()
    checked(client, dataset)
    assert LeakCheck.objects.get().finished_at == first.finished_at
    client.post(address(dataset), {"action": "check", "target": choice(dataset, "paid", "no")})
    check = LeakCheck.objects.get()
    assert (check.is_unfinished, check.content) == (True, {})
    perform_here(check)
    assert desk_of(dataset).cards


def test_types_and_marks_are_kept_for_the_split(client: Client) -> None:
    dataset = upload(client, leaking())
    types = {f"c{place}-type": column["type"] for place, column in enumerate(dataset.columns)}
    checked(client, dataset, **types | {"c1-type": "categorical", "c3-leak": "on"})
    assert (dataset.column_types, dataset.leak_columns) == ({"born": "categorical"}, ["fee"])
    dataset = split(client, dataset)
    assert dataset.schema.by_name["born"].type == "categorical"
    assert dataset.schema.by_name["fee"].leak


def test_a_file_read_otherwise_is_a_new_question(client: Client, dataset: Dataset) -> None:
    click(client, dataset, "fee", "drop")
    form = client.get(address(dataset, "format/")).context["form"]
    client.post(address(dataset, "format/"), {n: form[n].initial for n in form.fields})
    perform_here(dataset)
    dataset.refresh_from_db()
    assert (dataset.dropped_columns, desk_page(dataset)) == ([], None)


def test_a_check_that_fails_says_why_and_keeps_nobody_from_the_split(client: Client) -> None:
    rows = "".join(f"{n % 7},{'yes' if n < 5 else 'no'}\n" for n in range(200))
    dataset = checked(client, upload(client, "a,paid\n" + rows))
    page = client.get(address(dataset)).content.decode()
    assert ": 5. At least" in page
    assert "Split the data" in page


# --- After the split --------------------------------------------------------------------
def test_after_the_split_only_marking_is_offered(client: Client, dataset: Dataset) -> None:
    dataset = split(client, dataset)
    assert card_about(dataset, "fee").repairs == [("mark", "Mark as recorded after the outcome")]
    assert card_about(dataset, "repeat").repairs == []
    assert "Not changed" in click(client, dataset, "fee", "drop")
    click(client, dataset, "fee", "mark")
    assert dataset.leak_columns == ["fee"]
    assert dataset.schema.by_name["fee"].leak
    assert len(dataset.schema.columns) == 5
    click(client, dataset, "fee", "undo")
    assert not dataset.schema.by_name["fee"].leak


def test_in_a_dojo_columns_are_marked_where_its_runs_are_judged(
    client: Client, dataset: Dataset
) -> None:
    dataset = split(client, dataset)
    dojo = factories.make_dojo(dataset.owner, dataset=dataset)
    assert card_about(dataset, "fee").repairs == []
    assert "Not changed" in click(client, dataset, "fee", "mark")
    page = client.get(address(dataset)).content.decode()
    marks = f"/dojos/{dojo.public_id}/columns/"
    assert f'href="{marks}"' in page
    assert client.get(marks).status_code == 200


def test_a_split_is_undone_as_long_as_no_dojo_with_it_has_started(
    client: Client, dataset: Dataset
) -> None:
    click(client, dataset, "fee", "drop")
    dataset = split(client, dataset)
    page = client.get(address(dataset)).content.decode()
    assert address(dataset, "undo-split/") in page
    client.post(address(dataset, "undo-split/"))
    dataset.refresh_from_db()
    assert not HealthReport.objects.exists()
    perform_here(dataset)
    dataset.refresh_from_db()
    assert dataset.awaits_target
    assert dataset.dropped_columns == ["fee"], "what was decided stays"
    click(client, dataset, "fee", "undo")
    dataset = split(client, dataset)
    assert "fee" in stored(dataset).columns
    factories.make_dojo(dataset.owner, dataset=dataset)
    assert "undo-split/" not in client.get(address(dataset)).content.decode()
    refused = client.post(address(dataset, "undo-split/"), follow=True)
    assert "Not undone: a Dojo that uses it has started" in refused.content.decode()
    dataset.refresh_from_db()
    assert dataset.is_ready


def test_a_split_anew_leaves_nothing_of_the_first(
    client: Client, dataset: Dataset, django_capture_on_commit_callbacks: Any
) -> None:
    dataset = split(client, dataset)
    dataset.sensitive_columns = ["born", "income"]
    dataset.save()
    first = dataset.table_path
    client.post(address(dataset, "undo-split/"))
    perform_here(Dataset.objects.get(pk=dataset.pk))
    click(client, dataset, "born", "drop")
    with django_capture_on_commit_callbacks(execute=True):
        dataset = split(client, Dataset.objects.get(pk=dataset.pk))
    assert dataset.table_path != first
    assert not default_storage.exists(first)
    assert dataset.sensitive_columns == ["income"]


def test_a_mark_leaves_other_marks_alone(client: Client, dataset: Dataset) -> None:
    dataset = split(client, dataset)
    for column in dataset.data_schema["columns"]:
        column["leak"] = column["name"] == "income"  # as a planted leak has it, and nothing else
    dataset.save()
    click(client, dataset, "fee", "mark")
    assert {c.name for c in dataset.schema.columns if c.leak} == {"fee", "income"}
    click(client, dataset, "fee", "undo")
    assert {c.name for c in dataset.schema.columns if c.leak} == {"income"}


def test_rows_are_equal_in_all_columns_also_in_those_left_out(
    client: Client, dataset: Dataset
) -> None:
    for words, action in (("repeat", "duplicates"), ("fee", "drop")):
        click(client, dataset, words, action)
    dataset.dropped_columns = ["fee", "income", "client_id"]
    dataset.save()
    dataset = split(client, dataset)
    assert dataset.row_count == ROWS, "and not fewer because what tells rows apart is gone"
    assert [column.name for column in dataset.schema.columns] == ["born", "paid"]


def test_another_target_needs_other_repairs(client: Client, dataset: Dataset) -> None:
    click(client, dataset, "fee", "drop")
    click(client, dataset, "repeat", "duplicates")
    click(client, dataset, "client_id", "fine", reason="Each is another person.")
    assert dataset.columns_answered_for == set(), "of groups, no column is answered for"
    checked(client, dataset)
    assert dataset.dropped_columns == ["fee"], "the same target"
    checked(client, dataset, target=choice(dataset, "paid", "no"))
    assert (dataset.dropped_columns, dataset.dropped_rows, dataset.leak_answers) == ([], [], {})


# --- Who sees it --------------------------------------------------------------------------
def test_a_stranger_finds_no_desk(dataset: Dataset) -> None:
    stranger = Client(headers={"accept-language": "en"})
    stranger.force_login(factories.make_user())
    card = card_about(dataset, "fee")
    posted = {"key": card.key, "action": "drop"}
    assert stranger.get(address(dataset, "leaks/")).status_code == 404
    assert stranger.post(address(dataset, "leaks/"), posted).status_code == 404
    dataset.refresh_from_db()
    assert dataset.dropped_columns == []


def test_who_takes_part_on_the_same_data_is_told_nothing(client: Client, dataset: Dataset) -> None:
    key = card_about(dataset, "fee").key
    dataset = split(client, dataset)
    same = factories.copy_of_dataset(dataset, owner_id=factories.make_user().pk)
    dojo = factories.make_dojo(same.owner, dataset=same)
    factories.services.join_dojo(dojo=dojo, user=dataset.owner, display_name="Owner")
    page = client.get(address(dataset)).content.decode()
    desk = client.get(address(dataset, "leaks/")).content.decode()
    assert "nearly a copy" not in page
    assert "nearly a copy" not in desk
    response = client.post(address(dataset, "leaks/"), {"key": key, "action": "mark"})
    assert response.status_code == 404


def test_participants_see_nothing_of_the_desk(client: Client, dataset: Dataset) -> None:
    click(client, dataset, "fee", "drop")
    dataset = split(client, dataset)
    dojo = factories.make_dojo(dataset.owner, dataset=dataset)
    participant = Client(headers={"accept-language": "en"})
    participant.force_login(factories.join(dojo).people.get())
    page = participant.get(f"/dojos/{dojo.public_id}/data/").content.decode()
    assert "<code>income</code>" in page
    assert "fee" not in page
    assert participant.get(address(dataset)).status_code == 404


def test_the_page_makes_as_many_queries_for_many_findings(
    client: Client, dataset: Dataset, django_assert_num_queries: Any
) -> None:
    check = LeakCheck.objects.get()
    one = check.content["findings"][0]
    with django_assert_num_queries(count_of(client, dataset)):
        many = [one | {"key": f"{n}"} for n in range(30)]
        LeakCheck.objects.filter(pk=check.pk).update(content=check.content | {"findings": many})
        assert client.get(address(dataset)).content.decode().count("finding-") >= 30


def count_of(client: Client, dataset: Dataset) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address(dataset))
    with CaptureQueriesContext(connection) as found:
        client.get(address(dataset))
    return len(found) + 1  # the update above is one
