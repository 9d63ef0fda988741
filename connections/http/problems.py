"""Error answers of the API: one shape, with sentences that help."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from pydantic import Field

from engine.messages import N_
from engine.spec.config import FieldError
from experiments.submit.hypothesis import HypothesisForm
from experiments.wording.messages import describe_config_error

logger = logging.getLogger(__name__)


class FieldProblem(Schema):
    """A problem with one field."""

    path: str = Field(
        description=N_(
            "The field, such as config.model.C; empty if the problem concerns the whole request."
        )
    )
    code: str = Field(description=N_("A code for programs."))
    message: str = Field(description=N_("A sentence for people."))


class Problem(Schema):
    """Why nothing was done."""

    code: str = Field(description=N_("A code for programs."))
    message: str = Field(description=N_("A sentence for people."))
    errors: list[FieldProblem] = Field(
        default=[], description=N_("For a submission: each problem to fix.")
    )


MESSAGES: Mapping[str, Promise] = {
    "not_found": gettext_lazy("Not found, or you don't have access."),
    "unauthorized": gettext_lazy(
        "Send a valid token: “Authorization: Bearer mlx_…”. Create one on the page “Access tokens”."
    ),
    "too_many_calls": gettext_lazy("Too many calls. Wait a minute, then continue."),
    "unreadable": gettext_lazy("The body is not a JSON object."),
    "too_large": gettext_lazy("The body is too large."),
    "invalid": gettext_lazy("Not submitted. Fix the problems listed, then submit again."),
    "internal": gettext_lazy("Something went wrong on our side and was logged."),
}


class Refused(Exception):
    """The request was refused for a reason that the caller can fix."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(problem.code)
        self.status, self.problem = status, problem


def invalid(errors: list[FieldProblem]) -> Refused:
    """The answer to an invalid request."""
    return Refused(422, Problem(code="invalid", message=str(MESSAGES["invalid"]), errors=errors))


def field_problem(error: FieldError, *, within: tuple[str, ...] = ()) -> FieldProblem:
    """A config error, with its path in the request body."""
    return FieldProblem(
        path=".".join((*within, *error.path)),
        code=error.code,
        message=describe_config_error(error),
    )


def handle_problems(api: NinjaAPI) -> None:
    """Answer in the shape of `Problem`, whatever goes wrong."""

    def answer(request: HttpRequest, status: int, problem: Problem) -> HttpResponse:
        return api.create_response(request, problem.model_dump(), status=status)

    def simple(request: HttpRequest, status: int, code: str) -> HttpResponse:
        return answer(request, status, Problem(code=code, message=str(MESSAGES[code])))

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        return answer(request, error.status, error.problem)

    @api.exception_handler(ValidationError)
    def invalid_body(request: HttpRequest, error: ValidationError) -> HttpResponse:
        found = invalid([_body_problem(one) for one in error.errors])
        return answer(request, found.status, found.problem)

    @api.exception_handler(Http404)
    def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
        return simple(request, 404, "not_found")

    @api.exception_handler(AuthenticationError)
    def unauthorized(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        response = simple(request, 401, "unauthorized")
        response["WWW-Authenticate"] = "Bearer"
        return response

    @api.exception_handler(Throttled)
    def too_many_calls(request: HttpRequest, error: Throttled) -> HttpResponse:
        response = simple(request, 429, "too_many_calls")
        response["Retry-After"] = str(int(error.wait or 60))
        return response

    @api.exception_handler(HttpError)
    def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
        return simple(request, 400, "unreadable")

    @api.exception_handler(RequestDataTooBig)
    def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return simple(request, 413, "too_large")

    @api.exception_handler(Exception)
    def internal(request: HttpRequest, error: Exception) -> HttpResponse:
        logger.exception("The API failed", exc_info=error)
        return simple(request, 500, "internal")


def _body_problem(error: dict[str, Any]) -> FieldProblem:
    """An error of pydantic, without the names by which ninja knows the body."""
    path = tuple(str(part) for part in error["loc"] if part not in ("body", "header", "submission"))
    # A union's members are told apart by their types; nobody wrote these.
    path = path[:1] if path[:1] == ("config",) else path
    context = {key: value for key, value in error.get("ctx", {}).items() if key != "error"}
    problem = field_problem(FieldError(path, error["type"], context))
    if error["type"] in ("missing", "string_too_short") and path in (("claim",), ("rationale",)):
        required = HypothesisForm.base_fields[path[0]].error_messages["required"]
        problem.message = str(required)
    elif path == ("config",) and error["type"] != "missing":
        problem.message = _("Give the config as an object, or as YAML text.")
    return problem
