"""The HTTP interface for people's own scripts: their Dojos, their experiments.

A token is the only key: cookies are not looked at, so no page of another site can
use somebody's login. What is not one's own does not exist.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import translation
from ninja import NinjaAPI, Status
from ninja.errors import Throttled
from ninja.security import HttpBearer

from classrooms.access import find_membership
from classrooms.models import Dojo, Membership
from connections import results
from connections.models import AccessToken
from connections.problems import Problem, handle_problems
from connections.schemas import DojoDetail, DojoItem, ExperimentDetail, ExperimentItem, Submission
from connections.submitting import submit
from connections.throttling import MINUTE, PerPerson, count_wrong_token
from connections.tokens import find_token
from experiments.engine.messages import N_
from experiments.models import Experiment
from experiments.selectors import experiments_of


class Token(HttpBearer):
    """A personal access token."""

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken | None:
        found = find_token(token)
        if found is None:
            if not count_wrong_token(request):
                raise Throttled(wait=MINUTE)
            return None
        _speak_the_dojos_language(request, found)
        return found


def _speak_the_dojos_language(request: HttpRequest, token: AccessToken) -> None:
    """Unless the caller asks for another; before the body is read, which may be wrong."""
    match = request.resolver_match
    dojo_id = match.kwargs.get("dojo_id", "") if match else ""
    if "Accept-Language" in request.headers or not dojo_id.isalnum():
        return
    dojo = Dojo.objects.visible_to(token.user).filter(public_id=dojo_id).first()
    if dojo is not None:
        translation.activate(dojo.language)


api = NinjaAPI(
    title="ML Experimenter",
    version="1",
    description="Submit experiments from your own scripts, and read their results.",
    urls_namespace="api",
    docs_url=None,
    auth=Token(),
    throttle=PerPerson(),
)
handle_problems(api)

PROBLEMS: dict[Any, Any] = {
    (400, 401, 404, 413, 422, 429): Problem,
}


def place_of(request: HttpRequest, dojo_id: str, *, participates: bool = False) -> Membership:
    """The caller's place in a Dojo; without one there is no such Dojo."""
    token: AccessToken = request.auth  # type: ignore[attr-defined] # set by ninja
    membership = find_membership(token.user, _identifier(dojo_id))
    if participates and not membership.participates:
        raise Http404
    return membership


@api.get("/dojos", response={200: list[DojoItem], **PROBLEMS}, summary=N_("List your Dojos"))
def dojos(request: HttpRequest) -> Any:
    """The Dojos that you take part in, newest first."""
    token: AccessToken = request.auth  # type: ignore[attr-defined] # set by ninja
    mine = Membership.objects.filter(user=token.user).select_related("dojo")
    return [results.dojo_item(request, one) for one in mine.order_by("-dojo__created_at")]


@api.get(
    "/dojos/{dojo_id}",
    response={200: DojoDetail, **PROBLEMS},
    summary=N_("Read what a config may use"),
)
def dojo(request: HttpRequest, dojo_id: str) -> Any:
    """One of your Dojos: columns, models, the metric that counts, a config to begin with."""
    return results.dojo_detail(request, place_of(request, dojo_id))


@api.get(
    "/dojos/{dojo_id}/experiments",
    response={200: list[ExperimentItem], **PROBLEMS},
    summary=N_("List your experiments"),
)
def experiments(request: HttpRequest, dojo_id: str) -> Any:
    """Your experiments in a Dojo, first to last."""
    membership = place_of(request, dojo_id, participates=True)
    return [results.experiment_item(request, one) for one in experiments_of(membership)]


@api.post(
    "/dojos/{dojo_id}/experiments",
    response={201: ExperimentDetail, 409: Problem, **PROBLEMS},
    summary=N_("Submit an experiment"),
)
def submit_experiment(request: HttpRequest, dojo_id: str, submission: Submission) -> Any:
    """Register a hypothesis and queue its run, by the rules of the Dojo."""
    membership = place_of(request, dojo_id, participates=True)
    created = submit(membership, submission)
    found = _own(membership, created.public_id)
    return Status(201, results.experiment_detail(request, found))


@api.get(
    "/dojos/{dojo_id}/experiments/{experiment_id}",
    response={200: ExperimentDetail, **PROBLEMS},
    summary=N_("Read an experiment's result"),
)
def experiment(request: HttpRequest, dojo_id: str, experiment_id: str) -> Any:
    """One of your experiments; ask again every second or so until it is finished."""
    membership = place_of(request, dojo_id, participates=True)
    return results.experiment_detail(request, _own(membership, experiment_id))


def _own(membership: Membership, experiment_id: str) -> Experiment:
    own = Experiment.objects.filter(membership=membership).with_results()
    return get_object_or_404(own, public_id=_identifier(experiment_id))


def _identifier(given: str) -> str:
    """Of letters and digits: not every database can be asked for other characters."""
    if not given.isalnum():
        raise Http404
    return given
