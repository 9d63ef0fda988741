"""Opening a Dojo step by step: what is typed stays, and the quick way is one button."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from classrooms.models import AgendaTemplate, Dataset, Dojo
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    owner = factories.make_user("opener")
    factories.make_dataset(owner)
    client = Client(headers={"accept-language": "en"})
    client.force_login(owner)
    return client


def typed(page: Any) -> dict[str, Any]:
    """What a browser posts of the form on a page."""
    form = page.context["form"]
    boxes = getattr(form, "forms", None)
    fields = [f for row in boxes for f in row] + list(form.management_form) if boxes else list(form)
    values = {}
    for field in fields:
        value = field.value()
        if value is True:
            values[field.html_name] = "on"
        elif value not in (None, False):
            values[field.html_name] = value
    return values


def go(client: Client, step: str, action: str = "next", **changes: Any) -> Any:
    path = "/dojos/new/" if step == "dataset" else f"/dojos/new/{step}/"
    page = client.get(path)
    return client.post(path, {**typed(page), **changes, "action": action})


def test_all_defaults_open_a_dojo_in_one_go(client: Client) -> None:
    response = go(client, "dataset", "open")
    dojo = Dojo.objects.get()
    assert response["Location"] == f"/dojos/{dojo.public_id}/seats/inviting/"
    assert dojo.title == dojo.dataset.title
    assert [phase.planned_minutes for phase in dojo.phases.all()] == [45, 45, 60, 30, 30, 30]
    assert [phase.position for phase in dojo.phases.all()] == [1, 2, 3, 4, 5, 6]
    assert dojo.seats.get().is_facilitator
    assert client.get("/dojos/new/").context["form"].is_bound is False


def test_the_last_step_has_code_projector_letter_and_list(client: Client) -> None:
    page = client.get(go(client, "dataset", "open", title="Churn <b>")["Location"])
    dojo = Dojo.objects.get()
    html = page.content.decode()
    assert [link.name for link in page.context["steps"] if link.is_current] == ["invite"]
    assert [link.is_behind for link in page.context["steps"]] == [True] * 4 + [False]
    base = f"/dojos/{dojo.public_id}"
    for path in (f"{base}/projector/", f"{base}/seats/roster/", f"{base}/cockpit/"):
        assert f'"{path}"' in html
    letter = unquote(page.context["letter"])
    assert letter.startswith("mailto:?subject=")
    assert dojo.join_code in letter
    assert f"http://testserver/join/{dojo.join_code}/" in letter
    assert "Churn <b>" in letter


def test_the_four_steps_open_the_dojo_that_was_described(client: Client) -> None:
    assert go(client, "dataset", title="Churn <b>", language="fr")["Location"] == (
        "/dojos/new/variant/"
    )
    start = {"starts_on": "2027-07-01", "starts_at": "14:00", "time_zone": "Europe/Paris"}
    go(client, "variant", variant="discovery", **start)
    page = client.get("/dojos/new/agenda/")
    assert page.context["timing"].end == "Ends at 16:00, as planned."
    assert "Théorie" in page.content.decode()
    go(client, "agenda", **{"phases-0-planned_minutes": "10", "phases-0-title": "Hello"})
    rules = {"max_experiments": "4", "visibility": "ranks", "false_positive": "1"}
    go(client, "rules", "open", **rules, false_negative="9", success_threshold="0.7")
    dojo = Dojo.objects.get()
    assert (dojo.title, dojo.language, dojo.variant) == ("Churn <b>", "fr", "discovery")
    assert dojo.scheduled_for == datetime(2027, 7, 1, 12, tzinfo=UTC)
    first = dojo.phases.all()[0]
    assert (first.title, first.planned_minutes) == ("Hello", 10)
    assert dojo.rules.allowed_models == ["dummy", "logistic_regression", "decision_tree"]
    assert (dojo.rules.max_experiments, dojo.rules.visibility) == (4, "ranks")
    assert (dojo.costs["false_positive"], dojo.costs["false_negative"]) == (1.0, 9.0)


def test_going_back_keeps_what_was_typed_even_if_it_is_wrong(client: Client) -> None:
    go(client, "dataset", title="Mine")
    response = go(client, "variant", "to:dataset", time_zone="Europe/Pari", variant="advanced")
    assert response["Location"] == "/dojos/new/dataset/"
    assert client.get("/dojos/new/").context["form"]["title"].value() == "Mine"
    page = client.get("/dojos/new/variant/")
    assert page.context["form"]["variant"].value() == "advanced"
    assert 'value="Europe/Pari"' in page.content.decode()
    assert page.context["form"].errors["time_zone"] == [
        "Unknown time zone “Europe/Pari”. Enter one such as Europe/Paris."
    ]


def test_opening_goes_to_the_step_that_is_to_mend(client: Client) -> None:
    go(client, "variant", "to:rules", time_zone="Mars/Olympus")
    assert go(client, "rules", "open")["Location"] == "/dojos/new/variant/"
    assert not Dojo.objects.exists()


def test_another_variant_brings_its_own_agenda_and_models_unless_they_were_changed(
    client: Client,
) -> None:
    go(client, "variant")
    go(client, "agenda")
    go(client, "rules", "to:variant")
    go(client, "variant", variant="discovery")
    assert len(client.get("/dojos/new/agenda/").context["form"].forms) == 5
    rules = client.get("/dojos/new/rules/").context["form"]
    assert len(rules["allowed_models"].value()) == 3
    go(client, "agenda", **{"phases-0-title": "Mine"})
    go(client, "rules", "to:variant", allowed_models=["dummy", "xgboost"])
    go(client, "variant", variant="standard")
    assert len(client.get("/dojos/new/agenda/").context["form"].forms) == 5
    rules = client.get("/dojos/new/rules/").context["form"]
    assert rules["allowed_models"].value() == ["dummy", "xgboost"]


def test_another_dataset_brings_its_own_measure_unless_it_was_changed(client: Client) -> None:
    first = Dataset.objects.get()
    second = factories.copy_of_dataset(first, bundled_key="tickets")

    def measure() -> tuple[str, float]:
        form = client.get("/dojos/new/rules/").context["form"]
        return form["primary_metric"].value(), float(form["success_threshold"].value())

    go(client, "dataset", dataset=first.public_id)
    go(client, "rules", "to:dataset")
    assert measure() == ("roc_auc", 0.8)
    go(client, "dataset", dataset=second.public_id)
    assert measure() == ("average_precision", 0.8)
    go(client, "rules", "to:dataset", success_threshold="0.9", primary_metric="f1")
    go(client, "dataset", dataset=first.public_id)
    assert measure() == ("f1", 0.9)


def test_moving_phases_in_the_wizard_is_kept_without_being_saved(client: Client) -> None:
    titles = [f["title"].value() for f in client.get("/dojos/new/agenda/").context["form"].forms]
    go(client, "agenda", "down:0", **{"phases-0-title": "First"})
    go(client, "agenda", "remove:5")
    page = client.get("/dojos/new/agenda/")
    found = [form["title"].value() for form in page.context["form"].forms]
    assert found == [titles[1], "First", *titles[2:5]]


def test_counting_minutes_keeps_nothing(client: Client) -> None:
    page = go(client, "agenda", "count", **{"phases-0-planned_minutes": "15"})
    assert page.context["timing"].total == "3 h 30 min"
    assert not client.get("/dojos/new/agenda/").context["form"].is_bound


def test_a_kept_agenda_opens_another_dojo(client: Client) -> None:
    page = go(client, "agenda", "keep", template_title="Short", **{"phases-0-title": "Hi"})
    assert "is now one of your templates" in page.content.decode()
    template = AgendaTemplate.objects.get()
    client.post("/dojos/new/", {"action": "anew"})
    go(client, "agenda", "use", source=f"template:{template.public_id}")
    go(client, "rules", "open")
    assert Dojo.objects.get().phases.all()[0].title == "Hi"
    again = go(client, "agenda", "keep", template_title="Short")
    assert "You already have a template with this title." in again.content.decode()
    assert AgendaTemplate.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"starts_on": "2027-03-28", "starts_at": "02:30"}, "starts_at", "go forward"),
        ({"starts_on": "2027-03-28"}, "starts_at", "Enter both"),
        ({"starts_at": "02:30"}, "starts_on", "Enter both"),
        ({"starts_on": "2020-01-01", "starts_at": "09:00"}, "starts_on", "in the past"),
        ({"starts_on": "soon", "starts_at": "09:00"}, "starts_on", "Enter a valid date"),
        ({"time_zone": "../etc/passwd"}, "time_zone", "Unknown time zone"),
        ({"variant": "solo"}, "variant", "not one of the available choices"),
    ],
)
def test_a_start_that_cannot_be_is_told_beside_its_field(
    changes: dict[str, str], field: str, words: str, client: Client
) -> None:
    page = go(client, "variant", **{"time_zone": "Europe/Paris", **changes})
    assert list(page.context["form"].errors) == [field]
    assert words in str(page.context["form"].errors[field])


def test_an_hour_that_comes_twice_is_the_first(client: Client) -> None:
    start = {"starts_on": "2027-10-31", "starts_at": "02:30", "time_zone": "Europe/Paris"}
    go(client, "variant", "open", **start)
    dojo = Dojo.objects.get()
    assert dojo.scheduled_for == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"phases-0-planned_minutes": "0"}, "planned_minutes"),
        ({"phases-0-planned_minutes": "241"}, "planned_minutes"),
        ({"phases-0-planned_minutes": "long"}, "planned_minutes"),
        ({"phases-0-title": " "}, "title"),
        ({"phases-0-content": "x" * 301}, "content"),
        ({"phases-0-kind": "party"}, "kind"),
    ],
)
def test_a_phase_that_cannot_be_is_told_beside_its_field(
    changes: dict[str, str], field: str, client: Client
) -> None:
    page = go(client, "agenda", **changes)
    assert list(page.context["form"].forms[0].errors) == [field]


def test_a_row_without_a_word_is_not_passed_over(client: Client) -> None:
    first = {"phases-0-title": "One", "phases-0-kind": "theory", "phases-0-planned_minutes": "5"}
    post = {**first, "phases-TOTAL_FORMS": "2", "phases-INITIAL_FORMS": "0", "action": "open"}
    assert client.post("/dojos/new/agenda/", post)["Location"] == "/dojos/new/agenda/"
    assert "title" in client.get("/dojos/new/agenda/").context["form"].forms[1].errors


@pytest.mark.parametrize(
    "post",
    [
        {},
        {"phases-TOTAL_FORMS": "99999", "phases-INITIAL_FORMS": "0"},
        {"phases-TOTAL_FORMS": "-1", "phases-INITIAL_FORMS": "x"},
        {"phases-TOTAL_FORMS": "1", "phases-INITIAL_FORMS": "0", "phases-0-was": "7"},
    ],
)
@pytest.mark.parametrize("action", ["next", "up:0", "down:x", "remove:99", "add", "keep", "use"])
def test_whatever_is_posted_nothing_breaks(
    post: dict[str, str], action: str, client: Client
) -> None:
    page = client.post("/dojos/new/agenda/", {**post, "action": action})
    assert page.status_code == 200
    assert client.get("/dojos/new/agenda/").status_code == 200


def test_without_a_dataset_there_is_the_way_to_one() -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user())
    page = client.get("/dojos/new/").content.decode()
    assert "/datasets/new/" in page
    response = client.post("/dojos/new/", {"action": "open"})
    assert response["Location"] == "/dojos/new/dataset/"
    assert client.get("/dojos/new/nowhere/").status_code == 404
