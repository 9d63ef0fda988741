"""Effects of single features on the prediction, everything else being equal.

Partial dependence (Friedman 2001) is the centre line; the individual curves that it
averages (Goldstein et al., Journal of Computational and Graphical Statistics 2015) show
where rows react differently. Both also ask about combinations that do not occur, so the
distribution of the feature stands beside them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from engine.build import runtime_helpers
from engine.explain.features import FeatureModel
from engine.explain.reasons.clock import HOURS, curves_by_hour, curves_by_weeks, reads_hours
from engine.explain.reasons.shap_values import Contributions, Unit

ROWS, GRID = 200, 20
MAX_CATEGORIES = 12
CURVES = 30
MAX_RUG = 100
# A slow model is asked about fewer rows: so long for all predictions, as estimated.
MICROSECONDS, MIN_ROWS = 200_000, 30
# What lies beyond these percentiles is too rare to say anything about.
PERCENTILES = (1, 99)

Value = float | str | None


@dataclass(frozen=True)
class Dependence:
    """The feature's contribution to each explained row, beside its value there.

    Attributes:
        unit: of the contributions.
        points: (value, contribution).
    """

    unit: Unit
    points: tuple[tuple[Value, float], ...]


@dataclass(frozen=True)
class Effect:
    """Probability of the positive class over the values of one feature.

    Attributes:
        kind: dates are ISO 8601; a category may be None, which is "missing".
        grid: the values asked about.
        mean: the partial dependence at each, over `rows` rows.
        curves: of some of those rows each, shape (n_curves, n_grid); `curve_rows` are
            their positions in the table, `curve_values` their own values.
        counts: of "category": rows of each value of the grid; `other_rows` have others.
        deciles: of numbers and dates, eleven values from least to largest.
        rug: some values of the table, sorted, of numbers and dates.
        missing: rows without a value.
        held_fixed: new features made of this one, which do not move with it.
        dependence: only where contributions were given.
    """

    feature: str
    kind: Literal["number", "category", "date"]
    grid: tuple[Value, ...]
    mean: tuple[float, ...]
    curves: tuple[tuple[float, ...], ...]
    curve_rows: tuple[int, ...]
    curve_values: tuple[Value, ...]
    rows: int
    counts: tuple[int, ...]
    other_rows: int
    deciles: tuple[Value, ...]
    rug: tuple[Value, ...]
    missing: int
    held_fixed: tuple[str, ...]
    dependence: Dependence | None = None

    def to_dict(self) -> dict[str, Any]:
        """The individual curves to five decimals: they are most of a page, and only drawn."""
        curves = np.round(self.curves, 5).tolist()
        return asdict(self) | {"curves": curves}


def feature_effect(
    model: FeatureModel,
    table: pd.DataFrame,
    feature: str,
    *,
    rows: int = ROWS,
    grid: int = GRID,
    seed: int,
    explained: tuple[pd.DataFrame, Contributions] | None = None,
) -> Effect | None:
    """The effect of a feature; None for a text, one without any value, and for a dummy.

    Args:
        table: features, shape (n_rows, n_features).
        rows: most rows that the centre line averages; fewer where the model is slow.
        grid: most values of a number or date that are asked about.
        explained: rows in the same form, and their contributions.
    """
    kind = model.kinds[feature]
    if not model.reads_columns or kind == "text" or table[feature].isna().all():
        return None
    values = table[feature]
    numbers = None if kind == "category" else _numbers(values, kind)
    points = _frequent(values) if numbers is None else _quantiles(numbers, kind, grid)
    affordable = int(MICROSECONDS / (len(points) * model.microseconds_per_row()))
    count = min(len(table), rows, max(MIN_ROWS, affordable))
    chosen = np.random.default_rng(seed).choice(len(table), count, replace=False)
    if kind == "date" and reads_hours(model, feature):
        curves = curves_by_weeks(model, table.iloc[chosen], feature, points)
    else:
        curves = _curves(model, table.iloc[chosen], feature, points)
    own = [_plain(value) for value in values.iloc[chosen[:CURVES]]]
    amounts = [_rows_of(values, point) for point in points] if numbers is None else []
    found = pd.Series(dtype="float64") if numbers is None else numbers.dropna()
    return Effect(
        feature=feature,
        kind=kind,
        grid=tuple(points),
        mean=tuple(curves.mean(axis=0).tolist()),
        curves=tuple(tuple(curve) for curve in curves[:CURVES].tolist()),
        curve_rows=tuple(chosen[:CURVES].tolist()),
        curve_values=tuple(own),
        rows=count,
        counts=tuple(amounts),
        other_rows=len(table) - sum(amounts) if numbers is None else 0,
        deciles=tuple(_values(found.quantile(np.linspace(0, 1, 11)), kind)) if len(found) else (),
        rug=tuple(_values(found.sort_values().iloc[_spread(len(found))], kind)),
        missing=int(values.isna().sum()),
        held_fixed=model.derived[feature],
        dependence=_dependence(feature, *explained) if explained else None,
    )


def hour_effect(
    model: FeatureModel, table: pd.DataFrame, feature: str, *, seed: int
) -> Effect | None:
    """The effect of the hour of a date, its day staying as it is; None where no hour is read."""
    known = table[table[feature].notna()]
    if model.kinds[feature] != "date" or not reads_hours(model, feature) or known.empty:
        return None
    affordable = int(MICROSECONDS / (len(HOURS) * model.microseconds_per_row()))
    count = min(len(known), ROWS, max(MIN_ROWS, affordable))
    chosen = np.random.default_rng(seed).choice(len(known), count, replace=False)
    rows = known.iloc[chosen]
    curves = curves_by_hour(model, rows, feature)
    moments = pd.to_datetime(known[feature].astype(object), format="ISO8601")
    hours = moments.dt.hour.astype("float64")
    return Effect(
        feature=feature,
        kind="number",
        grid=tuple(float(hour) for hour in HOURS),
        mean=tuple(curves.mean(axis=0).tolist()),
        curves=tuple(tuple(curve) for curve in curves[:CURVES].tolist()),
        curve_rows=tuple(chosen[:CURVES].tolist()),
        curve_values=tuple(hours.iloc[chosen[:CURVES]].tolist()),
        rows=count,
        counts=(),
        other_rows=0,
        deciles=tuple(hours.quantile(np.linspace(0, 1, 11)).tolist()),
        rug=tuple(hours.sort_values().iloc[_spread(len(hours))].tolist()),
        missing=len(table) - len(known),
        held_fixed=model.derived[feature],
    )


def _curves(
    model: FeatureModel, table: pd.DataFrame, feature: str, points: list[Value]
) -> np.ndarray:
    """Probability of every row at every value, shape (n_rows, n_grid)."""
    asked = table.iloc[np.zeros(len(points), dtype=int)].copy()
    asked[feature] = pd.Series(points, index=asked.index, dtype=table[feature].dtype)
    columns = np.flatnonzero(model.owners == model.names.index(feature))
    mixed = np.repeat(model.encode(table)[:, None, :], len(points), axis=1)
    mixed[:, :, columns] = model.encode(asked)[:, columns]
    probability = model.positive(mixed.reshape(-1, mixed.shape[2]))
    return probability.reshape(len(table), len(points))


def _dependence(feature: str, rows: pd.DataFrame, contributions: Contributions) -> Dependence:
    place = contributions.features.index(feature)
    pairs = zip(rows[feature], contributions.values[:, place], strict=True)
    return Dependence(contributions.unit, tuple((_plain(v), float(c)) for v, c in pairs))


# --- Values of a feature -----------------------------------------------------------------
def _plain(value: Any) -> Value:
    if pd.isna(value):
        return None
    return value if isinstance(value, str) else float(value)


def _numbers(values: pd.Series, kind: str) -> pd.Series:
    """The numbers themselves, or the days of the dates since 1 January 2000."""
    if kind == "number":
        return values.astype("float64")
    days = runtime_helpers.date_parts(values.to_frame(), ["elapsed_days"])[:, 0]
    return pd.Series(days, index=values.index)


def _values(numbers: pd.Series, kind: str) -> list[Value]:
    """Numbers as they are, days as dates again."""
    if kind == "number":
        return [float(number) for number in numbers]
    dates = pd.Timestamp(2000, 1, 1) + pd.to_timedelta(numbers.to_numpy(), unit="D")
    return [date.isoformat() for date in dates.round("s")]


def _quantiles(numbers: pd.Series, kind: str, grid: int) -> list[Value]:
    """Every value where they are few, else quantiles that occur, from the 1st percentile on."""
    low, high = PERCENTILES
    distinct = np.unique(numbers.dropna())
    if len(distinct) > grid:
        shares = np.linspace(low / 100, high / 100, grid)
        distinct = np.unique(numbers.quantile(shares, interpolation="nearest"))
    return _values(pd.Series(distinct), kind)


def _frequent(values: pd.Series) -> list[Value]:
    """The most frequent values, in order of their frequency, "missing" among them."""
    counts = values.value_counts(dropna=False, sort=False).sort_values(
        ascending=False, kind="stable"
    )
    return [_plain(value) for value in counts.index[:MAX_CATEGORIES]]


def _rows_of(values: pd.Series, point: Value) -> int:
    return int((values.isna() if point is None else values == point).sum())


def _spread(count: int) -> np.ndarray:
    """Places of at most `MAX_RUG` values, evenly."""
    return np.unique(np.linspace(0, max(0, count - 1), min(count, MAX_RUG)).astype(int))
