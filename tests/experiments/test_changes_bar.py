"""The bar that says what a config on its way changes, and takes it back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from classrooms.models import Dojo, Seat
from experiments.models import Experiment
from experiments.submit.changes_bar import changes_bar
from experiments.submit.config.form import ConfigForm
from tests import factories
from tests.experiments.test_config_form import post_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def experiment() -> Experiment:
    experiment = factories.submit(factories.join(factories.make_dojo()), "logistic_regression")
    factories.finish(experiment)
    return Experiment.objects.with_results().get(pk=experiment.pk)


@pytest.fixture
def client(experiment: Experiment) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(experiment.seat.people.get())
    return client


def typed(experiment: Experiment, *left_out: str, action: str = "") -> dict[str, Any]:
    """The form as it starts from the experiment, without some columns."""
    schema = experiment.seat.dojo.schema
    post = post_of(ConfigForm.for_config(experiment.parsed_config, schema))
    kept = [name for name in post.getlist("columns.include") if name not in left_out]
    fields = {name: post.getlist(name) for name in post} | {"columns.include": kept}
    hypothesis = {"claim": "Less is more", "compared_to": experiment.public_id}
    return fields | hypothesis | ({"action": action} if action else {})


def test_the_ruler_brings_the_changes_with_it(client: Client, experiment: Experiment) -> None:
    address = f"/dojos/{experiment.seat.dojo.public_id}/experiments/new/ruler/"
    nothing = client.post(address, typed(experiment)).content.decode()
    assert "Nothing has changed since #1 yet." in nothing
    found = client.post(address, typed(experiment, "mean_area", "mean_radius")).content.decode()
    assert "2 changes since #1:" in found
    assert "− column mean_radius, − column mean_area" in found
    assert 'id="changes"' in found
    assert "hx-swap-oob" in found


def test_to_undo_brings_the_references_config_and_loses_no_word(
    client: Client, experiment: Experiment
) -> None:
    address = f"/dojos/{experiment.seat.dojo.public_id}/experiments/new/"
    page = client.post(address, typed(experiment, "mean_area", action="restore"))
    assert "mean_area" in page.context["config_form"].features.value()
    assert page.context["hypothesis"]["claim"].value() == "Less is more"
    assert Experiment.objects.count() == 1


def test_nobody_elses_config_is_brought(client: Client, experiment: Experiment) -> None:
    other = factories.submit(factories.join(experiment.seat.dojo), "random_forest")
    address = f"/dojos/{experiment.seat.dojo.public_id}/experiments/new/"
    post = typed(experiment, action="restore") | {"compared_to": other.public_id}
    page = client.post(address, post)
    assert page.context["config_form"].shape.model == "logistic_regression"


def test_only_who_knows_the_marks_has_them_left_out_of_the_count(experiment: Experiment) -> None:
    Dojo.objects.update(column_marks={"mean_area": True})
    seat = Seat.objects.with_dojo().get(pk=experiment.seat_id)
    config = experiment.parsed_config
    columns = config.columns.model_copy(update={"exclude": ["mean_area", "mean_radius"]})
    bar = changes_bar(seat, experiment, config.model_copy(update={"columns": columns}))
    assert bar is not None
    assert bar.count == 2
