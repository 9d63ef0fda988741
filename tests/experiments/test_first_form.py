"""The form of a first experiment: a baseline that is proposed, on the columns that may be used."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from classrooms.models import Dojo, Seat
from experiments.alarms.marking import leave_traps, mark_columns
from experiments.models import Experiment, Framing
from experiments.submit.rules import starting_config
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.django_db

COLUMN = "worst_area"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def member() -> Seat:
    return factories.join(factories.make_dojo(), "Ada")


@pytest.fixture
def client(member: Seat) -> Client:
    client = Client(headers=ENGLISH)
    client.force_login(member.people.get())
    return client


def new(seat: Seat) -> str:
    return reverse("experiments:experiment_new", args=[seat.dojo.public_id])


def fresh(dojo: Dojo) -> Dojo:
    return Dojo.objects.get(pk=dojo.pk)


def ticked(dojo: Dojo) -> list[str]:
    return starting_config(fresh(dojo), None).columns.include or []


def test_a_baseline_is_proposed_and_asks_for_one_number(member: Seat, client: Client) -> None:
    page = client.get(new(member))
    text = page.content.decode()
    assert "Its hypothesis is one number" in text
    config_form, hypothesis = page.context["config_form"], page.context["hypothesis"]
    post = {f"{name}": value for name, value in config_form.initial.items() if value is not None}
    post |= {"shape": "{}", "action": "submit", "expected_effect": "0.9"}
    post |= {name: hypothesis[name].value() for name in ("claim", "rationale")}
    response = client.post(new(member), post)
    assert response.status_code == 302, response.context["config_form"].errors
    experiment = Experiment.objects.get()
    assert experiment.is_baseline
    assert experiment.expected_effect == 0.9
    assert "logistic regression on 30 columns" in experiment.claim


def test_the_simplest_model_with_another_setting_is_no_second_baseline(member: Seat) -> None:
    first = factories.submit(member, "logistic_regression")
    factories.finish(first)
    again = factories.submit(member, model="logistic_regression", compared_to=first)
    assert [first.is_baseline, again.is_baseline] == [True, False]


def test_a_marked_column_is_ticked_only_where_it_is_left_as_a_trap(member: Seat) -> None:
    dojo = member.dojo
    assert COLUMN in ticked(dojo)
    mark_columns(dojo.seats.get(role="facilitator"), [COLUMN])
    leave_traps(fresh(dojo), [])
    assert COLUMN not in ticked(dojo)
    leave_traps(fresh(dojo), [COLUMN])
    assert COLUMN in ticked(dojo)


def test_a_planted_leak_is_a_trap_unless_the_facilitator_says_otherwise(member: Seat) -> None:
    dataset = member.dojo.dataset
    for column in dataset.data_schema["columns"]:
        column["leak"] = column["name"] == COLUMN
    dataset.save()
    assert COLUMN in ticked(member.dojo)
    leave_traps(fresh(member.dojo), [])
    assert COLUMN not in ticked(member.dojo)


def test_the_switch_stands_beside_the_mark(cast: Cast) -> None:
    client = cast.clients["facilitator"]
    address = reverse("experiments:marks", args=[cast.dojo.public_id])
    client.post(address, {"columns": [COLUMN], "traps": [COLUMN]})
    assert fresh(cast.dojo).column_traps == {COLUMN: True}
    rows = list(client.get(address).context["form"].rows)
    on = [
        mark.data["value"] for mark, trap in rows if mark.data["selected"] and trap.data["selected"]
    ]
    assert on == [COLUMN]


def test_a_column_that_is_marked_under_way_is_a_trap_unless_switched_off(cast: Cast) -> None:
    client = cast.clients["facilitator"]
    address = reverse("experiments:marks", args=[cast.dojo.public_id])
    form = client.get(address).context["form"]
    client.post(address, {"columns": [COLUMN], "traps": form["traps"].value()})
    assert COLUMN in ticked(cast.dojo)


def test_one_starts_from_any_experiment_of_ones_own(member: Seat, client: Client) -> None:
    first, second = (
        factories.submit(member, "logistic_regression"),
        factories.submit(member, "decision_tree"),
    )
    factories.finish(first)
    factories.finish(second)
    work = client.get(reverse("experiments:workspace", args=[member.dojo.public_id]))
    for one in (first, second):
        assert f"{new(member)}?from={one.public_id}" in work.content.decode()
    page = client.get(new(member), {"from": first.public_id})
    assert "Same as #1, but…" in page.content.decode()
    assert page.context["config_form"].shape.model == "logistic_regression"


def test_letters_are_no_framing(member: Seat, client: Client) -> None:
    address = reverse("experiments:framing", args=[member.dojo.public_id])
    names = ("problem", "data", "metric", "baseline")
    page = client.post(address, dict.fromkeys(names, "x y z"))
    assert set(page.context["form"].errors) == set(names)
    assert not Framing.objects.exists()
    said = {"problem": "Who should be called?", "data": "Biopsies.", "metric": "Recall"}
    assert client.post(address, said | {"baseline": "0.5"}).status_code == 302


def test_a_config_is_checked_as_it_is_typed(member: Seat, client: Client) -> None:
    address = reverse("experiments:yaml_check", args=[member.dojo.public_id])
    text = "version: 2\nmodel:\n  name: decision_tree\n  criterion: best\n"
    (problem,) = client.post(address, {"yaml": text}).json()["problems"]
    assert problem["line"] == 4
    assert "gini" in problem["message"]
    assert client.post(address, {"yaml": "a: ["}).json()["problems"][0]["line"] == 1
    fine = text.replace("best", "entropy")
    assert client.post(address, {"yaml": fine}).json() == {"problems": []}
