"""From the body of a request to an experiment, by the rules of the form."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from classrooms.models import Membership
from connections.problems import FieldProblem, Problem, Refused, field_problem, invalid
from connections.schemas import Submission
from experiments import services
from experiments.config_limits import runnable_config
from experiments.engine.config import ConfigInvalid, ExperimentConfig, FieldError
from experiments.engine.yaml_text import MAX_CHARACTERS, parse_yaml
from experiments.forms import HypothesisForm
from experiments.models import Experiment
from experiments.refusals import REFUSALS, refusal_words

CODES = {
    services.NoneLeft: "none_left",
    services.ModelRefused: "model_refused",
    services.NotABaseline: "not_a_baseline",
    services.TooManyQueued: "too_many_queued",
}


def submit(membership: Membership, submission: Submission) -> Experiment:
    """Register the hypothesis and queue its run.

    Raises:
        Refused: with everything that is to be mended, or the rule that is in the way.
    """
    config, problems = _config(membership, submission.config)
    reference = _reference(membership, submission.compared_to)
    hypothesis = HypothesisForm(_form_data(submission, reference), membership=membership)
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
            membership,
            claim=data["claim"],
            rationale=data["rationale"],
            expected_effect=data["expected_effect"],
            compared_to=reference,
            config=config,
            baseline_waived=submission.without_baseline,
        )
    except REFUSALS as refusal:
        code = CODES.get(type(refusal), "not_now")
        words = refusal_words(refusal, membership.dojo)
        raise Refused(409, Problem(code=code, message=words)) from refusal


def _config(
    membership: Membership, given: dict[str, Any] | str
) -> tuple[ExperimentConfig | None, list[FieldProblem]]:
    dojo = membership.dojo
    try:
        data = parse_yaml(given) if isinstance(given, str) else _bounded(given)
        return runnable_config(data, dojo.schema, dojo.allowed_models), []
    except ConfigInvalid as found:
        return None, [field_problem(error, within=("config",)) for error in found.errors]


def _bounded(given: dict[str, Any]) -> dict[str, Any]:
    """As large as a text may be."""
    if len(json.dumps(given)) > MAX_CHARACTERS:
        raise ConfigInvalid([FieldError((), "yaml_too_long", {"limit": MAX_CHARACTERS})])
    return given


def _reference(membership: Membership, number: int | None) -> Experiment | None:
    if number is None:
        return None
    return Experiment.objects.filter(membership=membership, number=number).first()


def _form_data(submission: Submission, reference: Experiment | None) -> dict[str, Any]:
    effect = submission.expected_effect
    return {
        "claim": submission.claim,
        "rationale": submission.rationale,
        "expected_effect": None if effect is None else repr(effect),
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
