"""What is odd about data or config has a decided behaviour: an error, or a warning."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.failures import CannotRun
from engine.run import run_warnings
from engine.run.evaluate import Evaluation, evaluate
from engine.run.split import split_rows
from engine.spec.config import validate_config
from engine.spec.models import MODELS
from engine.spec.schema import Column, ColumnType, Schema, SplitPolicy
from tests.engine.conftest import Table, prepare


def run(table: Table, columns: list[str], model: str = "dummy", **more: Any) -> Evaluation:
    model_data = {"name": model, **more.pop("settings", {})}
    data = {"columns": {"include": columns}, "model": model_data, **more}
    config = validate_config(data, table.schema)
    return evaluate(config, table.schema, table.frame, table.split).evaluation


def warnings(table: Table, columns: list[str], **more: Any) -> dict[str, dict[str, Any]]:
    return {c.code: c.context for c in run(table, columns, **more).warnings}


def why_not(table: Table, columns: list[str], model: str = "dummy", **more: Any) -> CannotRun:
    with pytest.raises(CannotRun) as caught:
        run(table, columns, model, **more)
    return caught.value


# --- Columns ------------------------------------------------------------------------
def test_an_ordinary_run_warns_of_nothing(table: Table) -> None:
    assert warnings(table, ["signal", "colour"]) == {}


def test_a_column_marked_as_leaking_runs_and_is_told(table: Table) -> None:
    columns = tuple(
        column.model_copy(update={"leak": column.name == "whole"})
        for column in table.schema.columns
    )
    marked = Table(table.schema.model_copy(update={"columns": columns}), table.frame, table.split)
    assert warnings(marked, ["whole", "signal"])["leaking_column"]["names"] == ["whole"]
    assert "leaking_column" not in warnings(marked, ["signal"])
    total = {"operation": "total", "name": "t", "columns": ["whole", "signal"]}
    through = warnings(marked, ["signal"], new_features=[total])
    assert through["leaking_column"]["names"] == ["whole"]


@pytest.mark.parametrize(
    ("column", "code"),
    [
        ("constant", "constant_column"),
        ("all missing", "all_missing"),
        ("code", "identifier_used"),
    ],
)
def test_odd_columns_run_and_are_told(column: str, code: str, table: Table) -> None:
    assert warnings(table, ["signal", column])[code]["names"] == [column]


def test_many_names_are_told_shortly() -> None:
    frame = pd.DataFrame({f"c{n}": [1.0] * 90 for n in range(9)})
    found = run_warnings._about("constant_column", list(frame.columns))
    assert found[0].context == {"names": ["c0", "c1", "c2", "c3", "c4"], "more": 4}


def test_infinite_values_are_missing_and_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=200)
    raw = pd.DataFrame({"x": numbers, "y": np.where(numbers > 0, "a", "b")})
    raw["x"] = raw["x"].astype(str)
    raw.loc[[0, 7], "x"] = ["inf", "-Infinity"]
    raw.loc[9, "x"] = "1e300"
    table = prepare(raw, tmp_path, target="y", positive="a")
    assert (table.schema.by_name["x"].infinite, table.schema.by_name["x"].missing) == (3, 3)
    for model in ("logistic_regression", "xgboost", "hist_gradient_boosting", "lightgbm"):
        found = run(table, ["x"], model)
        assert [warning.code for warning in found.warnings] == ["infinite_as_missing"]


def test_fifty_thousand_categories_are_grouped_and_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = 60_000
    raw = pd.DataFrame(
        {
            "shop": rng.integers(0, 50_000, rows).astype(str),
            "size": rng.normal(size=rows).round(3),
            "y": rng.choice(["a", "b"], rows),
        }
    )
    raw["shop"] = "shop " + raw["shop"]
    table = prepare(raw, tmp_path, target="y", positive="a")
    treated = {"columns": {"shop": {"treat_as": "categorical"}}}
    found = warnings(
        table,
        ["shop", "size"],
        model="logistic_regression",
        preparation=treated,
        validation={"folds": 2},
    )
    assert found["rare_grouped"]["names"] == ["shop"]


def test_dividing_by_zero_gives_missing_and_is_told(table: Table) -> None:
    ratio = {"operation": "ratio", "name": "r", "numerator": "signal", "denominator": "visits"}
    found = warnings(table, ["signal"], new_features=[ratio])
    assert found["new_feature_missing"]["names"] == ["r"]


# --- Rows ---------------------------------------------------------------------------
def small(positive: list[int], rows: int = 100, **more: Any) -> Table:
    """So many rows, those at the given places positive, in a train part of 60 %."""
    rng = np.random.default_rng(0)
    y = np.full(rows, "no", dtype=object)
    y[positive] = "yes"
    when = np.arange(float(rows))
    frame = pd.DataFrame({"x": rng.normal(size=rows), "when": when, "six": when // 6, "y": y})
    numbers = dict.fromkeys(["x", "when", "six"], ColumnType.NUMERIC)
    kinds = numbers | {"y": ColumnType.BOOLEAN}
    columns = tuple(
        Column(name=name, type=kind, numeric=name != "y", missing=0, distinct=rows)
        for name, kind in kinds.items()
    )
    schema = Schema(columns=columns, target="y", positive_class="yes", negative_class="no", **more)
    return Table(schema, frame, split_rows(frame, "y", schema.split))


BY_TIME = SplitPolicy(kind="time", column="when")
# Of the rows by time, 0 to 59 are train, 60 to 79 test, 80 to 99 holdout.
LATER = [*range(60, 65), *range(80, 85)]


def test_more_folds_than_rows_of_the_rarer_class_are_refused() -> None:
    # Three groups of positive rows: one for each part.
    by_group = small(list(range(18)), split=SplitPolicy(kind="group", column="six"))
    failure = why_not(by_group, ["x"], validation={"folds": 7})
    assert (failure.code, failure.context) == ("folds_exceed_class", {"folds": 7, "rows": 6})


def test_a_class_that_vanishes_in_time_is_told() -> None:
    # The first of four folds learns from rows 0 to 11.
    by_time = small([*range(30, 40), *LATER], split=BY_TIME)
    failure = why_not(by_time, ["x"], validation={"folds": 4})
    assert failure.code == "class_vanishes_in_fold"


def test_a_class_that_vanishes_within_a_step_is_told() -> None:
    # The first fold learns from two positive rows, which calibration divides further.
    by_time = small([2, 3, 14, 26, 38, 50, *LATER], split=BY_TIME)
    assert run(by_time, ["x"], validation={"folds": 4}).cross_validation["folds"]
    failure = why_not(by_time, ["x"], calibration="sigmoid", validation={"folds": 4})
    assert failure.code == "class_vanishes"


def test_more_neighbours_than_rows_are_refused(table: Table) -> None:
    settings = {"n_neighbors": 150}
    assert why_not(table, ["signal"], "k_nearest_neighbours", settings=settings).code == (
        "too_many_neighbours"
    )


def test_more_components_than_columns_are_refused(table: Table) -> None:
    failure = why_not(table, ["signal"], reduction={"method": "pca", "components": 4})
    assert failure.code == "too_many_components"


def test_more_columns_kept_than_there_are_is_told(table: Table) -> None:
    assert "k_exceeds_columns" in warnings(table, ["signal"], selection={"method": "k_best"})


def test_a_selection_that_keeps_nothing_is_told(table: Table) -> None:
    failure = why_not(table, ["rare"], selection={"method": "variance", "threshold": 90.0})
    assert failure.code == "nothing_selected"


def test_a_text_without_a_frequent_word_is_told(table: Table) -> None:
    failure = why_not(table, ["comment"], preparation={"text": {"min_rows": 1000}})
    assert failure.code == "empty_vocabulary"


def test_a_table_that_would_not_fit_into_memory_is_refused(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_warnings, "MAX_CELLS", 1000)
    failure = why_not(table, ["signal", "comment"])
    assert failure.code == "table_too_wide"
    assert failure.context["rows"] == len(table.split.train)


def test_a_model_that_would_not_end_is_refused(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MODELS["rbf_svm"], "max_rows", 100)
    failure = why_not(table, ["signal"], "rbf_svm")
    assert (failure.code, failure.context["limit"]) == ("too_many_rows_for_model", 100)


def test_a_target_encoding_is_one_column_however_many_categories(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_warnings, "MAX_CELLS", 400)  # 144 train rows
    preparation = {"categorical": {"encode": "target"}}
    assert run(table, ["colour", "signal"], preparation=preparation)
    assert why_not(table, ["colour", "signal"]).code == "table_too_wide"


def test_a_search_counts_every_fold_that_it_keeps(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_warnings, "MAX_CELLS", 144 * 4)
    search = {"method": "random", "trials": 2, "ranges": {"max_depth": {"low": 1, "high": 4}}}
    assert run(table, ["signal"], "decision_tree")
    failure = why_not(table, ["signal"], "decision_tree", search=search)
    assert (failure.code, failure.context["folds"]) == ("search_too_wide", 5)


def test_an_ensemble_has_the_row_limit_of_its_slowest_member(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MODELS["rbf_svm"], "max_rows", 100)
    members = {"members": [{"name": "dummy"}, {"name": "rbf_svm"}]}
    failure = why_not(table, ["signal"], "voting", settings=members)
    assert (failure.code, failure.context["limit"]) == ("too_many_rows_for_model", 100)


def test_numbers_too_large_for_a_linear_selection_are_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    raw = pd.DataFrame({"x": 10 ** rng.uniform(0, 37, 200), "y": rng.choice(["a", "b"], 200)})
    large = prepare(raw, tmp_path, target="y", positive="a")
    unscaled = {"selection": {"method": "l1"}, "preparation": {"numeric": {"scale": "none"}}}
    failure = why_not(large, ["x"], "decision_tree", **unscaled)
    assert (failure.code, failure.context["names"]) == ("needs_scaling", ["x"])


# --- What the way of validating leaves open ---------------------------------------------
def test_a_search_says_that_its_folds_chose_it(table: Table) -> None:
    search = {"method": "random", "trials": 2, "ranges": {"max_depth": {"low": 1, "high": 4}}}
    settings = {"max_depth": 3}
    assert "search_is_optimistic" in warnings(
        table, ["signal"], model="decision_tree", search=search
    )
    assert warnings(table, ["signal"], model="decision_tree", settings=settings) == {}


@pytest.mark.parametrize(
    ("kind", "more", "told"),
    [
        ("group", {"calibration": "sigmoid"}, True),
        ("group", {"model": "linear_svm"}, True),
        ("group", {"model": "logistic_regression"}, False),
        ("time", {"calibration": "sigmoid"}, False),
        ("time", {"model": "linear_svm"}, False),
        ("time", {"preparation": {"categorical": {"encode": "target"}}}, True),
        (
            "time",
            {
                "model": "stacking",
                "settings": {"members": [{"name": "dummy"}, {"name": "decision_tree"}]},
            },
            True,
        ),
    ],
)
def test_folds_within_the_model_that_know_no_groups_are_told(
    kind: str, more: dict[str, Any], told: bool, table: Table
) -> None:
    policy = SplitPolicy(kind=kind, column="until" if kind == "time" else "visits")
    schema = table.schema.model_copy(update={"split": policy})
    divided = Table(schema, table.frame, split_rows(table.frame, schema.target, policy))
    found = warnings(divided, ["signal", "colour"], **more)
    assert (f"inner_folds_ignore_{kind}" in found) == told
