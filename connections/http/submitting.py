"""Turn a request body into an experiment, by the rules of the form."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from classrooms.exceptions import NotNow, NotStarted
from classrooms.models import Seat
from connections.http.problems import FieldProblem, Problem, Refused, field_problem, invalid
from connections.http.schemas import Submission
from engine.spec.config import ConfigInvalid, ExperimentConfig, FieldError
from engine.spec.yaml_text import MAX_CHARACTERS, parse_yaml
from experiments.models import Experiment
from experiments.submit import services
from experiments.submit.config.limits import runnable_config
from experiments.submit.hypothesis import HypothesisForm
from experiments.submit.refusals import REFUSALS, refusal_words

NUMBERS = ("expected_effect", "forecast_low", "forecast_high", "guardrail_allowed")
CODES = {
    NotStarted: "not_started",
    services.NoneLeft: "none_left",
    services.ModelRefused: "model_refused",
    services.NotABaseline: "not_a_baseline",
    services.TooManyQueued: "too_many_queued",
}


def submit(seat: Seat, submission: Submission) -> Experiment:
    """Register the hypothesis and queue its run.

    Raises:
        Refused: with everything that is to be mended, or the rule that is in the way.
    """
    config, problems = _config(seat, submission.config)
    reference = _reference(seat, submission.compared_to)
    hypothesis = HypothesisForm(_form_data(submission, reference), seat=seat)
    if submission.compared_to and reference is None:
        words = _("You have no experiment with this number.")
        problems.append(FieldProblem(path="compared_to", code="unknown_experiment", message=words))
    if not hypothesis.is_valid():
        problems = _form_problems(hypothesis) + problems
    if config is None or problems:
        raise invalid(problems)
    data = hypothesis.cleaned_data
    try:
        return services.submit_experiment(
            seat,
            claim=data["claim"],
            rationale=data["rationale"],
            forecast=hypothesis.typed,
            compared_to=reference,
            config=config,
            baseline_waived=submission.without_baseline,
        )
    except REFUSALS as refusal:
        raise _refused(refusal, seat) from refusal


def restart_lost(seat: Seat, experiment: Experiment) -> None:
    """Start the run again, unless it waits or runs already.

    Raises:
        Refused: with the rule that is in the way.
    """
    try:
        services.restart_run(experiment)
    except NotNow as refusal:
        if not experiment.run.is_unfinished:
            words = _("This run can't be started again.")
            raise Refused(409, Problem(code="not_now", message=words)) from refusal
    except REFUSALS as refusal:
        raise _refused(refusal, seat) from refusal


def _refused(refusal: Exception, seat: Seat) -> Refused:
    code = CODES.get(type(refusal), "not_now")
    return Refused(409, Problem(code=code, message=refusal_words(refusal, seat.dojo)))


def _config(
    seat: Seat, given: dict[str, Any] | str
) -> tuple[ExperimentConfig | None, list[FieldProblem]]:
    dojo = seat.dojo
    try:
        data = parse_yaml(given) if isinstance(given, str) else _bounded(given)
        return runnable_config(data, dojo.schema, dojo.rules.allowed_models), []
    except ConfigInvalid as found:
        return None, [field_problem(error, within=("config",)) for error in found.errors]


def _bounded(given: dict[str, Any]) -> dict[str, Any]:
    """Return a config that is not too large; otherwise raise `ConfigInvalid`."""
    if len(json.dumps(given)) > MAX_CHARACTERS:
        raise ConfigInvalid([FieldError((), "yaml_too_long", {"limit": MAX_CHARACTERS})])
    return given


def _reference(seat: Seat, number: int | None) -> Experiment | None:
    if number is None:
        return None
    return Experiment.objects.filter(seat=seat, number=number).first()


def _form_data(submission: Submission, reference: Experiment | None) -> dict[str, Any]:
    told = submission.model_dump(include=set(NUMBERS))
    numbers = {name: None if value is None else repr(value) for name, value in told.items()}
    chance = submission.forecast_chance
    return numbers | {
        "claim": submission.claim,
        "rationale": submission.rationale,
        "forecast_metric": submission.forecast_metric,
        "forecast_kind": submission.forecast_kind,
        # A person writes it in percent.
        "forecast_chance": None if chance is None else repr(100 * chance),
        "guardrail_metric": submission.guardrail_metric,
        "compared_to": reference.public_id if reference else "",
    }


def _form_problems(form: HypothesisForm) -> list[FieldProblem]:
    return [
        FieldProblem(
            path="" if field == "__all__" else field,
            code=str(error["code"] or "invalid"),
            message=str(error["message"]),
        )
        for field, errors in form.errors.get_json_data().items()
        for error in errors
    ]
