"""A run in the terms of tracking tools: parameters, metrics, tags, files."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from classrooms.knowledge import knows_hidden_scores
from engine.build.codegen import generate_script
from engine.charts.text import Chart, localised
from engine.spec.yaml_text import dump_yaml
from experiments.exports.archives.aliases import RealNames
from experiments.exports.notebooks.code import data_source
from experiments.models import Experiment, Interpretation, Stage
from jobs.models import JobStatus

# What MLflow takes of a parameter and of a tag.
MAX_PARAMETER = 6000
MAX_TAG = 5000
# Those of the model as a whole; the others are many, and about single columns and rows.
CHARTS_OF = (Stage.EVIDENCE, Stage.LEARNING)

Charts = dict[str, Any]


@dataclass(frozen=True)
class TrackedRun:
    """An experiment with its run, in the terms of tracking tools.

    Attributes:
        group: identifies the Dojo, whose runs are together.
        key: identifies the run; the same each time that it is told.
        files: by path.
    """

    group: str
    group_name: str
    key: str
    name: str
    status: JobStatus
    started: datetime
    ended: datetime
    parameters: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]
    description: str
    files: dict[str, bytes]


def charts_of(experiments: Iterable[Experiment]) -> dict[int, Charts]:
    """The charts of each run by their names, in one query."""
    runs = [experiment.run.pk for experiment in experiments]
    stored = Interpretation.objects.filter(
        run__in=runs, stage__in=CHARTS_OF, status=JobStatus.SUCCEEDED
    ).values_list("run_id", "content__charts")
    found: dict[int, Charts] = defaultdict(dict)
    for run_id, charts in stored.order_by("run_id", "stage"):
        found[run_id] |= charts or {}
    return found


def tracked_run(
    experiment: Experiment, charts: Charts, names: RealNames | None = None
) -> TrackedRun:
    """The run of an experiment, in the active language.

    Args:
        charts: see `charts_of`.
        names: what people are called; their own names where nobody says otherwise.
    """
    names = names or RealNames()
    seat, run = experiment.seat, experiment.run
    dojo = seat.dojo
    moment = run.finished_at or experiment.submitted_at
    return TrackedRun(
        group=dojo.public_id,
        group_name=names.text(dojo.title),
        key=run.public_id,
        name=f"{names.of(seat)} #{experiment.number}",
        status=JobStatus(run.status),
        started=run.started_at or moment,
        ended=moment,
        parameters=parameters_of(experiment.config),
        metrics=metrics_of(experiment),
        tags=tags_of(experiment, names),
        description=_description(experiment, names),
        files=_files(experiment, charts),
    )


def parameters_of(config: dict[str, Any]) -> dict[str, str]:
    """The config, two levels deep; what lies deeper is one value in JSON."""
    found: dict[str, str] = {}
    for section, value in config.items():
        if isinstance(value, dict):
            found |= {f"{section}.{name}": _written(inner) for name, inner in value.items()}
        else:
            found[section] = _written(value)
    return found


def _written(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_PARAMETER else text[: MAX_PARAMETER - 1] + "…"


def metrics_of(experiment: Experiment) -> dict[str, float]:
    """Scores by part of the data; those of the hidden rows once they are revealed."""
    run = experiment.run
    validation = run.metrics.get("cross_validation", {})
    parts = {
        "train": run.metrics.get("train", {}),
        "cv_mean": validation.get("mean", {}),
        "cv_std": validation.get("std", {}),
        "test": run.metrics.get("test", {}),
        "test_low": {name: ends[0] for name, ends in run.intervals.items() if ends},
        "test_high": {name: ends[1] for name, ends in run.intervals.items() if ends},
    }
    if knows_hidden_scores(experiment.seat.dojo):
        parts["holdout"] = run.holdout_metrics
    found: dict[str, Any] = {
        f"{part}/{name}": value for part, scores in parts.items() for name, value in scores.items()
    }
    found |= {"fit_seconds": run.fit_seconds, "threshold": run.threshold}
    return {
        name: float(value)
        for name, value in found.items()
        if isinstance(value, int | float) and math.isfinite(value)
    }


def tags_of(experiment: Experiment, names: RealNames) -> dict[str, str]:
    """Tags: participant, hypothesis and verdict; tags without a value are left out."""
    run, dojo = experiment.run, experiment.seat.dojo
    effect, reference = experiment.expected_effect, experiment.compared_to
    found = {
        "dojo": names.text(dojo.title),
        "dataset": dojo.dataset.title,
        "primary_metric": dojo.primary_metric,
        "participant": names.of(experiment.seat),
        "experiment": str(experiment.number),
        "hypothesis": names.text(experiment.claim),
        "rationale": names.text(experiment.rationale),
        "expected_effect": "" if effect is None else repr(effect),
        "compared_to": f"#{reference.number}" if reference else "",
        "decision": experiment.decision,
        "fingerprint": run.fingerprint,
        "failure": run.failure_code,
        "versions": json.dumps(run.versions, sort_keys=True) if run.versions else "",
    }
    return {name: value[:MAX_TAG] for name, value in found.items() if value}


def _description(experiment: Experiment, names: RealNames) -> str:
    """The description above the numbers."""
    parts = [
        (_("Hypothesis"), experiment.claim),
        (_("Rationale"), experiment.rationale),
        (_("Analysis"), experiment.analysis),
        (_("Next"), experiment.next_step),
    ]
    return "\n\n".join(f"**{title}**\n\n{names.text(text)}" for title, text in parts if text)


def _files(experiment: Experiment, charts: Charts) -> dict[str, bytes]:
    config, dojo = experiment.parsed_config, experiment.seat.dojo
    files = {"config.yaml": dump_yaml(config)}
    if experiment.run.has_succeeded:
        files["script.py"] = generate_script(config, data_source(dojo), experiment.run.replay)
    for name, stored in charts.items():
        spec = localised(Chart(**stored), _).spec
        files[f"charts/{name}.vl.json"] = json.dumps(spec, ensure_ascii=False)
    return {path: text.encode() for path, text in files.items()}
