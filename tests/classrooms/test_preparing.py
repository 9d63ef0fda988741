"""Preparing a Dojo: rules and start, and what no longer changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from classrooms.agenda import timeline
from classrooms.dojos.schedule import Schedule
from classrooms.dojos.services import describe_dojo
from classrooms.dojos.settings.rules import change_rules
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, DojoRules, Seat
from engine.spec.schema import Costs
from tests import factories
from tests.classrooms.prepare_pages import client_of, path
from tests.classrooms.test_opening import typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def dojo() -> Dojo:
    return factories.make_dojo(started=False)


@pytest.fixture
def client(dojo: Dojo) -> Client:
    return client_of(dojo)


def change(client: Client, dojo: Dojo, part: str, **changes: Any) -> Any:
    page = client.get(path(dojo, part))
    return client.post(path(dojo, part), {**typed(page), **changes})


def test_rules_change_until_they_matter(dojo: Dojo, client: Client) -> None:
    change(client, dojo, "rules/", primary_metric="f1", visibility="nothing", max_experiments="3")
    dojo.refresh_from_db()
    assert (dojo.primary_metric, dojo.rules.visibility, dojo.rules.max_experiments) == (
        "f1",
        "nothing",
        3,
    )
    assert dojo.rules.allowed_models == []
    timeline.start_dojo(dojo)
    factories.submit(factories.join(dojo))
    page = client.get(path(dojo, "rules/")).content.decode()
    assert "existing runs were measured by it" in page
    change(client, dojo, "rules/", primary_metric="recall", false_positive="1", visibility="ranks")
    dojo.refresh_from_db()
    assert (dojo.primary_metric, dojo.costs, dojo.rules.visibility) == ("f1", {}, "ranks")


def test_a_run_that_comes_while_somebody_changes_the_rules_wins(dojo: Dojo) -> None:
    timeline.start_dojo(dojo)
    factories.submit(factories.join(dojo))
    kept: dict[str, Any] = {
        "primary_metric": dojo.primary_metric,
        "success_threshold": 0.9,
        "costs": None,
        "rules": DojoRules(visibility="ranks"),
    }
    change_rules(dojo, **kept)
    for measure in ({"primary_metric": "f1"}, {"costs": Costs(false_positive=1, false_negative=2)}):
        with pytest.raises(NotNow):
            change_rules(dojo, **kept | measure)
    other = factories.make_dataset(dojo.dataset.owner)
    other.pk, other.public_id = None, "another12345"
    other.save()
    about: dict[str, Any] = {
        "title": "",
        "language": "fr",
        "dataset": dojo.dataset,
        "schedule": Schedule(None, "UTC"),
    }
    describe_dojo(dojo, **about)
    with pytest.raises(NotNow):
        describe_dojo(dojo, **about | {"dataset": other})
    dojo.refresh_from_db()
    assert (dojo.primary_metric, dojo.success_threshold, dojo.rules.visibility) == (
        "roc_auc",
        0.9,
        "ranks",
    )
    assert (dojo.title, dojo.language) == (dojo.dataset.title, "fr")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"primary_metric": "expected_cost"}, "false_positive"),
        ({"success_threshold": "8"}, "success_threshold"),
        ({"max_experiments": "0"}, "max_experiments"),
        ({"max_unfinished_runs": "51"}, "max_unfinished_runs"),
        ({"allowed_models": []}, "allowed_models"),
        ({"allowed_models": ["voting"]}, "allowed_models"),
        ({"allowed_models": ["xgboost"], "baseline_rule": "require"}, "allowed_models"),
        ({"visibility": "all"}, "visibility"),
    ],
)
def test_a_rule_that_cannot_be_is_told_beside_its_field(
    changes: dict[str, Any], field: str, dojo: Dojo, client: Client
) -> None:
    page = change(client, dojo, "rules/", **changes)
    assert field in page.context["form"].errors
    assert page.context["form"].errors[field]


def test_the_dataset_changes_until_there_are_runs(dojo: Dojo, client: Client) -> None:
    other = factories.make_dataset(dojo.dataset.owner)
    other.pk, other.public_id, other.title = None, "another12345", "Another"
    other.save()
    change(client, dojo, "details/", dataset=other.public_id)
    dojo.refresh_from_db()
    assert dojo.dataset == other
    timeline.start_dojo(dojo)
    Dojo.objects.filter(pk=dojo.pk).update(dataset=factories.make_dataset(other.owner))
    factories.submit(factories.join(dojo))
    change(client, dojo, "details/", dataset=other.public_id, title="Renamed")
    dojo.refresh_from_db()
    assert dojo.dataset != other
    assert dojo.title == "Renamed"


def test_somebody_elses_dataset_cannot_be_taken(dojo: Dojo, client: Client) -> None:
    other = factories.make_dataset(dojo.dataset.owner)
    other.pk, other.public_id, other.owner = None, "another12345", factories.make_user()
    other.save()
    page = change(client, dojo, "details/", dataset=other.public_id)
    assert list(page.context["form"].errors) == ["dataset"]


def test_the_start_is_told_in_the_zone_of_the_dojo(dojo: Dojo, client: Client) -> None:
    start = {"starts_on": "2027-07-01", "starts_at": "09:30", "time_zone": "Asia/Tokyo"}
    change(client, dojo, "details/", **start)
    dojo.refresh_from_db()
    assert dojo.scheduled_for == datetime(2027, 7, 1, 0, 30, tzinfo=UTC)
    told = "Thursday 1 July 2027, 09:30 (Asia/Tokyo)"
    for page in (path(dojo), f"/dojos/{dojo.public_id}/cockpit/", "/"):
        assert told in client.get(page).content.decode(), page
    form = client.get(path(dojo, "details/")).context["form"]
    assert form["starts_at"].value().strftime("%H:%M") == "09:30"


def test_a_start_that_is_near_is_counted_down(dojo: Dojo, client: Client) -> None:
    def clock() -> str:
        return client.get(f"/dojos/{dojo.public_id}/clock/").content.decode()

    Dojo.objects.filter(pk=dojo.pk).update(scheduled_for=timezone.now() + timedelta(days=2))
    assert "data-left" not in clock()
    Dojo.objects.filter(pk=dojo.pk).update(scheduled_for=timezone.now() + timedelta(hours=2))
    assert 'data-running="true"' in clock()
    timeline.start_dojo(dojo)
    assert "Starts" not in clock()


def test_a_start_in_the_past_is_refused_only_where_it_is_new(dojo: Dojo, client: Client) -> None:
    past = timezone.now() - timedelta(hours=1)
    Dojo.objects.filter(pk=dojo.pk).update(scheduled_for=past.replace(second=0, microsecond=0))
    assert change(client, dojo, "details/", title="Late").status_code == 302
    page = change(client, dojo, "details/", starts_on="2020-01-01")
    assert list(page.context["form"].errors) == ["starts_on"]


# --- Pages ----------------------------------------------------------------------------
@pytest.mark.parametrize("part", ["", "agenda/", "rules/", "details/"])
def test_queries_do_not_grow_with_people(
    part: str, dojo: Dojo, client: Client, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for wanted in (1, 3, 10):
        while dojo.seats.participants().count() < wanted:
            factories.join(dojo)
        with django_assert_max_num_queries(40) as found:
            assert client.get(path(dojo, part)).status_code == 200
        counts.append(len(found))
    assert len(set(counts)) == 1, counts


def test_a_participant_sees_none_of_it(dojo: Dojo) -> None:
    member: Seat = factories.join(dojo)
    client = Client()
    client.force_login(member.people.get())
    assert "/prepare/" not in client.get(f"/dojos/{dojo.public_id}/work/").content.decode()
