"""Answering questions about finished runs in a compute worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils import translation

from classrooms.jobs import Fields, JobFailure, perform_job, worker_name
from experiments.comparing import predicted
from experiments.engine import charts
from experiments.engine.failures import CannotRun
from experiments.engine.interpretation.rows import explain_row
from experiments.engine.messages import N_
from experiments.engine.metrics import METRICS
from experiments.engine.models import MODELS, ModelSpec
from experiments.engine.schema import Schema
from experiments.engine.side_by_side import Side, side_by_side
from experiments.interpreting import RELATED, finished_run
from experiments.models import Question, Run
from experiments.option_labels import option_label
from experiments.process_memory import load_dataset, remembered_runs
from experiments.services import announce_page


def answer_next(*, at_hand: bool = False) -> bool:
    """Claim the question that has waited longest and answer it; False where none waits.

    Args:
        at_hand: only what this process can answer without fitting a model again.
    """
    waiting = Question.objects.order_by("pk")
    if at_hand:
        fitted = Q(run__in=list(remembered_runs()))
        waiting = waiting.filter(fitted | ~Q(kind=Question.Kind.ROW))
    claimed = waiting.claim_first(worker=worker_name())
    if claimed is None:
        return False
    pk, attempt = claimed
    question = Question.objects.select_related(RELATED).get(pk=pk)
    perform_job(
        question,
        lambda report: answer(question),
        attempt=attempt,
        on_change=lambda: announce_page(question.run.experiment.membership),
    )
    return True


def answer(question: Question) -> Fields:
    """The fields of the answer.

    Raises:
        JobFailure: what is asked makes no sense for this run.
    """
    try:
        return {"content": ANSWERS[Question.Kind(question.kind)](question)}
    except CannotRun as error:
        raise JobFailure(error.code, error.context) from error


def _row(question: Question) -> dict[str, Any]:
    subject = question.subject
    return explain_row(finished_run(question.run), subject["row"], subject["changes"])


def _comparison(question: Question) -> dict[str, Any]:
    dojo = question.run.experiment.membership.dojo
    runs = _runs_of(question)
    prepared = load_dataset(dojo.dataset)
    return side_by_side(
        [Side(f"#{run.experiment.number}", predicted(run)) for run in runs],
        prepared.frame.iloc[prepared.split.test],
        prepared.schema,
    )


def _overview(question: Question) -> dict[str, Any]:
    dojo = question.run.experiment.membership.dojo
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
    """What varies among the runs that have it, what most of them have first."""
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
    """A label for each, in English, to be translated by who shows it; no two are the same.

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
    Question.Kind.COMPARISON: _comparison,
    Question.Kind.OVERVIEW: _overview,
}
