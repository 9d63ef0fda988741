"""Data checks: properties of a dataset that a reader should know or decide about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency

from engine.judge.leaks import LEAK_AUC, stands_out
from engine.run.split import Split
from engine.spec.schema import ColumnType, Schema

if TYPE_CHECKING:
    from engine.reading.health.report import ColumnHealth

MAX_CORRELATED_FINDINGS = 3
MAX_DRIFTS = 3
# Missing this often, a column says more by being there than by its value.
MOSTLY_MISSING = 0.5
MANY_CATEGORIES = 50
RARE_CLASS = 0.1
# Drift counts when it is both certain (Bonferroni over the columns) and visible.
DRIFT_P_VALUE = 0.001
DRIFT_EFFECT = 0.1
TARGET_DRIFT_EFFECT = 0.05


@dataclass(frozen=True)
class Finding:
    """One data check that a reader should know or decide about.

    Attributes:
        code: names it; rendered later as a translated sentence.
        columns: which it is about.
        values: JSON-able numbers that the sentence quotes; shares from 0 to 1.
        is_spoiler: tells what participants are to find out for themselves.
    """

    code: str
    columns: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    is_spoiler: bool = False


def findings_of_columns(schema: Schema, rows: int) -> list[Finding]:
    """Columns that are empty, constant, infinite, identifiers or split into many categories."""
    findings = []
    for column in schema.features:
        name, missing = (column.name,), column.missing / max(rows, 1)
        if column.missing == rows:
            findings.append(Finding("all_missing", name))
        elif column.distinct == 1 and not column.missing:
            findings.append(Finding("constant", name))
        elif missing >= MOSTLY_MISSING:
            findings.append(Finding("mostly_missing", name, {"share": missing}))
        if column.infinite:
            findings.append(Finding("infinite", name, {"count": column.infinite}))
        if column.type == ColumnType.ID:
            findings.append(Finding("suspected_id", name))
        elif column.type == ColumnType.CATEGORICAL and column.distinct > MANY_CATEGORIES:
            findings.append(Finding("many_categories", name, {"count": column.distinct}))
    return findings


def findings_of_rows(frame: pd.DataFrame, schema: Schema, split: Split) -> list[Finding]:
    """Checks of rows: a rare class, duplicate rows and texts, a changing share of positives."""
    findings = []
    positive = float(schema.encode_target(frame).mean())
    rare = min(positive, 1 - positive)
    if rare < RARE_CLASS:
        findings.append(Finding("imbalanced", (schema.target,), {"share": rare}))
    features = [column.name for column in schema.default_features]
    if not features:
        return findings
    hashes = pd.util.hash_pandas_object(frame[[*features, schema.target]], index=False)
    if repeated := int(hashes.duplicated().sum()):
        findings.append(Finding("duplicates", (), {"count": repeated}))
    values = hashes.to_numpy()
    if shared := int(np.isin(values[split.test], values[split.train]).sum()):
        findings.append(Finding("rows_in_train_and_test", (), {"count": shared}))
    return findings + _repeated_texts(frame, schema, split) + _target_drift(frame, schema, split)


def _target_drift(frame: pd.DataFrame, schema: Schema, split: Split) -> list[Finding]:
    """A share of positives in the holdout that is visibly and certainly another one."""
    counts = [
        np.bincount(schema.encode_target(frame.iloc[rows]), minlength=2)
        for rows in (split.train, split.holdout)
    ]
    train, holdout = (float(count[1] / count.sum()) for count in counts)
    if abs(train - holdout) < TARGET_DRIFT_EFFECT:
        return []
    if chi2_contingency(np.array(counts)).pvalue >= DRIFT_P_VALUE:
        return []
    values = {"share": train, "share_later": holdout}
    return [Finding("target_drift", (schema.target,), values, is_spoiler=True)]


def _repeated_texts(frame: pd.DataFrame, schema: Schema, split: Split) -> list[Finding]:
    """Test texts that also appear word for word in the training set, whatever else their rows
    contain."""
    findings = []
    for column in schema.features:
        if column.type != ColumnType.TEXT:
            continue
        test = frame[column.name].iloc[split.test].dropna()
        if shared := int(test.isin(set(frame[column.name].iloc[split.train])).sum()):
            values = {"count": shared}
            findings.append(
                Finding("texts_in_train_and_test", (column.name,), values, is_spoiler=True)
            )
    return findings


def strong_columns(columns: dict[str, ColumnHealth]) -> dict[str, float]:
    """ROC AUC of the columns that nearly predict the target alone."""
    return {
        name: health.alone
        for name, health in columns.items()
        if health.alone is not None and health.alone >= LEAK_AUC
    }


def findings_of_health(
    columns: dict[str, ColumnHealth],
    correlations: list[dict[str, Any]],
    split: Split,
    *,
    others: float | None,
) -> list[Finding]:
    """Columns that nearly predict the target, drift, or say the same as others.

    Args:
        others: ROC AUC of all columns but the `strong_columns`.
    """
    leaks = [
        Finding(
            "leak_suspected",
            (name,),
            {"auc": alone, "others": others, "stands_out": stands_out(alone, others)},
            is_spoiler=True,
        )
        for name, alone in strong_columns(columns).items()
    ]
    pairs = [
        Finding("correlated", tuple(pair["columns"]), {"value": pair["value"]}, is_spoiler=True)
        for pair in correlations[:MAX_CORRELATED_FINDINGS]
    ]
    return leaks + _drifts(columns, split) + pairs


def _drifts(columns: dict[str, ColumnHealth], split: Split) -> list[Finding]:
    """Those that drifted furthest, one by one, and the others together.

    The column by which rows are divided in time differs by definition.
    """
    by_time = split.policy.column if split.policy.kind == "time" else None
    drifted = {
        name: health.drift
        for name, health in columns.items()
        if name != by_time
        and health.drift >= DRIFT_EFFECT
        and health.drift_p_value < DRIFT_P_VALUE / len(columns)
    }
    ranked = sorted(drifted, key=lambda name: -drifted[name])
    found = [
        Finding("drift", (name,), {"distance": drifted[name]}, is_spoiler=True)
        for name in ranked[:MAX_DRIFTS]
    ]
    if others := tuple(ranked[MAX_DRIFTS:]):
        found.append(Finding("drift_too", others, is_spoiler=True))
    return found
