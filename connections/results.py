"""Dojos and experiments as the API tells them."""

from __future__ import annotations

import math
from typing import Any

from django.http import HttpRequest

from classrooms.models import Membership
from connections.schemas import (
    ColumnItem,
    DojoDetail,
    DojoItem,
    ExperimentDetail,
    ExperimentItem,
    Scores,
)
from experiments.engine.models import MODELS
from experiments.models import Experiment
from experiments.rules import experiments_left, starting_config
from experiments.run_page import run_page


def dojo_fields(request: HttpRequest, membership: Membership) -> dict[str, Any]:
    dojo = membership.dojo
    return {
        "id": dojo.public_id,
        "title": dojo.title,
        "language": dojo.language,
        "state": dojo.state,
        "role": membership.role,
        "can_submit": membership.participates and not dojo.has_ended,
        "page": request.build_absolute_uri(dojo.get_absolute_url()),
    }


def dojo_item(request: HttpRequest, membership: Membership) -> DojoItem:
    return DojoItem(**dojo_fields(request, membership))


def dojo_detail(request: HttpRequest, membership: Membership) -> DojoDetail:
    """With everything that a config may name."""
    dojo = membership.dojo
    schema = dojo.schema
    latest = Experiment.objects.filter(membership=membership).order_by("-number").first()
    return DojoDetail(
        **dojo_fields(request, membership),
        experiments_left=experiments_left(membership) if membership.participates else 0,
        metric=dojo.primary_metric,
        success_threshold=dojo.success_threshold,
        target=schema.target,
        positive_class=schema.positive_class,
        columns=[ColumnItem(name=one.name, type=one.type) for one in schema.features],
        models=[name for name in MODELS if not dojo.allowed_models or name in dojo.allowed_models],
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
    """With its result, as its page tells it."""
    run, page = experiment.run, run_page(experiment)
    comparison = page.comparison
    return ExperimentDetail(
        **experiment_fields(request, experiment),
        rationale=experiment.rationale,
        expected_effect=experiment.expected_effect,
        compared_to=experiment.compared_to.number if experiment.compared_to else None,
        config=experiment.config,
        scores=scores_of(experiment),
        intervals=run.intervals,
        difference=comparison.difference if comparison else None,
        sentence=page.sentence,
        failure=page.failure if run.has_failed else "",
        warnings=page.warnings,
        fit_seconds=run.fit_seconds,
        fingerprint=run.fingerprint,
        decision=experiment.decision,
    )


def scores_of(experiment: Experiment) -> Scores:
    """The metrics of the run; those of the hidden rows once they are revealed."""
    run = experiment.run
    is_revealed = experiment.membership.dojo.holdout_is_revealed
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
