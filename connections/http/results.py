"""Dojos and experiments as API objects."""

from __future__ import annotations

import math
from typing import Any

from django.http import HttpRequest

from classrooms.knowledge import knows_hidden_scores
from classrooms.models import Seat
from connections.http.schemas import (
    ColumnItem,
    DojoDetail,
    DojoItem,
    ExperimentDetail,
    ExperimentItem,
    Forecast,
    Scores,
    Verdict,
)
from engine.spec.models import MODELS
from experiments.forecasts.outcomes import forecast_of
from experiments.models import Experiment
from experiments.pages.run_page import RunPage, run_page
from experiments.submit.rules import experiments_left, starting_config
from experiments.wording.claims import claim_sentences


def dojo_fields(request: HttpRequest, seat: Seat) -> dict[str, Any]:
    dojo = seat.dojo
    return {
        "id": dojo.public_id,
        "title": dojo.title,
        "language": dojo.language,
        "state": dojo.state,
        "role": seat.role,
        "can_submit": seat.participates and dojo.takes_experiments,
        "page": request.build_absolute_uri(dojo.get_absolute_url()),
    }


def dojo_item(request: HttpRequest, seat: Seat) -> DojoItem:
    return DojoItem(**dojo_fields(request, seat))


def dojo_detail(request: HttpRequest, seat: Seat) -> DojoDetail:
    """With everything that a config may name."""
    dojo = seat.dojo
    schema, allowed = dojo.schema, dojo.rules.allowed_models
    latest = Experiment.objects.filter(seat=seat).order_by("-number").first()
    return DojoDetail(
        **dojo_fields(request, seat),
        experiments_left=experiments_left(seat) if seat.participates else 0,
        metric=dojo.primary_metric,
        success_threshold=dojo.success_threshold,
        target=schema.target,
        positive_class=schema.positive_class,
        columns=[ColumnItem(name=one.name, type=one.type) for one in schema.features],
        models=[name for name in MODELS if not allowed or name in allowed],
        config=starting_config(dojo, latest).model_dump(mode="json"),
    )


def experiment_fields(request: HttpRequest, experiment: Experiment) -> dict[str, Any]:
    run = experiment.run
    return {
        "id": experiment.public_id,
        "number": experiment.number,
        "claim": experiment.claim,
        "status": run.status,
        "is_finished": not run.is_unfinished,
        "submitted_at": experiment.submitted_at,
        "page": request.build_absolute_uri(experiment.get_absolute_url()),
    }


def experiment_item(request: HttpRequest, experiment: Experiment) -> ExperimentItem:
    return ExperimentItem(**experiment_fields(request, experiment))


def experiment_detail(request: HttpRequest, experiment: Experiment) -> ExperimentDetail:
    """An experiment with its result, as on its page."""
    run, page = experiment.run, run_page(experiment)
    comparison = page.comparison
    return ExperimentDetail(
        **experiment_fields(request, experiment),
        rationale=experiment.rationale,
        expected_effect=experiment.expected_effect,
        forecast=_forecast(experiment),
        compared_to=experiment.compared_to.number if experiment.compared_to else None,
        config=experiment.config,
        scores=scores_of(experiment),
        intervals=run.intervals,
        difference=comparison.difference if comparison else None,
        verdict=_verdict(page),
        sentence=page.sentence,
        failure=page.failure if run.has_failed else "",
        may_be_restarted=experiment.may_be_restarted,
        warnings=page.warnings,
        fit_seconds=run.fit_seconds,
        fingerprint=run.fingerprint,
        claims=claim_sentences(experiment),
        decision=experiment.decision,
    )


def _forecast(experiment: Experiment) -> Forecast | None:
    found = forecast_of(experiment)
    if found is None:
        return None
    return Forecast(
        metric=experiment.forecast_metric,
        kind=found.kind,
        low=found.low,
        high=found.high,
        chance=found.chance,
        margin=experiment.forecast_margin,
    )


def _verdict(page: RunPage) -> Verdict | None:
    outcome, verdict = page.outcome, page.verdict
    if outcome is None or verdict is None or verdict.code is None:
        return None
    return Verdict(
        code=verdict.code,
        reason=verdict.reason,
        interval=list(outcome.interval),
        margin=outcome.margin,
        rows_needed=outcome.rows_needed,
        guardrail=outcome.guardrail.guard if outcome.guardrail else "",
    )


def scores_of(experiment: Experiment) -> Scores:
    """The metrics of the run; those of the hidden rows once they are revealed."""
    run = experiment.run
    is_revealed = knows_hidden_scores(experiment.seat.dojo)
    return Scores(
        train=_finite(run.metrics.get("train", {})),
        cross_validation=_finite(run.metrics.get("cross_validation", {}).get("mean", {})),
        test=_finite(run.metrics.get("test", {})),
        holdout=_finite(run.holdout_metrics) if is_revealed and run.holdout_metrics else None,
    )


def _finite(scores: dict[str, Any]) -> dict[str, float | None]:
    """JSON has no word for what is not finite."""
    return {
        name: value if value is not None and math.isfinite(value) else None
        for name, value in scores.items()
    }
