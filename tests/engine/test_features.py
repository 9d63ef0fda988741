"""A fitted pipeline seen from its features: nothing is lost or mixed up on the way."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.build.spec_builder import source_columns
from engine.explain import neighbours
from engine.explain.features import FeatureModel, PreparedColumn
from engine.explain.neighbours import nearest_rows
from engine.run.evaluate import fit
from engine.spec.config import validate_config
from engine.spec.models import MODELS
from tests.engine.configs import settings_of, systematic_configs
from tests.engine.conftest import Table

ODD = 'odd [name] <of>, {a} "column": \\ é'
# Every kind of preparation, of new feature and of name.
EVERYTHING: dict[str, Any] = {
    "columns": {
        "include": [
            "signal",
            ODD,
            "whole",
            "often missing",
            "colour",
            "answer",
            "category missing",
            "since",
            "comment",
            "visits",
        ]
    },
    "new_features": [
        {"name": "tempo", "operation": "ratio", "numerator": "signal", "denominator": "visits"},
        {"name": "cut", "operation": "quantile_bins", "column": "signal", "bins": 3},
        {"name": "both", "operation": "interaction", "left": "colour", "right": "answer"},
    ],
    "preparation": {
        "numeric": {"missing_indicator": True},
        "datetime": {"parts": ["month", "year"]},
        "columns": {
            "visits": {"treat_as": "categorical", "encode": "target"},
            "whole": {"treat_as": "categorical", "encode": "ordinal"},
            "colour": {"treat_as": "categorical", "max_categories": 3},
            "comment": {"treat_as": "text", "vocabulary": 10},
        },
    },
}


def fitted(table: Table, config: dict[str, Any]) -> tuple[Any, FeatureModel, pd.DataFrame]:
    """A config's pipeline fitted on train, its features, and what it reads of the test rows."""
    checked = validate_config({"version": 2, **config}, table.schema)
    pipeline = fit(checked, table.schema, table.frame, table.split.train)
    X = table.frame.iloc[table.split.test][source_columns(checked, table.schema)]
    return pipeline, FeatureModel(pipeline, checked, table.schema), X


# One for each model, between them with every new feature, preparation, and what follows it.
WITHOUT = {"search": {"method": "none"}, "threshold": {"tune_for": "none"}}
SYSTEMATIC = list({c["model"]["name"]: {**c, **WITHOUT} for c in systematic_configs()}.values())


@pytest.mark.parametrize("config", SYSTEMATIC, ids=lambda c: f"{c['model']['name']}-{c['seed']}")
def test_features_give_what_the_pipeline_gives(table: Table, config: dict[str, Any]) -> None:
    pipeline, model, X = fitted(table, config)
    features = model.table(X)
    assert list(features.columns) == model.names
    found = model.predict_proba(features)
    np.testing.assert_array_equal(found, pipeline.predict_proba(X))
    prepared = model.encode(features)
    np.testing.assert_allclose(model.positive(prepared), found[:, 1], rtol=0, atol=1e-12)
    assert prepared.shape == (len(X), len(model.labels)) == (len(X), len(model.owners))
    matrix, offset = model.linear_map()
    reached = model._through_chain(prepared)
    if not np.isnan(prepared).any():
        np.testing.assert_allclose(prepared @ matrix + offset, reached, atol=1e-9)
    if model.reaching is not None:
        np.testing.assert_array_equal(prepared[:, model.reaching], reached)


@pytest.mark.parametrize("place", range(0, len(SYSTEMATIC), 4))
def test_a_feature_owns_the_columns_that_change_with_it_and_no_other(
    table: Table, place: int
) -> None:
    _pipeline, model, X = fitted(table, SYSTEMATIC[place])
    _check_owners(model, model.table(X))


def test_every_kind_of_preparation_is_told_from_the_others(table: Table) -> None:
    config = {**EVERYTHING, "model": {"name": "logistic_regression"}}
    _pipeline, model, X = fitted(table, config)
    _check_owners(model, model.table(X))
    found: dict[str, list[PreparedColumn]] = {name: [] for name in model.names}
    for label in model.labels:
        found[label.feature].append(label)
    brief = {
        name: [(label.kind, label.detail) for label in labels] for name, labels in found.items()
    }
    assert brief["signal"] == brief[ODD] == [("value", None)]
    assert brief["often missing"] == brief["tempo"] == [("value", None), ("missing", None)]
    assert brief["whole"] == [("ordinal", None)]
    assert brief["visits"] == [("target_rate", None)]
    assert brief["answer"] == [("category", "yes")]
    assert brief["category missing"] == [("category", c) for c in ("a", "b", "missing")]
    assert brief["since"] == [("date_part", part) for part in ("month", "year", "elapsed_days")]
    assert len(brief["both"]) == 10
    assert ("category", "red × yes") in brief["both"]
    assert len(brief["comment"]) == 10
    assert {"très", "service"} & {detail for _kind, detail in brief["comment"]}
    # The two most frequent colours of train, then one column for the others.
    train = table.frame.iloc[table.split.train]
    frequent = set(train["colour"].value_counts().index[:2])
    assert {detail for kind, detail in brief["colour"] if kind == "category"} == frequent
    assert brief["colour"][-1] == ("rare_categories", None)
    # Each row is in the bin whose borders its number lies between.
    prepared = model.encode(model.table(X))
    columns = [n for n, label in enumerate(model.labels) if label.feature == "cut"]
    assert len(columns) == 3
    for row, number in zip(prepared[:, columns], X["signal"], strict=True):
        (label,) = (model.labels[c] for c, inside in zip(columns, row, strict=True) if inside)
        assert label.low is None or label.low <= number
        assert label.high is None or number < label.high


def _check_owners(model: FeatureModel, features: pd.DataFrame) -> None:
    before = model.encode(features)
    moved = 0
    for place, name in enumerate(model.names):
        shifted = features.assign(**{name: np.roll(features[name].to_numpy(), 1)})
        changed = ~np.isclose(model.encode(shifted), before, equal_nan=True).all(axis=0)
        assert set(np.flatnonzero(changed)) <= set(np.flatnonzero(model.owners == place)), name
        moved += changed.any()
    assert moved > len(model.names) / 2, "the rows do differ"


def test_what_is_made_of_a_feature_is_known(table: Table) -> None:
    config = {**EVERYTHING, "model": {"name": "dummy"}}
    _pipeline, model, _X = fitted(table, config)
    assert model.derived["signal"] == ("tempo", "cut")
    assert model.derived["since"] == ()
    assert model.kinds["visits"] == model.kinds["both"] == "category"
    assert (model.kinds["since"], model.kinds["comment"]) == ("date", "text")


@pytest.mark.parametrize("name", MODELS)
def test_what_a_prediction_costs_grows_with_the_model(table: Table, name: str) -> None:
    _pipeline, model, _X = fitted(table, {"model": settings_of(name)})
    assert 0 < model.microseconds_per_row() < 100


# --- Neighbours -----------------------------------------------------------------------------
def test_the_nearest_rows_are_those_of_a_search_by_hand(table: Table) -> None:
    _pipeline, model, X = fitted(table, {**EVERYTHING, "model": {"name": "decision_tree"}})
    train = table.frame.iloc[table.split.train]
    y, rows = table.schema.encode_target(train), model.table(X)[:6]
    found = nearest_rows(model, model.table(train), rows, y, k=3)
    assert found.train_rows == len(train)
    there, here = model.encode(model.table(train)), model.encode(rows)
    scale = np.where(there.std(axis=0) > 0, there.std(axis=0), 1)
    scale[[label.feature == "comment" for label in model.labels]] = 1
    for row, near in zip(here, found.rows, strict=True):
        distance = np.sqrt((((there - row) / scale) ** 2).sum(axis=1))
        expected = np.argsort(distance)[:3]
        assert [one.position for one in near] == expected.tolist()
        assert [one.actual for one in near] == y[expected].tolist()
        assert [one.distance for one in near] == pytest.approx(distance[expected])


def test_a_train_row_is_its_own_nearest_also_among_a_sample_and_with_gaps(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {
        "columns": {"include": ["signal", "often missing", "visits"]},
        "preparation": {"numeric": {"impute": "none"}},
        "model": {"name": "decision_tree"},
    }
    _pipeline, model, _X = fitted(table, config)
    train = table.frame.iloc[table.split.train]
    y, features = table.schema.encode_target(train), model.table(train)
    found = nearest_rows(model, features, features[:9], y, k=2)
    assert [near[0].position for near in found.rows] == list(range(9))
    assert [near[0].distance for near in found.rows] == pytest.approx([0] * 9, abs=1e-6)
    monkeypatch.setattr(neighbours, "MAX_VALUES", 60)
    sampled = nearest_rows(model, features, features, y, k=2)
    assert sampled.train_rows == 20
    nearest = {near[0].position for near in sampled.rows if near[0].distance < 1e-6}
    assert len(nearest) == 20
    own = {one.position: one.actual for near in sampled.rows for one in near}
    assert all(actual == y[position] for position, actual in own.items())
