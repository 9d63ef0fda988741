"""The HTTP interface for people's own scripts: their Dojos, their experiments.

A token is the only key: cookies are not looked at, so no page of another site can
use somebody's login. What is not one's own does not exist.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import translation
from ninja import Header, NinjaAPI, Status
from ninja.errors import Throttled
from ninja.security import HttpBearer

from classrooms.access import find_seat
from classrooms.intake.values import identifier, is_identifier
from classrooms.models import Dojo, Seat
from connections.access_tokens.services import find_token
from connections.http import results
from connections.http.problems import Problem, handle_problems
from connections.http.repeating import make_once
from connections.http.schemas import (
    DojoDetail,
    DojoItem,
    ExperimentDetail,
    ExperimentItem,
    Submission,
)
from connections.http.submitting import restart_lost, submit
from connections.http.throttling import SECONDS, PerPerson, count_wrong_token
from connections.models import AccessToken
from engine.messages import N_
from experiments.models import Experiment
from experiments.pages.reads import experiments_of


class Token(HttpBearer):
    """A personal access token."""

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken | None:
        found = find_token(token)
        if found is None:
            if not count_wrong_token(request):
                raise Throttled(wait=SECONDS)
            return None
        _speak_the_dojos_language(request, found)
        return found


def _speak_the_dojos_language(request: HttpRequest, token: AccessToken) -> None:
    """Unless the caller asks for another; before the body is read, which may be wrong."""
    match = request.resolver_match
    dojo_id = match.kwargs.get("dojo_id", "") if match else ""
    if "Accept-Language" in request.headers or not is_identifier(dojo_id):
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


def seat_of(request: HttpRequest, dojo_id: str, *, participates: bool = False) -> Seat:
    """The caller's seat in a Dojo; without one there is no such Dojo."""
    token: AccessToken = request.auth  # type: ignore[attr-defined] # set by ninja
    seat = find_seat(token.user, identifier(dojo_id))
    if participates and not seat.participates:
        raise Http404
    return seat


@api.get("/dojos", response={200: list[DojoItem], **PROBLEMS}, summary=N_("List your Dojos"))
def dojos(request: HttpRequest) -> Any:
    """The Dojos that you take part in, newest first."""
    token: AccessToken = request.auth  # type: ignore[attr-defined] # set by ninja
    mine = Seat.objects.held_by(token.user).select_related("dojo")
    return [results.dojo_item(request, one) for one in mine.order_by("-dojo__created_at")]


@api.get(
    "/dojos/{dojo_id}",
    response={200: DojoDetail, **PROBLEMS},
    summary=N_("Read which settings a config can use"),
)
def dojo(request: HttpRequest, dojo_id: str) -> Any:
    """One of your Dojos: columns, models, the metric that counts, a config to begin with."""
    return results.dojo_detail(request, seat_of(request, dojo_id))


@api.get(
    "/dojos/{dojo_id}/experiments",
    response={200: list[ExperimentItem], **PROBLEMS},
    summary=N_("List your experiments"),
)
def experiments(request: HttpRequest, dojo_id: str) -> Any:
    """Your experiments in a Dojo, first to last."""
    seat = seat_of(request, dojo_id, participates=True)
    return [results.experiment_item(request, one) for one in experiments_of(seat)]


@api.post(
    "/dojos/{dojo_id}/experiments",
    response={201: ExperimentDetail, 409: Problem, **PROBLEMS},
    summary=N_("Submit an experiment"),
)
def submit_experiment(
    request: HttpRequest,
    dojo_id: str,
    submission: Submission,
    idempotency_key: str | None = Header(
        None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description=N_(
            "A text of your own, new for each experiment. Where an answer was lost, send the same "
            "call with the same key: it submits once, and answers as it did. Kept for a day."
        ),
    ),
) -> Any:
    """Register a hypothesis and queue its run, by the rules of the Dojo."""
    seat = seat_of(request, dojo_id, participates=True)
    token: AccessToken = request.auth  # type: ignore[attr-defined] # set by ninja
    made = make_once(
        request, token.user, idempotency_key, lambda: submit(seat, submission).public_id
    )
    return Status(201, results.experiment_detail(request, _own(seat, made)))


@api.get(
    "/dojos/{dojo_id}/experiments/{experiment_id}",
    response={200: ExperimentDetail, **PROBLEMS},
    summary=N_("Read an experiment's result"),
)
def experiment(request: HttpRequest, dojo_id: str, experiment_id: str) -> Any:
    """One of your experiments; ask again every second or so until it is finished."""
    seat = seat_of(request, dojo_id, participates=True)
    return results.experiment_detail(request, _own(seat, experiment_id))


@api.post(
    "/dojos/{dojo_id}/experiments/{experiment_id}/restart",
    response={200: ExperimentDetail, 409: Problem, **PROBLEMS},
    summary=N_("Start a lost run again"),
)
def restart(request: HttpRequest, dojo_id: str, experiment_id: str) -> Any:
    """Queue a run again that failed through no fault of yours (may_be_restarted); it counts once.

    Where it waits or runs already, nothing changes.
    """
    seat = seat_of(request, dojo_id, participates=True)
    restart_lost(seat, _own(seat, experiment_id))
    return results.experiment_detail(request, _own(seat, experiment_id))


def _own(seat: Seat, experiment_id: str) -> Experiment:
    own = Experiment.objects.filter(seat=seat).with_results()
    return get_object_or_404(own, public_id=identifier(experiment_id))
