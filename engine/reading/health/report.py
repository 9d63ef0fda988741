"""Data checks before the first model: plain JSON, in bounded time.

Shares, identifiers and constants are of all rows. Whatever looks at the target looks at
train rows only: who explores the test rows has begun to fit them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, ks_2samp

from engine.judge.leaks import auc_without
from engine.reading.health.alone import alone_by_category, alone_by_number
from engine.reading.health.findings import (
    MANY_CATEGORIES,
    findings_of_columns,
    findings_of_health,
    findings_of_rows,
    strong_columns,
)
from engine.reading.health.profiles import rhythms, telling_words
from engine.run.split import Split
from engine.spec.schema import Column, ColumnType, Schema

SAMPLE_ROWS = 20_000
BINS = 12
SHOWN_CATEGORIES = 8
SHOWN_CHARACTERS = 40
SHOWN_PAIRS = 20
CORRELATED = 0.9

Report = Callable[[float], None]


@dataclass(frozen=True)
class Bar:
    """Some train rows of a column, by class.

    Attributes:
        label: the category, or the bin's ends as "low – high".
        negative, positive: rows of each class.
    """

    label: str
    negative: int
    positive: int


@dataclass(frozen=True)
class ColumnHealth:
    """Data checks of one column.

    Attributes:
        kind: what the bars are: "bins" of numbers, of moments ("dates") or of a text's
            number of words ("words"), or "categories", the most frequent first.
        bars: of train rows with a value.
        others: rows of the rarer categories together; None when each has its bar.
        summary: minimum, quartiles, maximum, mean and standard deviation of numbers.
        alone: ROC AUC of the column alone, on train: of a number's order or, if that is
            better, of a small tree, cross-validated; of a category's share of positives,
            cross-fitted. None where it cannot be said.
        rhythms: of moments: train rows of each class by "hour" of the day and "day_of_week".
        words: of a text: those that stand more often in one class than in the other.
        drift: distance between train and holdout, 0 (same) to 1: Kolmogorov-Smirnov for
            numbers, total variation for categories.
        drift_p_value: how often chance alone would give that distance.
    """

    kind: str
    bars: tuple[Bar, ...]
    others: Bar | None = None
    summary: dict[str, float] = field(default_factory=dict)
    alone: float | None = None
    rhythms: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    drift: float = 0.0
    drift_p_value: float = 1.0


def health_report(
    frame: pd.DataFrame, schema: Schema, split: Split, report: Report = lambda fraction: None
) -> dict[str, Any]:
    """Everything worth knowing of a dataset before the first experiment.

    Args:
        frame: canonical, shape (n_rows, n_columns).
        report: hears the share done, 0 to 1.

    Returns:
        JSON-able: `columns` (ColumnHealth by name), `correlations` (pairs of number
        columns with Spearman's coefficient on train), `positive_rates` by part,
        `sampled` (train rows looked at) and `findings`.
    """
    train = frame.iloc[_sample(split.train)]
    holdout = frame.iloc[_sample(split.holdout)]
    target = schema.encode_target(train)
    columns: dict[str, ColumnHealth] = {}
    for done, column in enumerate(schema.features, start=1):
        columns[column.name] = _column(column, train[column.name], holdout[column.name], target)
        report(done / len(schema.features))
    correlations = _correlations(train, schema)
    strong = strong_columns(columns)
    others = auc_without(train, schema, strong) if strong else None
    findings = [
        *findings_of_columns(schema, len(frame)),
        *findings_of_rows(frame, schema, split),
        *findings_of_health(columns, correlations, split, others=others),
    ]
    return {
        "columns": {name: asdict(health) for name, health in columns.items()},
        "correlations": correlations,
        "positive_rates": {
            part: float(schema.encode_target(frame.iloc[getattr(split, part)]).mean())
            for part in ("train", "test", "holdout")
        },
        "sampled": len(train),
        "findings": [asdict(finding) for finding in findings],
    }


def _sample(rows: np.ndarray) -> np.ndarray:
    if len(rows) <= SAMPLE_ROWS:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, SAMPLE_ROWS, replace=False))


# --- One column -----------------------------------------------------------------------
def _column(
    column: Column, train: pd.Series, holdout: pd.Series, target: np.ndarray
) -> ColumnHealth:
    numbers, kind = _as_numbers(column, train), _kind(column)
    if numbers is None:
        # An identifier has a bar per row: that is no distribution.
        shown = train.iloc[:0] if column.type == ColumnType.ID else train
        bars, others = _categories(shown, target[: len(shown)])
        drift, p_value = _categories_drift(train, holdout)
        return ColumnHealth(
            kind,
            bars,
            others,
            alone=alone_by_category(train, target) if _may_rank(column) else None,
            drift=drift,
            drift_p_value=p_value,
        )
    drift, p_value = _numbers_drift(numbers, _as_numbers(column, holdout))
    return ColumnHealth(
        kind,
        _bins(numbers, target, kind),
        summary=_summary(numbers) if kind == "bins" else {},
        alone=alone_by_number(numbers, target) if kind != "words" else None,
        rhythms=rhythms(train, target) if kind == "dates" else {},
        words=telling_words(train, target) if kind == "words" else {},
        drift=drift,
        drift_p_value=p_value,
    )


def _kind(column: Column) -> str:
    if column.type == ColumnType.DATETIME:
        return "dates"
    if column.type == ColumnType.TEXT:
        return "words"
    return "bins" if column.numeric else "categories"


def _as_numbers(column: Column, values: pd.Series) -> pd.Series | None:
    """Numbers, dates as seconds, texts as their number of words; None of categories."""
    match _kind(column):
        case "bins":
            return values.astype("float64")
        case "dates":
            moments = pd.to_datetime(values, format="ISO8601", errors="coerce", utc=True)
            seconds = moments.to_numpy("datetime64[s]").astype("float64")
            return pd.Series(seconds, index=values.index).where(moments.notna())
        case "words":
            return values.str.count(r"\S+").astype("float64")
    return None


def _bins(numbers: pd.Series, target: np.ndarray, kind: str) -> tuple[Bar, ...]:
    """Rows per bin between the outermost percentiles; what lies beyond counts at the ends."""
    present = numbers.notna().to_numpy()
    values = numbers.to_numpy()[present]
    if not len(values):
        return ()
    distinct = np.unique(values)
    if len(distinct) <= BINS:
        groups = np.searchsorted(distinct, values)
        labels = [_label(value, value, kind) for value in distinct]
    else:
        low, high = np.quantile(values, [0.01, 0.99])
        low, high = (low, high) if low < high else (values.min(), values.max())
        edges = np.linspace(low, high, BINS + 1)
        groups = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, BINS - 1)
        labels = [_label(edges[n], edges[n + 1], kind) for n in range(BINS)]
    classes = target[present]
    negative = np.bincount(groups[classes == 0], minlength=len(labels))
    positive = np.bincount(groups[classes == 1], minlength=len(labels))
    return tuple(
        Bar(label, int(n), int(p)) for label, n, p in zip(labels, negative, positive, strict=True)
    )


def _label(low: float, high: float, kind: str) -> str:
    def text(value: float) -> str:
        if kind == "dates":
            return str(np.datetime64(int(value), "s"))[:10]
        return f"{value:.0f}" if 10_000 <= abs(value) < 1e15 else f"{value:.4g}"

    return text(low) if text(low) == text(high) else f"{text(low)} – {text(high)}"


def _summary(numbers: pd.Series) -> dict[str, float]:
    values = numbers.dropna().to_numpy()
    if not len(values):
        return {}
    names = ("minimum", "lower_quartile", "median", "upper_quartile", "maximum")
    quartiles = dict(zip(names, np.quantile(values, [0, 0.25, 0.5, 0.75, 1]), strict=True))
    return {
        name: float(value)
        for name, value in (quartiles | {"mean": values.mean(), "std": values.std()}).items()
    }


def _categories(values: pd.Series, target: np.ndarray) -> tuple[tuple[Bar, ...], Bar | None]:
    counts = pd.crosstab(values.to_numpy(dtype=object), target).reindex(
        columns=[0, 1], fill_value=0
    )
    order = counts.sum(axis=1).sort_values(ascending=False, kind="stable").index
    shown = counts.loc[order[:SHOWN_CATEGORIES]]
    bars = tuple(
        Bar(str(name)[:SHOWN_CHARACTERS], int(row[0]), int(row[1]))
        for name, row in shown.iterrows()
    )
    rest = counts.loc[order[SHOWN_CATEGORIES:]].sum()
    return bars, Bar("", int(rest[0]), int(rest[1])) if rest.sum() else None


# --- What a column alone knows of the target -----------------------------------------------
def _may_rank(column: Column) -> bool:
    """Identifiers have a value per row: nothing could be learnt of one for another."""
    return column.type in {ColumnType.CATEGORICAL, ColumnType.BOOLEAN}


# --- Drift between train and holdout --------------------------------------------------------
def _numbers_drift(train: pd.Series, holdout: pd.Series | None) -> tuple[float, float]:
    old, new = train.dropna(), pd.Series(dtype=float) if holdout is None else holdout.dropna()
    if old.empty or new.empty:
        return 0.0, 1.0
    test = ks_2samp(old.to_numpy(), new.to_numpy(), method="asymp")
    return float(test.statistic), float(test.pvalue)


def _categories_drift(train: pd.Series, holdout: pd.Series) -> tuple[float, float]:
    part = np.repeat(["train", "holdout"], [len(train), len(holdout)])
    values = pd.concat([train, holdout]).astype(object)
    values = values.where(values.notna(), "")
    frequent = values.value_counts().index[:MANY_CATEGORIES]
    # Rare ones together: a category of three rows differs by chance in every split.
    values = values.where(values.isin(frequent), "\0")
    counts = pd.crosstab(values.to_numpy(dtype=object), part)
    if len(counts) < 2 or counts.shape[1] < 2:
        return 0.0, 1.0
    shares = counts / counts.sum()
    distance = float((shares["train"] - shares["holdout"]).abs().sum() / 2)
    return distance, float(chi2_contingency(counts.to_numpy()).pvalue)


# --- Columns together ---------------------------------------------------------------------
def _correlations(train: pd.DataFrame, schema: Schema) -> list[dict[str, Any]]:
    """The pairs of number columns that rank the rows most alike."""
    names = [
        column.name
        for column in schema.features
        if column.numeric and column.type != ColumnType.ID and train[column.name].nunique() > 1
    ]
    if len(names) < 2:
        return []
    matrix = train[names].corr(method="spearman", min_periods=30).to_numpy()
    rows, columns = np.triu_indices(len(names), k=1)
    values = np.nan_to_num(matrix[rows, columns])
    order = np.argsort(-np.abs(values), kind="stable")[:SHOWN_PAIRS]
    return [
        {"columns": [names[rows[n]], names[columns[n]]], "value": float(values[n])}
        for n in order
        if abs(values[n]) >= CORRELATED
    ]
