"""Rows at other times: moved by whole weeks, or to another hour of their day.

A model that reads the hour or the weekday answers a date of the grid by chance of its
hour; so a row keeps the one while the other is asked about.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from engine.explain.features import CHUNK, FeatureModel

HOURS = range(24)


def reads_hours(model: FeatureModel, feature: str) -> bool:
    """Return whether the model uses the hour of a date."""
    return any(label.feature == feature and label.detail == "hour" for label in model.labels)


def curves_by_weeks(
    model: FeatureModel, table: pd.DataFrame, feature: str, points: list[Any]
) -> np.ndarray:
    """Probability of every row about each date, at its own hour and weekday.

    Returns:
        Shape (n_rows, n_points); a row without a date has the same answer everywhere.
    """
    own = _moments(table[feature])
    wanted = pd.to_datetime(pd.Series(points, dtype=object), format="ISO8601")
    moved = [own + _whole_weeks(point - own) for point in wanted]
    return _answers(model, table, feature, moved)


def _whole_weeks(distance: pd.Series) -> pd.Series:
    weeks = (distance.dt.total_seconds() / (7 * 86_400)).round()
    moved: pd.Series = pd.to_timedelta(7 * weeks, unit="D")
    return moved


def curves_by_hour(model: FeatureModel, table: pd.DataFrame, feature: str) -> np.ndarray:
    """Probability of every row at each hour of its own day, shape (n_rows, 24)."""
    own = _moments(table[feature])
    moved = [own + pd.to_timedelta(hour - own.dt.hour, unit="h") for hour in HOURS]
    return _answers(model, table, feature, moved)


def _moments(values: pd.Series) -> pd.Series:
    """Without a zone: what is asked about is what a clock on the spot shows."""
    moments = pd.to_datetime(values.astype(object), format="ISO8601", errors="coerce")
    return moments.dt.tz_localize(None) if moments.dt.tz is not None else moments


def _answers(
    model: FeatureModel, table: pd.DataFrame, feature: str, moved: list[pd.Series]
) -> np.ndarray:
    columns = np.flatnonzero(model.owners == model.names.index(feature))
    prepared = model.encode(table)
    answers = []
    for moments in moved:
        texts = moments.dt.strftime("%Y-%m-%dT%H:%M:%S").astype(object)
        asked = table.assign(**{feature: texts.where(moments.notna(), np.nan)})
        mixed = prepared.copy()
        mixed[:, columns] = _encoded(model, asked, columns)
        answers.append(model.positive(mixed))
    return np.column_stack(answers)


def _encoded(model: FeatureModel, table: pd.DataFrame, columns: np.ndarray) -> np.ndarray:
    """Some of the prepared columns; never more of all at once than fits."""
    size = max(1, CHUNK // max(1, len(model.labels)))
    parts = [
        model.encode(table.iloc[first : first + size])[:, columns]
        for first in range(0, len(table), size)
    ]
    return np.concatenate(parts)
