"""Partial dependence, against scikit-learn and against rows changed by hand."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import partial_dependence

from engine.explain.features import FeatureModel
from engine.explain.reasons import effects
from engine.explain.reasons.effects import feature_effect, hour_effect
from engine.explain.reasons.shap_values import explain_rows
from engine.run.evaluate import fit
from engine.spec.config import validate_config
from tests.engine.conftest import Table, prepare
from tests.engine.test_features import EVERYTHING, fitted

Fitted = tuple[Any, FeatureModel, pd.DataFrame]


@pytest.fixture(scope="module")
def booster(table: Table) -> Fitted:
    """Without new features, so that what changes an original column changes it alone."""
    model = {"name": "hist_gradient_boosting", "max_iter": 20}
    return fitted(table, {**EVERYTHING, "new_features": [], "model": model})


def test_the_centre_line_is_scikit_learn_s_partial_dependence(booster: Fitted) -> None:
    pipeline, model, X = booster
    found = feature_effect(model, model.table(X), "signal", seed=1, rows=999)
    assert found is not None
    assert found.rows == len(X)
    theirs = partial_dependence(
        pipeline,
        X,
        ["signal"],
        custom_values={"signal": np.array(found.grid)},
        response_method="predict_proba",
        method="brute",
        kind="both",
    )
    assert found.mean == pytest.approx(theirs["average"][0])
    for place, curve in zip(found.curve_rows, found.curves, strict=True):
        assert curve == pytest.approx(theirs["individual"][0][place])
    assert len(found.curves) == effects.CURVES == len(set(found.curve_rows))


@pytest.mark.parametrize("feature", ["colour", "answer", "category missing", "visits", "since"])
def test_every_curve_is_the_row_with_another_value(booster: Fitted, feature: str) -> None:
    pipeline, model, X = booster
    found = feature_effect(model, model.table(X), feature, seed=1, rows=10)
    assert found is not None
    for place, value in enumerate(found.grid):
        column = pd.Series([value] * len(X), index=X.index, dtype=X[feature].dtype)
        changed = pipeline.predict_proba(X.assign(**{feature: column}))[:, 1]
        curves = [curve[place] for curve in found.curves]
        assert curves == pytest.approx(changed[list(found.curve_rows)])
        assert found.mean[place] == pytest.approx(np.mean(curves))
    own = X[feature].iloc[list(found.curve_rows)]
    assert list(found.curve_values) == [None if pd.isna(value) else value for value in own]
    json.dumps(found.to_dict(), allow_nan=False)


def test_numbers_are_asked_about_where_they_occur(booster: Fitted) -> None:
    _pipeline, model, X = booster
    found = feature_effect(model, model.table(X), "often missing", seed=1, grid=8)
    assert found is not None
    values = X["often missing"].dropna()
    assert (found.kind, len(found.grid)) == ("number", 8)
    assert set(found.grid) <= set(values)
    assert list(found.grid) == sorted(found.grid)
    wide = pd.concat([model.table(X)] * 10, ignore_index=True)
    wide.loc[0, "often missing"] = 1e6
    within = feature_effect(model, wide, "often missing", seed=1)
    assert within is not None
    assert max(within.grid) < 1e6 == within.deciles[-1]
    assert found.missing == X["often missing"].isna().sum() > 0
    assert found.deciles == pytest.approx(np.quantile(values, np.linspace(0, 1, 11)))
    assert list(found.rug) == sorted(values)
    assert len(within.rug) == effects.MAX_RUG
    assert found.counts == ()


def test_dates_are_dates(booster: Fitted) -> None:
    _pipeline, model, X = booster
    found = feature_effect(model, model.table(X), "since", seed=1, grid=5)
    assert found is not None
    assert found.kind == "date"
    occurring = set(pd.to_datetime(X["since"].dropna()))
    assert {pd.Timestamp(date) for date in found.grid} <= occurring
    assert pd.Timestamp(found.deciles[0]) == min(occurring)
    assert pd.Timestamp(found.deciles[-1]) == max(occurring)


def test_categories_come_by_frequency_with_missing_among_them(
    booster: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pipeline, model, X = booster
    found = feature_effect(model, model.table(X), "category missing", seed=1)
    assert found is not None
    amounts = X["category missing"].fillna("?").value_counts()
    assert set(found.grid) == {None, "a", "b"}
    assert dict(zip([v or "?" for v in found.grid], found.counts, strict=True)) == dict(amounts)
    assert list(found.counts) == sorted(found.counts, reverse=True)
    assert found.other_rows == 0
    monkeypatch.setattr(effects, "MAX_CATEGORIES", 2)
    fewer = feature_effect(model, model.table(X), "category missing", seed=1)
    assert fewer is not None
    assert fewer.grid == found.grid[:2]
    assert fewer.other_rows == found.counts[2]


def test_a_text_and_what_has_no_value_have_no_effect(table: Table) -> None:
    config = {"columns": {"include": ["comment", "all missing"]}, "model": {"name": "dummy"}}
    _pipeline, model, X = fitted(table, config)
    assert feature_effect(model, model.table(X), "comment", seed=1) is None
    assert feature_effect(model, model.table(X), "all missing", seed=1) is None


def test_a_new_feature_has_an_effect_and_does_not_follow_its_sources(table: Table) -> None:
    config = {**EVERYTHING, "model": {"name": "logistic_regression"}}
    _pipeline, model, X = fitted(table, config)
    features = model.table(X)
    sources = feature_effect(model, features, "signal", seed=1)
    assert sources is not None
    assert sources.held_fixed == ("tempo", "cut")
    found = feature_effect(model, features, "tempo", seed=1, rows=999)
    assert found is not None
    changed = model.predict_proba(features.assign(tempo=found.grid[3]))[:, 1]
    assert found.mean[3] == pytest.approx(changed.mean())
    category = feature_effect(model, features, "both", seed=1, rows=999)
    assert category is not None
    changed = model.predict_proba(features.assign(both=category.grid[0]))[:, 1]
    assert category.mean[0] == pytest.approx(changed.mean())


def test_a_slow_model_is_asked_about_fewer_rows(
    booster: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pipeline, model, X = booster
    monkeypatch.setattr(effects, "MICROSECONDS", 1)
    found = feature_effect(model, model.table(X), "signal", seed=1)
    again = feature_effect(model, model.table(X), "signal", seed=1)
    assert found is not None
    assert found == again
    assert found.rows == effects.MIN_ROWS


def test_dependence_pairs_each_value_with_its_contribution(table: Table, booster: Fitted) -> None:
    _pipeline, model, X = booster
    features = model.table(X)
    background = model.table(table.frame.iloc[table.split.train])
    contributions = explain_rows(model, features[:6], background, seed=1)
    found = feature_effect(
        model, features, "category missing", seed=1, explained=(features[:6], contributions)
    )
    assert found is not None
    assert found.dependence is not None
    assert found.dependence.unit == "probability"
    place = model.names.index("category missing")
    values = [None if pd.isna(value) else value for value in X["category missing"][:6]]
    expected = list(zip(values, contributions.values[:, place].tolist(), strict=True))
    assert list(found.dependence.points) == expected
    json.dumps(found.to_dict(), allow_nan=False)


# --- The clock ------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def hourly(tmp_path_factory: pytest.TempPathFactory) -> tuple[FeatureModel, pd.DataFrame]:
    """Positive at noon, and more often the later; a forest that reads hour and day."""
    rng = np.random.default_rng(0)
    times = pd.date_range("2025-01-01", periods=1200, freq="h")
    late = np.arange(1200) / 1200
    positive = rng.random(1200) < 0.05 + 0.6 * (times.hour == 12) + 0.3 * late
    raw = pd.DataFrame({"when": times.astype(str), "y": np.where(positive, "yes", "no")})
    table = prepare(raw, tmp_path_factory.mktemp("hourly"), target="y", positive="yes")
    data = {
        "preparation": {"datetime": {"parts": ["hour"]}},
        "model": {"name": "random_forest", "n_estimators": 20, "min_samples_leaf": 10},
    }
    config = validate_config(data, table.schema)
    pipeline = fit(config, table.schema, table.frame, table.split.train)
    model = FeatureModel(pipeline, config, table.schema)
    return model, model.table(table.frame.iloc[table.split.test])


def test_the_hour_changes_while_the_day_stays(hourly: tuple[FeatureModel, pd.DataFrame]) -> None:
    model, table = hourly
    found = hour_effect(model, table, "when", seed=0)
    assert found is not None
    assert found.grid == tuple(float(hour) for hour in range(24))
    assert int(np.argmax(found.mean)) == 12
    row = table.iloc[[found.curve_rows[0]]]
    day = row["when"].iloc[0][:10]
    for hour in (0, 12, 23):
        asked = row.assign(when=f"{day}T{hour:02d}:00:00")
        expected = model.predict_proba(asked)[0, 1]
        assert found.curves[0][hour] == pytest.approx(expected, abs=1e-6)


def test_a_date_moves_by_whole_weeks_where_hours_count(
    hourly: tuple[FeatureModel, pd.DataFrame],
) -> None:
    model, table = hourly
    found = feature_effect(model, table, "when", seed=0)
    assert found is not None
    assert found.mean[-1] > found.mean[0] + 0.05, "later is more often positive"
    row = table.iloc[[found.curve_rows[0]]]
    own = pd.Timestamp(row["when"].iloc[0])
    for place in (0, len(found.grid) // 2, -1):
        weeks = round((pd.Timestamp(found.grid[place]) - own) / pd.Timedelta(days=7))
        asked = row.assign(when=(own + pd.Timedelta(days=7 * weeks)).isoformat())
        expected = model.predict_proba(asked)[0, 1]
        assert found.curves[0][place] == pytest.approx(expected, abs=1e-6)


def test_without_hours_there_is_no_effect_of_the_hour(booster: Fitted) -> None:
    _pipeline, model, X = booster
    assert hour_effect(model, model.table(X), "since", seed=0) is None
    assert hour_effect(model, model.table(X), "signal", seed=0) is None
