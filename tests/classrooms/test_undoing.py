"""Until a Dojo starts, its data can be split anew or be others; then no more."""

from typing import Any

import pytest
from django.test import Client

from classrooms.agenda.timeline import start_dojo
from classrooms.datasets.services import delete_dataset, undo_split
from classrooms.dojos import services
from classrooms.exceptions import DataNotReady, NotNow
from classrooms.models import Dataset, User
from jobs.perform import perform_here
from tests import factories
from tests.classrooms.test_datasets import GOOD, choose, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return factories.make_user()


@pytest.fixture
def client(owner: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(owner)
    return client


@pytest.fixture
def dataset(client: Client) -> Dataset:
    return choose(client, upload(client, GOOD))


def page(client: Client, dataset: Dataset) -> str:
    return client.get(f"/datasets/{dataset.public_id}/").content.decode()


def press_start(client: Client, dojo: Any) -> str:
    posted = {"seen": dojo.moment}
    url = f"/dojos/{dojo.public_id}/clock/start/"
    return client.post(url, posted, follow=True).content.decode()


def test_a_dojo_that_has_not_started_lets_its_data_be_split_anew(
    client: Client, owner: User, dataset: Dataset
) -> None:
    dojo = factories.make_dojo(owner, dataset=dataset, started=False)
    html = page(client, dataset)
    assert "hasn't started: it keeps its" in html
    assert f"Dojos use it: {dojo.title}" in " ".join(html.split())
    client.post(f"/datasets/{dataset.public_id}/undo-split/")
    perform_here(Dataset.objects.get(pk=dataset.pk))
    assert client.get(f"/dojos/{dojo.public_id}/data/").status_code == 200
    assert client.get(f"/dojos/{dojo.public_id}/prepare/").status_code == 200
    assert "Split the dataset first" in press_start(client, dojo)
    dojo.refresh_from_db()
    assert not dojo.has_started
    dataset = choose(client, Dataset.objects.get(pk=dataset.pk), split_kind="group", split_by="0")
    dataset = dataset if dataset.is_ready else choose(client, dataset)
    assert dataset.is_ready, dataset.failure_code
    press_start(client, dojo)
    dojo.refresh_from_db()
    assert dojo.has_started


def test_a_dojo_that_has_started_holds_its_data(
    client: Client, owner: User, dataset: Dataset
) -> None:
    factories.make_dojo(owner, dataset=dataset, started=False)
    factories.make_dojo(owner, dataset=dataset)
    assert "undo-split/" not in page(client, dataset)
    for verb in (undo_split, delete_dataset):
        with pytest.raises(NotNow):
            verb(dataset)
    assert Dataset.objects.get(pk=dataset.pk).is_ready


def test_no_dojo_is_opened_or_started_on_data_that_are_being_split_anew(
    owner: User, dataset: Dataset, client: Client
) -> None:
    dojo = factories.make_dojo(owner, dataset=dataset, started=False)
    undo_split(dataset)
    with pytest.raises(DataNotReady):
        start_dojo(dojo)
    # Chosen before the split was undone.
    with pytest.raises(DataNotReady):
        factories.make_dojo(owner, dataset=dataset, started=False)
    other = factories.make_dojo(owner, started=False)
    about = {"title": "", "language": "en", "schedule": services.Schedule(None, "UTC")}
    with pytest.raises(DataNotReady):
        services.describe_dojo(other, dataset=dataset, **about)
    refused = client.post(f"/dojos/{dojo.public_id}/clone/", follow=True)
    assert "Not cloned" in refused.content.decode()


def details_of(client: Client, dojo: Any, **changes: Any) -> Any:
    url = f"/dojos/{dojo.public_id}/prepare/details/"
    form = client.get(url).context["form"]
    values = {name: form[name].initial for name in form.fields}
    posted = {name: value for name, value in values.items() if value not in (None, False)}
    return client.post(url, posted | changes)


def test_other_data_for_a_dojo_are_told_and_confirmed(
    client: Client, owner: User, dataset: Dataset
) -> None:
    Dataset.objects.filter(pk=dataset.pk).update(sensitive_columns=["x"])
    dojo = factories.make_dojo(owner, dataset=dataset, started=False)
    dojo.column_marks = {"level": True, "x": False}
    dojo.save()
    later = choose(client, upload(client, GOOD.replace("level", "rank<b>")), value="no")
    response = details_of(client, dojo, dataset=later.public_id)
    html = " ".join(response.content.decode().split())
    assert response.status_code == 200
    assert "“paid = yes” to “paid = no”" in html
    assert "lacks the columns: level." in html
    assert "not in the new data: x." in html
    dojo.refresh_from_db()
    assert dojo.dataset == dataset
    assert details_of(client, dojo, dataset=later.public_id, replaces="on").status_code == 302
    dojo.refresh_from_db()
    assert (dojo.dataset, dojo.column_marks) == (later, {"x": False})


def test_data_that_change_no_rule_are_replaced_at_once(
    client: Client, owner: User, dataset: Dataset
) -> None:
    dojo = factories.make_dojo(owner, dataset=dataset, started=False)
    later = choose(client, upload(client, GOOD))
    assert details_of(client, dojo, dataset=later.public_id).status_code == 302
    dojo.refresh_from_db()
    assert dojo.dataset == later
