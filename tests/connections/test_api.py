"""Submitting from outside: by the rules of the form, with a token only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis.strategies import booleans
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from classrooms.agenda import timeline
from classrooms.models import Dojo, DojoRules, DojoStage
from connections.access_tokens.services import make_token
from connections.models import AccessToken
from experiments.models import Experiment, Run
from tests import factories
from tests.conftest import Cast
from tests.connections.conftest import Caller, caller_for

CHECKS = (
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
CONFIG = {"model": {"name": "logistic_regression", "C": 0.1}}

NUL = CONFIG | {"new_features": [{"name": "a\0", "operation": "log1p", "column": "mean_area"}]}


def body(**fields: Any) -> dict[str, Any]:
    return {
        "claim": "A stronger penalty generalises better.",
        "rationale": "The training score was much better than the test score.",
        "expected_effect": 0.01,
        "compared_to": 1,
        "config": CONFIG,
    } | fields


def experiments_path(cast: Cast) -> str:
    return f"/dojos/{cast.dojo.public_id}/experiments"


def test_an_experiment_is_submitted_and_its_result_read(cast: Cast, participant: Caller) -> None:
    answer = participant.post(experiments_path(cast), body())
    assert answer.status_code == 201, answer.content
    created = answer.json()
    assert (created["number"], created["status"], created["is_finished"]) == (2, "queued", False)
    stored = Experiment.objects.get(public_id=created["id"])
    assert stored.seat == cast.participant
    assert stored.claim == "A stronger penalty generalises better."
    assert stored.compared_to == cast.experiment
    assert stored.config["model"]["C"] == 0.1

    factories.finish(stored, test=0.97)
    found = participant.get(f"{experiments_path(cast)}/{created['id']}").json()
    assert found["is_finished"]
    assert found["scores"]["test"]["roc_auc"] == 0.97
    assert found["scores"]["holdout"] is None
    assert found["difference"] == pytest.approx(0.02)
    assert found["sentence"]
    assert [one["number"] for one in participant.get(experiments_path(cast)).json()] == [1, 2]


def test_the_holdout_is_told_once_it_is_revealed(cast: Cast, participant: Caller) -> None:
    path = f"{experiments_path(cast)}/{cast.experiment.public_id}"
    assert participant.get(path).json()["scores"]["holdout"] is None
    DojoStage.objects.filter(dojo=cast.dojo).update(holdout_revealed_at=timezone.now())
    assert participant.get(path).json()["scores"]["holdout"]["roc_auc"] == 0.93


def test_a_config_may_be_yaml(cast: Cast, participant: Caller) -> None:
    text = "model:\n  name: decision_tree\n  max_depth: 3\n"
    answer = participant.post(experiments_path(cast), body(config=text))
    assert answer.status_code == 201, answer.content
    assert answer.json()["config"]["model"]["max_depth"] == 3


def test_the_config_that_a_dojo_proposes_can_be_submitted(cast: Cast, neighbour: Caller) -> None:
    dojo = neighbour.get(f"/dojos/{cast.dojo.public_id}").json()
    assert dojo["metric"] == "roc_auc"
    assert {"name": "mean_radius", "type": "numeric"} in dojo["columns"]
    first = body(config=dojo["config"], compared_to=None)
    assert neighbour.post(experiments_path(cast), first).status_code == 201


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"claim": ""}, "claim"),
        ({"claim": "   "}, "claim"),
        ({"rationale": ""}, "rationale"),
        ({"expected_effect": None}, "expected_effect"),
        ({"expected_effect": 11}, "expected_effect"),
        ({"expected_effect": "much"}, "expected_effect"),
        ({"compared_to": 7}, "compared_to"),
        ({"config": 3}, "config"),
        ({"config": "model: ["}, "config"),
        ({"config": {"model": {"name": "logistic_regression", "C": -1}}}, "config.model.C"),
        ({"config": {"columns": {"include": ["\ud800"]}, **CONFIG}}, "config.columns.include.0"),
        ({"config": {"model": {"name": "oracle"}}}, "config.model.name"),
        ({"config": NUL}, "config.new_features.0.name"),
        ({"config": json.dumps(NUL)}, "config.new_features.0.name"),
        ({"claim": "a\0b"}, "claim"),
        ({"decision": "keep"}, "decision"),
    ],
)
def test_what_is_wrong_is_told_with_its_path(
    cast: Cast, participant: Caller, fields: dict[str, Any], path: str
) -> None:
    answer = participant.post(experiments_path(cast), body(**fields))
    assert answer.status_code == 422, answer.content
    problem = answer.json()
    assert problem["code"] == "invalid"
    assert path in [error["path"] for error in problem["errors"]]
    assert all(error["message"] for error in problem["errors"])
    assert cast.participant.experiments.count() == 1


def test_without_a_hypothesis_there_is_no_run(cast: Cast, participant: Caller) -> None:
    answer = participant.post(experiments_path(cast), {"config": CONFIG})
    words = {error["path"]: error["message"] for error in answer.json()["errors"]}
    assert words["claim"] == "No hypothesis, no run: write what you are testing."
    assert set(words) == {"claim", "rationale"}


def test_the_rules_of_the_dojo_hold(cast: Cast, neighbour: Caller) -> None:
    first = body(compared_to=None, config={"model": {"name": "random_forest"}})
    refused = neighbour.post(experiments_path(cast), first)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_a_baseline")
    waived = neighbour.post(experiments_path(cast), first | {"without_baseline": True})
    assert waived.status_code == 201

    DojoRules.objects.filter(dojo=cast.dojo).update(max_experiments=1)
    refused = neighbour.post(experiments_path(cast), first)
    assert (refused.status_code, refused.json()["code"]) == (409, "none_left")
    DojoRules.objects.filter(dojo=cast.dojo).update(max_experiments=None, max_unfinished_runs=1)
    refused = neighbour.post(experiments_path(cast), first)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_queued")
    DojoRules.objects.filter(dojo=cast.dojo).update(allowed_models=["dummy"])
    refused = neighbour.post(experiments_path(cast), first)
    assert [error["path"] for error in refused.json()["errors"]] == ["config.model.name"]

    cast.dojo.refresh_from_db()
    while not cast.dojo.has_ended:
        timeline.act(cast.dojo, "next", seen=cast.dojo.moment, position=None)
        cast.dojo.refresh_from_db()
    over = neighbour.post(experiments_path(cast), first | {"config": {"model": {"name": "dummy"}}})
    assert (over.status_code, over.json()["code"]) == (409, "not_now")


def test_only_ones_own_exists(cast: Cast, neighbour: Caller) -> None:
    own, other = experiments_path(cast), Dojo.objects.get(title="Other")
    facilitator = caller_for(cast.dojo.seats.get(role="facilitator").people.get())
    paths = [
        (neighbour, f"{own}/{cast.experiment.public_id}"),
        (neighbour, f"/dojos/{other.public_id}"),
        (neighbour, f"/dojos/{other.public_id}/experiments"),
        (facilitator, own),
        (facilitator, f"{own}/{cast.experiment.public_id}"),
    ]
    for caller, path in paths:
        answer = caller.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    assert facilitator.post(own, body()).status_code == 404
    assert neighbour.post(f"/dojos/{other.public_id}/experiments", body()).status_code == 404
    assert [one["title"] for one in neighbour.get("/dojos").json()] == ["Dojo"]


def test_a_token_opens_nothing_once_it_is_revoked_expired_or_its_owner_gone(cast: Cast) -> None:
    user = cast.participant.people.get()

    def status_after(change: Any) -> int:
        token, secret = make_token(user, name="one", days=7)
        assert Caller(secret).get("/dojos").status_code == 200
        change(AccessToken.objects.filter(pk=token.pk))
        return Caller(secret).get("/dojos").status_code

    assert status_after(lambda token: token.delete()) == 401
    yesterday = timezone.now() - timedelta(days=1)
    assert status_after(lambda token: token.update(expires_at=yesterday)) == 401

    def leave(token: Any) -> None:
        user.is_active = False
        user.save()

    assert status_after(leave) == 401


def test_a_login_is_no_token_and_a_token_is_no_login(cast: Cast, participant: Caller) -> None:
    logged_in = cast.clients["participant"]
    path = f"/api/v1{experiments_path(cast)}"
    assert logged_in.post(path, body(), content_type="application/json").status_code == 401
    page = participant.client.get(cast.experiment.get_absolute_url(), headers=participant.headers)
    assert page.status_code == 302


def test_the_token_itself_is_not_stored(cast: Cast, participant: Caller) -> None:
    stored = AccessToken.objects.filter(user=cast.participant.people.get()).values().get()
    assert participant.secret not in str(stored)
    assert stored["ending"] == participant.secret[-4:]


def test_messages_come_in_the_dojos_language_unless_another_is_asked_for(
    cast: Cast, participant: Caller
) -> None:
    Dojo.objects.filter(pk=cast.dojo.pk).update(language="fr")

    def told() -> str:
        answer = participant.post(experiments_path(cast), {"config": CONFIG})
        return str(answer.json()["errors"][0]["message"])

    assert told().startswith("No hypothesis")
    participant.language = None
    assert "hypothèse" in told()


def test_calls_are_limited(cast: Cast, participant: Caller, settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 2
    settings.API_WRONG_TOKENS_PER_MINUTE = 1
    found = [participant.get("/dojos") for _call in range(3)]
    assert [answer.status_code for answer in found] == [200, 200, 429]
    assert found[-1]["Retry-After"] == "60"
    wrong = [Caller("mlx_wrong").get("/dojos").status_code for _call in range(2)]
    assert wrong == [401, 429]


def test_a_body_too_large_or_unreadable_is_told(cast: Cast, participant: Caller) -> None:
    path = experiments_path(cast)
    assert participant.post(path, body(claim="x" * 3_000_000)).status_code == 413
    for text in ("{", "[" * 100_000, ""):
        assert participant.post(path, text).status_code in (400, 422), text[:10]
    wide = {"model": {"name": "dummy", "strategy": "x" * 200_000}}
    told = participant.post(path, body(config=wide)).json()
    assert "too long" in told["errors"][0]["message"]


@pytest.fixture
def application() -> Iterator[Any]:
    """The product, without the end of a request closing the test's own connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_no_request_by_the_description_makes_it_fail(
    cast: Cast, application: Any, settings: Any
) -> None:
    """Schemathesis makes requests, valid and broken, from the API's own description."""
    settings.API_CALLS_PER_MINUTE = 10**6
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    token = caller_for(cast.participant.people.get()).headers
    places = {"dojo_id": cast.dojo.public_id, "experiment_id": cast.experiment.public_id}
    methods = set()
    for found in described.get_all_operations():
        operation = found.ok()
        methods.add((operation.method, operation.path))

        @given(case=operation.as_strategy(), here=booleans())
        @hypothesis.settings(
            max_examples=25,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def answers(case: Any, here: bool) -> None:
            if here:
                case.path_parameters = {name: places[name] for name in case.path_parameters or {}}
            case.call_and_validate(headers=token, checks=CHECKS)

        answers()
    assert len(methods) == 6


# --- Sent again ---------------------------------------------------------------------------
def keyed(caller: Caller, cast: Cast, key: str, **fields: Any) -> Any:
    return caller.client.post(
        f"/api/v1{experiments_path(cast)}",
        body(**fields),
        content_type="application/json",
        headers=caller.headers | {"Idempotency-Key": key},
    )


def test_a_call_that_is_sent_again_with_its_key_submits_once(
    cast: Cast, participant: Caller
) -> None:
    first, second = (keyed(participant, cast, "script-1") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Experiment.objects.filter(seat=cast.participant).count() == 2
    assert keyed(participant, cast, "script-2").json()["number"] == 3


def test_a_key_with_another_body_is_refused(cast: Cast, participant: Caller) -> None:
    keyed(participant, cast, "script-1")
    answer = keyed(participant, cast, "script-1", claim="Something else.")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert Experiment.objects.filter(seat=cast.participant).count() == 2


def test_a_refused_call_takes_no_key(cast: Cast, participant: Caller) -> None:
    assert keyed(participant, cast, "script-1", claim="").status_code == 422
    assert keyed(participant, cast, "script-1").status_code == 201


def test_the_key_is_described_for_people_and_for_programs(cast: Cast, participant: Caller) -> None:
    page = cast.clients["participant"].get("/api/")
    assert "Idempotency-Key" in page.content.decode()
    described = participant.get("/openapi.json").json()
    taken = described["paths"]["/api/v1/dojos/{dojo_id}/experiments"]["post"]["parameters"]
    assert "Idempotency-Key" in [one["name"] for one in taken]


def test_a_lost_run_is_started_again(cast: Cast, participant: Caller) -> None:
    made = participant.post(experiments_path(cast), body()).json()
    path = f"{experiments_path(cast)}/{made['id']}"
    run = Run.objects.get(experiment__public_id=made["id"])
    assert participant.post(f"{path}/restart", {}).json()["status"] == "queued", "nothing to do"
    run.transition("failed", failure_code="internal")
    assert participant.get(path).json()["may_be_restarted"]
    DojoRules.objects.filter(dojo=cast.dojo).update(max_experiments=1)
    refused = participant.post(f"{path}/restart", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "none_left")
    DojoRules.objects.filter(dojo=cast.dojo).update(max_experiments=2)
    again = participant.post(f"{path}/restart", {})
    assert (again.status_code, again.json()["status"]) == (200, "queued")
    assert not again.json()["may_be_restarted"]
    run.refresh_from_db()
    run.transition("cancelled", failure_code="cancelled")
    refused = participant.post(f"{path}/restart", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_now")
