"""From the form to the queue: hypothesis first, nothing typed is lost."""

from typing import Any

import jsonschema
import pytest
from django.test import Client

from classrooms.agenda import timeline
from classrooms.models import DojoRules, Seat
from engine.spec.models import MODELS
from engine.spec.yaml_text import dump_short_yaml
from experiments.models import Experiment
from experiments.submit import services
from experiments.submit.config.form import ConfigForm
from experiments.submit.config.yaml import YamlForm
from tests import factories

pytestmark = pytest.mark.django_db

HYPOTHESIS = {"claim": "C is right.", "rationale": "It was once.", "expected_effect": "0.9"}


@pytest.fixture
def member() -> Seat:
    return factories.join(factories.make_dojo())


@pytest.fixture
def client(member: Seat) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(member.people.get())
    return client


def path(member: Seat) -> str:
    return f"/dojos/{member.dojo.public_id}/experiments/new/"


def form_data(member: Seat, model: str = "logistic_regression", **changes: Any) -> dict:
    """What a browser posts for the untouched form of a model."""
    form = ConfigForm.for_config(factories.config_of(member, model), member.dojo.dataset.schema)
    values = {}
    for name in form.fields:
        value = form.get_initial_for_field(form.fields[name], name)
        if value is True:
            values[name] = "on"
        elif value is not None and value is not False:
            values[name] = value
    return {**values, **HYPOTHESIS, "action": "submit", **changes}


@pytest.mark.parametrize("model", MODELS)
def test_the_form_of_every_model_gives_the_config_that_it_shows(
    model: str, member: Seat, client: Client
) -> None:
    response = client.post(path(member), form_data(member, model, baseline_waived="yes"))
    assert response.status_code == 302, response.context["config_form"].errors
    experiment = Experiment.objects.get(seat=member)
    assert experiment.parsed_config == factories.config_of(member, model)
    assert experiment.run.status == "queued"


def test_without_a_hypothesis_nothing_runs_and_all_stays_typed(
    member: Seat, client: Client
) -> None:
    data = form_data(member, claim=" ", rationale="My own reason", **{"model.C": "7.5"})
    page = client.post(path(member), data)
    assert page.context["hypothesis"].errors.keys() == {"claim"}
    assert "My own reason" in page.content.decode()
    assert 'value="7.5"' in page.content.decode()
    assert not Experiment.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("model.C", "0", "0.0001 or more"),
        ("model.max_iter", "many", "whole number"),
        ("validation.folds", "99", "10 or less"),
        ("columns.include", ["nowhere"], "not one of the available choices"),
        ("seed", "-1", "0 or more"),
        ("expected_effect", "soon", "Enter a number"),
    ],
)
def test_bad_values_are_told_beside_their_field(
    field: str, value: Any, words: str, member: Seat, client: Client
) -> None:
    page = client.post(path(member), form_data(member, **{field: value}))
    errors = {**page.context["hypothesis"].errors, **page.context["config_form"].errors}
    assert list(errors) == [field]
    assert words in str(errors[field])
    assert not Experiment.objects.exists()


def test_a_number_below_what_the_models_hold_is_refused_by_the_engine(
    member: Seat, client: Client
) -> None:
    data = form_data(member, "xgboost", **{"model.reg_lambda": "1e-300"})
    page = client.post(path(member), data | {"baseline_waived": "yes"})
    assert "Must be 0, or" in str(page.context["config_form"].errors["model.reg_lambda"])


def test_the_first_experiment_is_asked_to_be_a_baseline(member: Seat, client: Client) -> None:
    data = form_data(member, "decision_tree")
    page = client.post(path(member), data)
    assert "How will you know it's better?" in page.content.decode()
    assert not Experiment.objects.exists()
    switched = client.post(path(member), data | {"action": "baseline"})
    assert switched.context["config_form"].shape.model == "logistic_regression"
    assert client.post(path(member), data | {"baseline_waived": "yes"}).status_code == 302


def test_changing_the_model_keeps_everything_else(member: Seat, client: Client) -> None:
    data = form_data(member, action="reshape", seed="77", **{"model.name": "lightgbm"})
    data["preparation.numeric.impute"] = "mean"
    page = client.post(path(member), data, headers={"hx-request": "true"})
    form = page.context["config_form"]
    assert form.shape.model == "lightgbm"
    assert form["seed"].value() == "77"
    assert form["preparation.numeric.impute"].value() == "mean"
    assert "<html" not in page.content.decode()


def test_yaml_and_form_are_the_same_config(member: Seat, client: Client) -> None:
    page = client.post(path(member), form_data(member, action="to_yaml"))
    text = page.context["config_form"].initial["yaml"]
    assert text == dump_short_yaml(factories.config_of(member))
    text = f"# my notes\n{text}"
    back = client.post(path(member), {**HYPOTHESIS, "yaml": text, "action": "to_form"})
    assert isinstance(back.context["config_form"], ConfigForm)
    assert 'name="typed_yaml" value="# my notes' in back.content.decode()
    again = form_data(member, action="to_yaml") | {"typed_yaml": text}
    assert client.post(path(member), again).context["config_form"].initial["yaml"] == text
    sent = client.post(path(member), {**HYPOTHESIS, "yaml": text, "action": "submit"})
    assert sent.status_code == 302


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("columns: [", "Line 1 is not plain YAML"),
        ("- a", "name: value"),
        ("a: &b 1\nc: *b", "not plain YAML"),
        ("columns: {include: [worst_aera]}\nmodel: {name: dummy}", "Did you mean “worst_area”?"),
        ("columns: {include: [diagnosis]}\nmodel: {name: dummy}", "is the target"),
        ("columns: {include: [worst_area]}\nmodel: {name: gpt}", "There is no “gpt”"),
        (
            "columns: {include: [worst_area]}\nmodel: {name: dummy}\nmagic: 1",
            "magic: Unknown setting",
        ),
        (
            "columns: {include: [worst_area]}\nmodel: {name: logistic_regression, C: -1}",
            "model.C: Must be",
        ),
        (
            "columns: {include: [worst_area]}\nmodel: {name: dummy}\nseed: 'x'",
            "seed: Must be a whole",
        ),
        ("columns: {exclude_types: [numeric]}\nmodel: {name: dummy}", "Choose at least one column"),
        (
            "version: 1\ncolumns: {include: [worst_area]}\nmodel: {name: dummy}",
            "version: Must be one of",
        ),
    ],
)
def test_wrong_yaml_is_told_by_its_path(
    text: str, words: str, member: Seat, client: Client
) -> None:
    page = client.post(path(member), {**HYPOTHESIS, "yaml": text, "action": "submit"})
    form = page.context["config_form"]
    assert isinstance(form, YamlForm)
    assert words in " ".join(form.errors["yaml"])
    assert text in form["yaml"].value()


def test_what_is_registered_never_changes(member: Seat) -> None:
    experiment = Experiment.objects.get(pk=factories.submit(member).pk)
    for field, value in {"claim": "Another", "config": {}, "number": 9}.items():
        changed = Experiment.objects.get(pk=experiment.pk)
        setattr(changed, field, value)
        with pytest.raises(ValueError, match="never change"):
            changed.save()


def test_numbers_count_per_participant(member: Seat) -> None:
    neighbour = factories.join(member.dojo)
    numbers = [factories.submit(who).number for who in (member, member, neighbour)]
    assert numbers == [1, 2, 1]


def test_a_participant_cannot_fill_the_queue(member: Seat) -> None:
    DojoRules.objects.update(max_unfinished_runs=2)
    factories.submit(member)
    factories.submit(member)
    with pytest.raises(services.TooManyQueued):
        factories.submit(member)
    assert Experiment.objects.count() == 2


def test_an_ended_dojo_takes_no_run(member: Seat, client: Client) -> None:
    for _phase in range(6):
        timeline.advance_dojo(member.dojo)
    page = client.post(path(member), form_data(member))
    assert "has just ended" in page.content.decode()
    assert page.context["hypothesis"]["claim"].value() == form_data(member)["claim"]
    assert client.get(path(member)).status_code == 302
    assert not Experiment.objects.exists()


def test_a_decision_needs_an_analysis_and_closes(member: Seat, client: Client) -> None:
    experiment = factories.submit(member)
    url = experiment.get_absolute_url()
    conclusion = {"analysis": "", "decision": "keep", "next_step": "More trees"}
    assert client.post(url, conclusion).context["form"].errors.keys() == {"analysis"}
    waiting = client.post(url, conclusion | {"analysis": "Because."})
    assert "can&#x27;t be concluded now" in waiting.content.decode()
    factories.finish(experiment)
    client.post(url, conclusion | {"decision": "", "analysis": "First thoughts"})
    experiment.refresh_from_db()
    assert (experiment.is_closed, experiment.analysis) == (False, "First thoughts")
    client.post(url, conclusion | {"analysis": "Because."})
    timeline.advance_dojo(member.dojo)
    late = client.post(url, conclusion | {"analysis": "Rewritten history"})
    assert "can&#x27;t be corrected any more" in late.content.decode()
    experiment.refresh_from_db()
    assert (experiment.is_closed, experiment.analysis) == (True, "Because.")


def test_the_next_experiment_starts_from_this_one(member: Seat, client: Client) -> None:
    experiment = factories.submit(member, "random_forest")
    factories.finish(experiment)
    services.record_analysis(experiment, analysis="a", decision="keep", next_step="Deeper trees")
    page = client.get(path(member), {"from": experiment.public_id})
    assert page.context["config_form"].shape.model == "random_forest"
    assert page.context["hypothesis"]["claim"].value() == "Deeper trees"
    assert page.context["hypothesis"]["compared_to"].value() == experiment.public_id
    neighbour = factories.submit(factories.join(member.dojo))
    assert client.get(path(member), {"from": neighbour.public_id}).status_code == 404


def test_one_cannot_compare_to_anothers_experiment(member: Seat, client: Client) -> None:
    factories.submit(member)
    neighbours = factories.submit(factories.join(member.dojo))
    page = client.post(path(member), form_data(member, compared_to=neighbours.public_id))
    assert "compared_to" in page.context["hypothesis"].errors


def test_cancelling_keeps_the_run_in_the_log(member: Seat, client: Client) -> None:
    experiment = factories.submit(member)
    client.post(experiment.get_absolute_url() + "cancel/")
    assert experiment.runs.get().status == "cancelled"
    page = client.get(experiment.get_absolute_url()).content.decode()
    assert "Cancelled at your request." in page


def test_the_schema_for_editors_accepts_what_the_form_writes(member: Seat, client: Client) -> None:
    schema = client.get("/config.schema.json").json()
    for model in MODELS:
        config = factories.config_of(member, model).model_dump(mode="json")
        jsonschema.validate(config, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(config | {"folds": 5}, schema)
