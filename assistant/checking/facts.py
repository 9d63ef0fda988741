"""Gather what a language model's words are checked against, from a record and a request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

from assistant.checking.known import Known, Run
from assistant.facts.records import Work
from assistant.model.client import Prompt
from assistant.models import CoachSettings
from assistant.retrieval.entries import entries_in
from assistant.retrieval.tokens import folded
from engine.judge import verdict as judging
from engine.spec.metrics import METRICS
from engine.spec.models import MODELS
from experiments.findings import Record, findings_of
from experiments.forecasts.belief import is_believed
from experiments.forecasts.outcomes import outcome_of
from experiments.models import Experiment
from experiments.pages.run_page import run_page

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:[.,]\d+)?(?:[eE]-?\d+)?(?![\w])")
_FENCED = re.compile(r"<(?:record|dataset)>(\{.*?\})</(?:record|dataset)>", re.DOTALL)
ALARMS = ("leak_alarm", "leaking_column", "suspect_column")
CELLS = {
    "tp": "true_positives",
    "fp": "false_positives",
    "fn": "false_negatives",
    "tn": "true_negatives",
}


def known_of(
    work: Work,
    looked_at: Experiment | None,
    prompt: Prompt,
    chosen: CoachSettings,
    *,
    language: str,
) -> Known:
    """What may be said of somebody's work in answer to this request.

    Args:
        looked_at: the experiment that the words are about where they name none.
    """
    record = work.record
    experiments = record.experiments
    sent = [record for text in _sent(prompt) for record in _fenced_in(text)]
    last = looked_at or next((one for one in reversed(experiments) if one.run.has_succeeded), None)
    doubted = {one.experiment.pk for one in findings_of(record) if one.code in ALARMS}
    spoken = [turn.text for turn in prompt.turns if turn.role == "user"]
    return Known(
        language=language,
        is_hints_only=chosen.openness == CoachSettings.Openness.HINTS,
        numbers=frozenset(_numbers(sent, spoken)),
        reference_numbers=reference_numbers(language),
        scores=_scores(
            experiments, record.setting.dojo.primary_metric, record.setting.dojo.success_threshold
        ),
        texts=(*_texts(work), *spoken),
        words=frozenset(_short_words(record, language)),
        runs={
            one.number: _run(record, one, doubted) for one in experiments if one.run.has_succeeded
        },
        numbers_taken=frozenset(one.number for one in experiments),
        looked_at=last.number if last else None,
        hidden_columns=_hidden_columns(record),
        settings=_settings(experiments),
        counted=_counted(record),
    )


def _fenced_in(text: str) -> Iterator[Any]:
    """The records in a text; what somebody typed like one is none."""
    for found in _FENCED.findall(text):
        with suppress(json.JSONDecodeError):
            yield json.loads(found)


def _sent(prompt: Prompt) -> Iterator[str]:
    yield from prompt.stable
    yield prompt.current
    yield from (turn.text for turn in prompt.turns[:1])


# --- Numbers ------------------------------------------------------------------------------
def _numbers(sent: list[Any], spoken: list[str]) -> Iterator[float]:
    """Every number of the record that was sent, those within texts too."""
    for text in (*(json.dumps(one, ensure_ascii=False) for one in sent), *spoken):
        for found in _NUMBER.findall(text):
            yield abs(float(found.replace(",", ".")))


@lru_cache(maxsize=2)
def reference_numbers(language: str) -> frozenset[float]:
    """Numbers of the glossary and the reference of the configuration."""
    texts = " ".join(entry.text for entry in entries_in(language).values())
    return frozenset(abs(float(one.replace(",", "."))) for one in _NUMBER.findall(texts))


def _scores(
    experiments: tuple[Experiment, ...], metric: str, goal: float
) -> dict[str, tuple[float, ...]]:
    """Numbers between which differences are told: of one part, of one run, of one interval."""
    found: dict[str, tuple[float, ...]] = {}
    for name in METRICS:
        for part in ("train", "test"):
            values = [one.run.score(part, name) for one in experiments]
            found[f"{name} {part}"] = tuple({value for value in values if value is not None})
        for one in experiments:
            pair = (one.run.score("train", name), one.run.score("test", name))
            found[f"{name} of {one.number}"] = tuple(value for value in pair if value is not None)
            found[f"{name} around {one.number}"] = tuple(one.run.intervals.get(name, ()))
            difference = one.run.comparison.get("differences", {}).get(name)
            if difference:
                ends = (difference["low"], difference["high"])
                found[f"{name} difference of {one.number}"] = ends
    for value in found.get(f"{metric} test", ()):
        found[f"goal of {value}"] = (value, goal)
    return {name: values for name, values in found.items() if values}


def _counted(record: Record) -> dict[str, frozenset[int]]:
    experiments = record.experiments
    errors = {
        count
        for one in experiments
        if (cells := _confusion(one))
        for count in (cells["fp"], cells["fn"], cells["fp"] + cells["fn"])
    }
    return {
        "changes": frozenset(len(record.changes(one)) for one in experiments),
        # Some of them are spoken of as readily as all.
        "experiments": frozenset(range(len(experiments) + 1)),
        "errors": frozenset(errors),
    }


# --- Texts --------------------------------------------------------------------------------
def _texts(work: Work) -> Iterator[str]:
    """What the participant wrote of their work."""
    framing = work.framing
    if framing:
        yield from (framing.problem, framing.data, framing.metric, framing.baseline)
    for one in work.record.experiments:
        yield from (one.claim, one.rationale, one.analysis, one.next_step, one.limits)
        yield from (note.text for note in one.row_notes.all())


def _short_words(record: Record, language: str) -> Iterator[str]:
    """Columns, terms, and options, which stand in quotation marks as names."""
    names = [column.name for column in record.setting.schema.columns]
    names += [entry.title for entry in entries_in(language).values()]
    names += [record.setting.dojo.dataset.positive_class, record.setting.dojo.dataset.title]
    names += ["train", "test", "balanced", "équilibré", "none", "keep", "reject", "iterate"]
    for name in names:
        yield " ".join(re.findall(r"[\w.,]*\w", folded(name).replace("’", "'")))


def _hidden_columns(record: Record) -> frozenset[str]:
    """Columns under suspicion, but for those that the participant has found."""
    setting = record.setting
    if setting.names_columns:
        return frozenset()
    written = " ".join(
        f"{one.claim} {one.rationale} {one.analysis}" for one in record.experiments
    ).casefold()
    left_out = {name for one in record.experiments for name in one.parsed_config.columns.exclude}
    return frozenset(
        name
        for name in setting.leaks | setting.suspects
        if name not in left_out and name.casefold() not in written
    )


# --- Runs ---------------------------------------------------------------------------------
def _confusion(experiment: Experiment) -> dict[str, int]:
    stored = experiment.run.confusion or {}
    if not all(name in stored for name in CELLS.values()):
        return {}
    return {cell: int(stored[name]) for cell, name in CELLS.items()}


def _run(record: Record, experiment: Experiment, doubted: set[int]) -> Run:
    row, outcome = run_page(experiment).primary_row, outcome_of(experiment)
    compared = experiment.compared_to_id is not None
    return Run(
        number=experiment.number,
        directions=frozenset(_directions(record, experiment)),
        is_believed=is_believed(experiment) and experiment.pk not in doubted,
        gap_is_notable=row.gap_is_notable if row and row.gap_interval else None,
        verdict=outcome.verdict if outcome else None,
        decision=experiment.decision,
        changes=len(record.changes(experiment)) if compared else None,
        confusion=_confusion(experiment),
    )


def _directions(record: Record, experiment: Experiment) -> Iterator[str]:
    """Of the Dojo's metric and of the forecast's: whichever a sentence is about."""
    differences = experiment.run.comparison.get("differences", {})
    names = {record.setting.dojo.primary_metric, experiment.forecast_metric}
    for name in names & differences.keys():
        ends = (differences[name]["low"], differences[name]["high"])
        yield judging.direction(ends, higher_is_better=METRICS[name].higher_is_better)


def _settings(experiments: tuple[Experiment, ...]) -> dict[str, frozenset[float]]:
    """Names of hyperparameters in both languages, with the values that were chosen."""
    names = {
        name: {name.replace("_", " "), name, *_labels(name)}
        for model in MODELS.values()
        for name, info in model.model_fields.items()
        if name != "name" and len(name) > 1 and info.title
    }
    found: dict[str, frozenset[float]] = {}
    for name, spelt in names.items():
        chosen = {
            float(value)
            for one in experiments
            for value in [one.config["model"].get(name)]
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        for one_name in spelt:
            found[folded(one_name)] = found.get(folded(one_name), frozenset()) | chosen
    return found


def _labels(name: str) -> Iterator[str]:
    for language in ("en", "fr"):
        if entry := entries_in(language).get(f"setting:model.{name}"):
            yield entry.title
