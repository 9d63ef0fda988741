"""What the rules of a Dojo let a participant submit."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from classrooms.dojos.settings.rules import has_runs
from classrooms.models import Dojo, DojoRules, Seat
from engine.spec.config import ConfigInvalid
from engine.spec.yaml_text import dump_yaml
from experiments.demo import simulation
from experiments.models import Experiment
from experiments.submit import services
from experiments.submit.config.form import ConfigForm
from experiments.submit.rules import refused_models, starting_config
from tests import factories
from tests.experiments.test_submission import form_data, path

pytestmark = pytest.mark.django_db

THREE = ["dummy", "logistic_regression", "decision_tree"]


def seat(**rules: Any) -> Seat:
    """A participant of a Dojo with these rules."""
    dojo = factories.make_dojo()
    DojoRules.objects.filter(dojo=dojo).update(**rules)
    return factories.join(Dojo.objects.get(pk=dojo.pk))


def client_of(member: Seat) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(member.people.get())
    return client


def work_page(member: Seat) -> str:
    return client_of(member).get(f"/dojos/{member.dojo.public_id}/work/").content.decode()


def voting(member: Seat, *members: str) -> Any:
    values = factories.config_of(member).model_dump(mode="json")
    models = [{"name": name} for name in members]
    return type(factories.config_of(member)).model_validate(
        values | {"model": {"name": "voting", "members": models}}
    )


def test_two_hours_offer_three_models_and_four_hours_all() -> None:
    assert factories.make_dojo(variant="discovery").rules.allowed_models == THREE
    assert factories.make_dojo(variant="standard").rules.allowed_models == []


def test_one_more_than_allowed_is_refused_and_the_workspace_counts_down() -> None:
    member = seat(max_experiments=2)
    assert "2 experiments left" in work_page(member)
    factories.submit(member)
    assert "1 experiment left" in work_page(member)
    factories.finish(factories.submit(member))
    with pytest.raises(services.NoneLeft):
        factories.submit(member)
    page = work_page(member)
    assert "0 experiments left" in page
    assert "/experiments/new/" not in page
    assert client_of(member).get(path(member)).status_code == 302
    posted = client_of(member).post(path(member), form_data(member))
    assert "You have run all 2 experiments" in posted.content.decode()
    assert Experiment.objects.count() == 2


def test_without_a_limit_nothing_is_counted() -> None:
    assert "experiments left" not in work_page(seat())


def test_a_model_that_is_not_offered_is_refused_inside_ensembles_too() -> None:
    member = seat(allowed_models=[*THREE, "voting"])
    factories.submit(member, "decision_tree")
    factories.submit(member, config=voting(member, "decision_tree", "dummy"))
    with pytest.raises(services.ModelRefused):
        factories.submit(member, "random_forest")
    mixed = voting(member, "decision_tree", "random_forest")
    with pytest.raises(services.ModelRefused):
        factories.submit(member, config=mixed)
    [error] = refused_models(mixed, member.dojo.rules.allowed_models)
    assert error.path == ("model", "members", "1", "name")


def test_the_form_offers_the_models_of_the_dojo_and_says_which() -> None:
    member = seat(allowed_models=THREE)
    schema = member.dojo.schema
    form = ConfigForm.for_config(factories.config_of(member), schema, THREE)
    assert [name for name, _label in form.fields["model.name"].choices] == THREE
    data = form_data(member, "random_forest")
    page = client_of(member).post(path(member), data)
    [sentence] = page.context["config_form"].errors["model.name"]
    assert sentence == (
        "This Dojo doesn't offer this model. "
        "Choose from: Dummy, Logistic regression, Decision tree."
    )
    assert not Experiment.objects.exists()


def test_yaml_with_a_model_that_is_not_offered_is_told_where() -> None:
    member = seat(allowed_models=THREE)
    text = dump_yaml(factories.config_of(member, "random_forest"))
    data = form_data(member) | {"yaml": text}
    page = client_of(member).post(path(member), data)
    [sentence] = page.context["config_form"].errors["yaml"]
    assert sentence.startswith("Line 69: model.name: This Dojo doesn't offer this model.")
    assert "random_forest" in page.content.decode()
    assert not Experiment.objects.exists()


def test_choosing_again_puts_an_offered_model_in_the_place_of_another() -> None:
    member = seat(allowed_models=["dummy", "decision_tree", "voting"])
    post = form_data(member, "voting", action="add_member")
    page = client_of(member).post(path(member), post)
    shape = page.context["config_form"].shape
    assert set(shape.members) <= {"dummy", "decision_tree"}
    assert len(shape.members) == 3


def test_a_new_experiment_starts_from_an_offered_model() -> None:
    member = seat()
    forest = factories.submit(member, "random_forest")
    member.dojo.rules.allowed_models = ["dummy", "decision_tree"]
    assert starting_config(member.dojo, forest).model.name == "dummy"
    assert starting_config(member.dojo, None).model.name == "dummy"
    member.dojo.rules.allowed_models = []
    assert starting_config(member.dojo, forest).model.name == "random_forest"


def test_a_required_baseline_cannot_be_waived() -> None:
    member = seat(baseline_rule="require")
    with pytest.raises(services.NotABaseline):
        factories.submit(member, "decision_tree", baseline_waived=True)
    data = form_data(member, "decision_tree", baseline_waived="yes")
    page = client_of(member).post(path(member), data).content.decode()
    assert "a baseline comes first" in page
    assert "Run anyway" not in page
    factories.submit(member, "logistic_regression", baseline_waived=False)
    factories.submit(member, "decision_tree", baseline_waived=False)


def test_a_baseline_that_is_asked_for_can_be_waived() -> None:
    factories.submit(seat(), "decision_tree", baseline_waived=True)


def test_runs_at_once_are_as_many_as_the_dojo_says() -> None:
    member = seat(max_unfinished_runs=1)
    factories.submit(member)
    with pytest.raises(services.TooManyQueued):
        factories.submit(member)


def test_a_dojo_knows_whether_there_are_runs() -> None:
    member, other = seat(), seat()
    factories.submit(member)
    assert has_runs(member.dojo)
    assert not has_runs(other.dojo)


def test_simulated_participants_keep_to_the_rules() -> None:
    member = seat(allowed_models=["dummy", "decision_tree"], baseline_rule="require")
    member.simulated_as = "hurried"
    member.save()
    for _step in range(3):
        member = Seat.objects.select_related("dojo__dataset").get(pk=member.pk)
        simulation.advance(member)
        for experiment in Experiment.objects.filter(seat=member, runs__status="queued"):
            factories.finish(experiment)
    models = [experiment.config["model"]["name"] for experiment in member.experiments.all()]
    assert models == ["dummy", "decision_tree"]


def test_simulated_participants_stop_where_none_is_left() -> None:
    member = seat(max_experiments=1)
    factories.finish(factories.submit(member))
    member.simulated_as = "hurried"
    simulation.advance(member)
    assert member.experiments.count() == 1


def test_the_engine_error_is_that_of_a_config() -> None:
    from experiments.submit.config.limits import runnable_config

    member = seat()
    data = factories.config_of(member, "random_forest").model_dump(mode="json")
    with pytest.raises(ConfigInvalid):
        runnable_config(data, member.dojo.schema, THREE)
    assert runnable_config(data, member.dojo.schema)
