"""Summarise a participant's work for a language model: compact, and never the dataset.

Columns, types and aggregates; single rows only where the Dojo allows it. Names of people
are replaced, and everything that somebody typed stays inside one JSON document whose angle
brackets are escaped, so that no text can end the fence around it.
"""

from __future__ import annotations

import json
from typing import Any

from classrooms.models import Dojo
from engine.spec.metrics import METRICS
from experiments.exports.archives.aliases import Aliases
from experiments.findings import Record, findings_of
from experiments.models import Experiment, Framing, Interpretation, Stage
from experiments.pages.run_page import run_page
from experiments.wording.claims import claim_sentences
from experiments.wording.configs import describe_change

COLUMNS_TOLD = 60
IMPORTANT_TOLD = 10
ROWS_TOLD = 5
DIGITS = 4


def fenced(content: Any, tag: str = "record") -> str:
    """JSON between tags, which nothing inside can close."""
    text = json.dumps(_rounded(content), ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e")
    return f"<{tag}>{safe}</{tag}>"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list | tuple) else value


def without_names(value: Any, names: Aliases) -> Any:
    """A JSON-able value whose texts call people P01, P02 and so on."""
    if isinstance(value, str):
        return names.text(value)
    if isinstance(value, dict):
        return {name: without_names(inner, names) for name, inner in value.items()}
    return [without_names(inner, names) for inner in value] if isinstance(value, list) else value


# --- The dataset, the same for everyone ---------------------------------------------
def dataset_card(dojo: Dojo) -> dict[str, Any]:
    """The data and the goal, as everyone in the Dojo may know them."""
    dataset, schema = dojo.dataset, dojo.schema
    card = {
        "dataset": dataset.title,
        "rows": dict(dataset.part_sizes),
        "target": dataset.target,
        "positive_class": dataset.positive_class,
        "positive_share": dataset.positive_rate,
        "columns": [
            {"name": column.name, "type": column.type.value}
            for column in schema.features[:COLUMNS_TOLD]
        ],
        "metric": dojo.primary_metric,
        "success_from": dojo.success_threshold,
    }
    if len(schema.features) > COLUMNS_TOLD:
        card["more_columns"] = len(schema.features) - COLUMNS_TOLD
    if dojo.costs:
        card["costs"] = dojo.costs
    return card


# --- A participant's record ---------------------------------------------------------
def record_summary(
    record: Record, framing: Framing | None, looked_at: Experiment | None, *, rows: bool
) -> dict[str, Any]:
    """Framing, every experiment in a line, and all of the one that they look at.

    Args:
        rows: whether single test rows may be told.
    """
    phase = next((phase for phase in record.setting.phases if phase.is_current), None)
    told: dict[str, Any] = {
        "phase": phase.kind if phase else None,
        "framing": _framing(framing),
        "experiments": [_line(record, experiment) for experiment in record.experiments],
    }
    if looked_at is not None:
        told["looked_at"] = _detail(record, looked_at, rows=rows)
    return told


def _framing(framing: Framing | None) -> dict[str, str] | None:
    if framing is None:
        return None
    return {name: getattr(framing, name) for name in ("problem", "data", "metric", "baseline")}


def _line(record: Record, experiment: Experiment) -> dict[str, Any]:
    """One experiment of the list."""
    metric = record.setting.metric.name
    return {
        "number": experiment.number,
        "claim": experiment.claim,
        "model": experiment.config["model"]["name"],
        "compared_to": experiment.compared_to.number if experiment.compared_to else None,
        "status": experiment.run.status,
        "test": experiment.run.score("test", metric),
        "interval": experiment.run.intervals.get(metric),
        "decision": experiment.decision or None,
    }


def _detail(record: Record, experiment: Experiment, *, rows: bool) -> dict[str, Any]:
    """All of one experiment that its page shows, without its rows."""
    run, page = experiment.run, run_page(experiment)
    findings = [f for f in findings_of(record) if f.experiment.pk == experiment.pk]
    told: dict[str, Any] = _line(record, experiment) | {
        "rationale": experiment.rationale,
        "forecast": page.forecast or None,
        "verdict": page.verdict.label if page.verdict else None,
        "config": experiment.config,
        "changes": [describe_change(change) for change in record.changes(experiment)],
        "scores": {
            name: {part: run.score(part, name) for part in ("train", "test")}
            for name in METRICS
            if run.score("test", name) is not None
        },
        "result": page.sentence if run.has_succeeded else None,
        "failure": page.failure if run.has_failed else None,
        "confusion": run.confusion,
        "warnings": page.warnings,
        "analysis": experiment.analysis,
        "claims": claim_sentences(experiment),
        "limits": experiment.limits,
        "next_step": experiment.next_step,
        "notes_on_errors": [note.text for note in experiment.row_notes.all()],
        # What the rules see; a good coach lets them find it.
        "seen_by_rules": [
            {"code": finding.code, "severity": finding.severity.name.lower()}
            for finding in findings
        ],
    }
    evidence = Interpretation.objects.filter(run=run, stage=Stage.EVIDENCE).first()
    content = evidence.content if evidence else {}
    columns = content.get("importance", {}).get("columns", [])[:IMPORTANT_TOLD]
    told["importance"] = [{"name": one["name"], "mean": one["mean"]} for one in columns]
    if rows:
        errors = content.get("errors", {})
        names = [column["name"] for column in errors.get("columns", [])]
        told["surest_errors"] = [
            {"kind": row["kind"], "values": dict(zip(names, row["values"], strict=True))}
            for row in errors.get("rows", [])[:ROWS_TOLD]
        ]
    return told
