"""Answer questions about finished runs in a compute worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils import translation

from engine.charts import catalogue as charts
from engine.explain.rows import explain_row
from engine.explain.side_by_side import Side, side_by_side
from engine.explain.stages import contributions_in
from engine.failures import CannotRun
from engine.messages import N_
from engine.spec.metrics import METRICS
from engine.spec.models import MODELS, ModelSpec
from engine.spec.schema import Schema
from experiments.compute.comparing import predicted
from experiments.compute.interpreting import finished_run
from experiments.compute.process_memory import load_dataset, remembered_runs
from experiments.models import Question, Run
from experiments.wording.options import option_label
from jobs.perform import JobFailure, Report, Result


def at_hand() -> Q:
    """Questions that this process can answer without fitting a model again."""
    return Q(run__in=list(remembered_runs())) | ~Q(kind__in=Question.OF_MODEL)


def answer(question: Question, report: Report) -> Result:
    """The answer.

    Raises:
        JobFailure: what is asked makes no sense for this run.
    """
    try:
        return Result({"content": ANSWERS[Question.Kind(question.kind)](question)})
    except CannotRun as error:
        raise JobFailure(error.code, error.context) from error


def _row(question: Question) -> dict[str, Any]:
    subject = question.subject
    run = finished_run(question.run)
    return explain_row(run, subject["row"], subject["changes"], unit=subject["unit"])


def _importance(question: Question) -> dict[str, Any]:
    return contributions_in(finished_run(question.run), question.subject["unit"])


def _comparison(question: Question) -> dict[str, Any]:
    dojo = question.run.experiment.seat.dojo
    runs = _runs_of(question)
    prepared = load_dataset(dojo.dataset)
    return side_by_side(
        [Side(f"#{run.experiment.number}", predicted(run)) for run in runs],
        prepared.frame.iloc[prepared.split.test],
        dojo.schema,
    )


def _overview(question: Question) -> dict[str, Any]:
    dojo = question.run.experiment.seat.dojo
    metric = METRICS[dojo.primary_metric]
    runs = [
        {
            "name": f"#{run.experiment.number}",
            "score": run.metrics["test"][metric.name],
            "values": _hyperparameters(run, dojo.schema),
        }
        for run in _runs_of(question)
    ]
    chart = charts.parallel_chart(runs, _dimensions(runs), score=metric.label)
    return {"chart": chart.to_dict()}


def _runs_of(question: Question) -> list[Run]:
    found = Run.objects.select_related("experiment", "predictions").in_bulk(
        question.subject["runs"]
    )
    return [found[pk] for pk in question.subject["runs"]]


def _hyperparameters(run: Run, schema: Schema) -> dict[str, Any]:
    """The model and what its experimenter or the search chose, by the fields' names."""
    config = run.experiment.parsed_config
    values = config.model.model_dump(mode="json") | (run.search or {}).get("best", {})
    return {"name": config.model.name, "columns": _feature_count(run, schema)} | {
        name: ("yes" if value else "no") if isinstance(value, bool) else value
        for name, value in values.items()
        if name != "name" and isinstance(value, int | float | str)
    }


def _feature_count(run: Run, schema: Schema) -> int:
    config = run.experiment.parsed_config
    return len(config.columns.chosen(schema)) + len(config.new_features)


def _dimensions(every: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Settings that differ between the runs that have them, the most common first."""
    found: dict[str, list[Any]] = {}
    for run in every:
        for key, value in run["values"].items():
            found.setdefault(key, []).append(value)
    varying = [key for key, values in found.items() if len(set(values)) > 1]
    varying.sort(key=lambda key: -len(found[key]))
    models = [MODELS[run["values"]["name"]] for run in every]
    return [
        {"key": key, "label": label, "words": _words(key, found[key])}
        for key, label in _labels(varying, models).items()
    ]


def _words(key: str, values: list[Any]) -> dict[str, str]:
    """Values that are codes in English, to be translated by who shows them."""
    if key == "name":
        return {name: MODELS[name].label for name in values}
    with translation.override("en"):
        return {value: option_label(value, key) for value in values if isinstance(value, str)}


def _labels(keys: list[str], models: list[type[ModelSpec]]) -> dict[str, str | list[str]]:
    """A unique label for each, in English, translated when it is shown.

    Args:
        models: of the runs; where two of them call a field differently, the last one's
            words stand.
    """
    titles = {
        name: str(field.title) for model in models for name, field in model.model_fields.items()
    }
    titles |= {"name": N_("Model"), "columns": N_("Features")}
    found: dict[str, str | list[str]] = {}
    for key in keys:
        title = titles.get(key, key)
        found[key] = title if title not in found.values() else [key]
    return found


ANSWERS: dict[Question.Kind, Callable[[Question], dict[str, Any]]] = {
    Question.Kind.ROW: _row,
    Question.Kind.IMPORTANCE: _importance,
    Question.Kind.COMPARISON: _comparison,
    Question.Kind.OVERVIEW: _overview,
}
