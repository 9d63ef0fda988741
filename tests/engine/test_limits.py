"""What a model cannot be trusted for: each limit where it is, and not where it is not."""

import ast
import inspect
import json
import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.explain.curves import reliability
from engine.explain.mistakes import limits
from engine.explain.mistakes.fairness import rates_by_group
from engine.explain.mistakes.limit_messages import LIMITS
from engine.explain.mistakes.limits import (
    Evidence,
    Limit,
    OutsideColumn,
    extrapolation,
    find_limits,
)
from engine.explain.mistakes.slices import find_slices
from engine.spec.schema import Column, ColumnType, Schema, SplitPolicy
from tests.engine.conftest import Table


def schema(*kinds: ColumnType, **more: Any) -> Schema:
    columns = [
        Column(name=kind, type=kind, numeric=kind == "numeric", missing=0, distinct=9)
        for kind in kinds
    ]
    target = Column(name="y", type=ColumnType.CATEGORICAL, numeric=False, missing=0, distinct=2)
    return Schema(
        columns=(*columns, target), target="y", positive_class="yes", negative_class="no", **more
    )


SOUND = Evidence(
    schema=schema(ColumnType.NUMERIC, ColumnType.CATEGORICAL),
    columns=("numeric", "categorical"),
    metric="roc_auc",
    train=0.84,
    test=0.82,
    interval=(0.80, 0.85),
    class_rows={"no": 1_200, "yes": 400},
    importance={"numeric": 0.05, "categorical": 0.04},
)


def changed(**changes: Any) -> list[Limit]:
    return list(find_limits(replace(SOUND, **changes)))


def codes(**changes: Any) -> list[str]:
    return [limit.code for limit in changed(**changes)]


def test_a_sound_model_has_no_limit() -> None:
    assert find_limits(SOUND) == ()


def finding(code: str, *columns: str, **values: Any) -> dict[str, Any]:
    return {"code": code, "columns": list(columns), "values": values, "is_spoiler": True}


@pytest.mark.parametrize(
    ("code", "changes", "context"),
    [
        ("small_test", {"interval": (0.78, 0.86)}, {"rows": 1_600, "low": 0.78, "high": 0.86}),
        ("small_test", {"class_rows": {"no": 120, "yes": 80}}, {"rows": 200}),
        ("few_of_a_class", {"class_rows": {"no": 300, "yes": 40}}, {"name": "yes", "rows": 40}),
        ("rare_class", {"class_rows": {"no": 920, "yes": 80}}, {"name": "yes", "share": 0.08}),
        ("overfitting", {"gap": (0.03, 0.1)}, {"train": 0.84, "test": 0.82}),
        ("too_good", {"test": 0.99, "train": 0.99, "interval": (0.98, 1.0)}, {"score": 0.99}),
        (
            "outside_range",
            {"outside": [OutsideColumn("numeric", "range", 32, 0.02, (9.0,))]},
            {"names": ["numeric"], "more": 0, "share": 0.02},
        ),
        (
            "unseen_category",
            {"outside": [OutsideColumn("categorical", "category", 80, 0.05, ("z",))]},
            {"names": ["categorical"], "share": 0.05},
        ),
        ("leak_suspected", {"findings": [finding("leak_suspected", "numeric")]}, {"more": 0}),
        (
            "one_column_decides",
            {"importance": {"numeric": 0.4, "categorical": 0.01, "noise": -0.3}},
            {"name": "numeric", "share": 0.4 / (0.4 + 0.01)},
        ),
        ("drift", {"findings": [finding("drift", "numeric")]}, {"names": ["numeric"]}),
        (
            "time_ignored",
            {"schema": schema(ColumnType.DATETIME)},
            {"names": ["datetime"], "more": 0},
        ),
        (
            "rows_in_train_and_test",
            {"findings": [finding("rows_in_train_and_test", count=7)]},
            {"count": 7},
        ),
        (
            "texts_in_train_and_test",
            {"findings": [finding("texts_in_train_and_test", "numeric", count=7)]},
            {"count": 7, "names": ["numeric"]},
        ),
        (
            "target_drift",
            {"findings": [finding("target_drift", "y", share=0.1, share_later=0.3)]},
            {"share": 0.1, "share_later": 0.3},
        ),
        (
            "drift",
            {"findings": [finding("drift_too", "categorical")]},
            {"names": ["categorical"]},
        ),
        (
            "identifier_used",
            {"warnings": [{"code": "identifier_used", "context": {"names": ["id"], "more": 0}}]},
            {"names": ["id"], "more": 0},
        ),
    ],
)
def test_each_limit_is_told_alone_with_what_its_sentence_quotes(
    code: str, changes: dict[str, Any], context: dict[str, Any]
) -> None:
    (found,) = changed(**changes)
    assert found.code == code
    assert found.context == found.context | context
    if code in LIMITS:
        assert set(re.findall(r"%\((\w+)\)s", LIMITS[code])) <= set(found.context)
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    "changes",
    [
        # Overfitting needs a gap that is visible and beyond chance.
        {"train": 0.86, "gap": (-0.01, 0.09)},
        {"train": 0.99, "gap": (0.019, 0.3)},
        {"metric": "log_loss", "train": 0.40, "test": 0.48, "interval": (0.43, 0.52)},
        {"metric": "log_loss", "train": 0.40, "test": 0.52, "interval": (0.39, 0.64)},
        {"metric": "log_loss", "train": 0.50, "test": 0.40, "interval": (0.38, 0.42)},
        {"outside": [OutsideColumn("numeric", "range", 3, 0.002, (9.0,))]},
        {"findings": [finding("leak_suspected", "not used"), finding("drift", "not used")]},
        {"findings": [finding("duplicates", count=3)]},
        {"importance": {"numeric": 0.0, "categorical": -0.01}},
        {"importance": {"numeric": 0.3}},
        {"schema": schema(ColumnType.DATETIME, split=SplitPolicy(kind="time", column="datetime"))},
        {"warnings": [{"code": "constant_column", "context": {}}]},
    ],
)
def test_what_is_no_limit_is_not_told(changes: dict[str, Any]) -> None:
    assert codes(**changes) == []


def test_the_gap_of_a_metric_where_less_is_better_is_the_other_way_round() -> None:
    loss = {"metric": "log_loss", "test": 0.48, "interval": (0.43, 0.52)}
    assert codes(**loss, train=0.1) == ["overfitting"]
    brier = {"metric": "brier", "train": 0.02, "test": 0.15, "interval": (0.14, 0.16)}
    assert codes(**brier, gap=(0.1, 0.16)) == ["overfitting"]
    assert codes(**brier, gap=(0.01, 0.2)) == []


def test_a_rare_class_weighs_more_where_the_metric_is_blind_to_it() -> None:
    rows = {"no": 920, "yes": 80}
    blind = changed(class_rows=rows, metric="accuracy")
    assert [(limit.code, limit.severity) for limit in blind] == [("rare_class", "medium")]
    assert changed(class_rows=rows)[0].severity == "low"


def test_calibration_is_judged_by_intervals_and_not_by_one_bin_in_ten() -> None:
    rng = np.random.default_rng(0)
    probability = rng.random(4_000)
    y = (rng.random(4_000) < probability).astype(int)
    sound = reliability(y, probability).to_dict()
    assert codes(reliability=sound) == []
    missed = [dict(one, probability=one["high"] + 0.01) for one in sound["bins"]]
    assert codes(reliability=sound | {"bins": missed[:2] + sound["bins"][2:]}) == []
    assert codes(reliability=sound | {"bins": missed[:3] + sound["bins"][3:]}) == ["miscalibrated"]
    (found,) = changed(reliability=reliability(y, probability**3).to_dict())
    assert (found.code, found.context["of"]) == ("miscalibrated", 10)
    assert 5 < found.context["bins"] <= 10


def test_significant_slices_are_limits_and_the_surest_come_first() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"categorical": rng.choice(["a", "b", "c"], 600).astype(object)})
    wrong = rng.random(600) < np.where(table["categorical"] == "b", 0.7, 0.1)
    found = find_slices(table, np.zeros(600), wrong.astype(int), schema=SOUND.schema)
    (limit,) = changed(slices=found.to_dict())
    assert limit.code == "weak_slice"
    assert limit.context["conditions"][0]["value"] == "b"
    assert limit.context["rate"] == found.found[0].rate
    assert set(re.findall(r"%\((\w+)\)s", LIMITS["weak_slice"])) <= set(limit.context)


def test_small_and_unequal_groups_are_told_but_not_what_the_world_does() -> None:
    groups = pd.Series(["a"] * 300 + ["b"] * 300 + ["c"] * 5, dtype=object)
    said = np.array(([1] * 8 + [0] * 2) * 30 + ([1] * 2 + [0] * 8) * 30 + [0] * 5)
    unequal = rates_by_group(groups, np.zeros(605), said, said.astype(float)).to_dict()
    found = changed(groups={"sex": unequal})
    assert [limit.code for limit in found] == ["unequal_groups", "small_group"]
    told, small = (limit.context for limit in found)
    assert (told["name"], told["highest"], told["lowest"]) == ("sex", 0.8, 0.2)
    assert (small["count"], small["smallest"]) == (1, 30)
    # Right about everybody, of groups that differ: only precision and the like can be unequal.
    right = rates_by_group(groups[:600], said[:600], said[:600], said[:600] * 1.0).to_dict()
    right["gaps"] = {"base_rate": right["gaps"]["base_rate"]}
    assert codes(groups={"sex": right}) == []


def test_the_serious_comes_first_and_spoilers_are_marked() -> None:
    found = changed(
        gap=(0.05, 0.2),
        findings=[finding("drift", "numeric"), finding("leak_suspected", "numeric")],
        class_rows={"no": 1_500, "yes": 100},
    )
    assert [limit.severity for limit in found] == ["high", "medium", "medium", "low"]
    assert {limit.code for limit in found if limit.is_spoiler} == {"leak_suspected", "drift"}


def test_more_columns_than_are_told_are_counted() -> None:
    names = [f"c{n}" for n in range(7)]
    (found,) = changed(columns=tuple(names), findings=[finding("drift", *names)])
    assert found.context == {"names": names[:5], "more": 2}


def test_every_code_has_its_sentence_and_every_sentence_its_code() -> None:
    """Read from the source: the codes that the checks can give."""
    tree = ast.parse(inspect.getsource(limits))
    given = {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Limit"
        if isinstance(call.args[0], ast.Constant)
    }
    assert given | {"outside_range", "unseen_category"} == set(LIMITS)


def test_extrapolation_counts_test_rows_beyond_train() -> None:
    train = pd.DataFrame(
        {"numeric": [1.0, 5.0, np.nan], "categorical": ["a", "b", None], "text": ["x", "y", "z"]}
    )
    test = pd.DataFrame(
        {
            "numeric": [0.5, 1.0, 5.0, np.nan, 7.0, 3.0, 8.0, 2.0],
            "categorical": ["a", "c", None, "b", "a", "a", "d", "c"],
            "text": ["new"] * 8,
        }
    )
    kinds = (ColumnType.NUMERIC, ColumnType.CATEGORICAL, ColumnType.TEXT)
    assert extrapolation(train, test, schema(*kinds)) == (
        OutsideColumn("numeric", "range", 3, 3 / 8, (0.5, 7.0, 8.0)),
        OutsideColumn("categorical", "category", 3, 3 / 8, ("c", "d")),
    )
    assert extrapolation(test, train, schema(*kinds)) == ()


def test_extrapolation_takes_every_kind_of_column(table: Table) -> None:
    names = [column.name for column in table.schema.features]
    parts = (table.frame.iloc[rows][names] for rows in (table.split.train, table.split.test))
    found = extrapolation(*parts, table.schema)
    assert {one.name for one in found} <= set(names) - {"code", "comment", "since", "until"}


def test_the_web_process_reads_the_sentences_without_a_scientific_library() -> None:
    code = (
        "import sys, engine.explain.mistakes.limits;"
        "print({'numpy', 'pandas', 'sklearn', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_as_right_as_the_larger_class_is_large_is_not_too_good() -> None:
    rows = {"no": 990, "yes": 10}
    assert "too_good" not in codes(class_rows=rows, metric="accuracy", test=0.985, train=0.985)
    assert "too_good" in codes(class_rows=rows, metric="accuracy", test=0.9999, train=0.9999)


def test_nothing_is_built_upon_a_column_that_may_know_the_outcome() -> None:
    decides = {"importance": {"numeric": 0.4, "categorical": 0.01}}
    assert codes(**decides) == ["one_column_decides"]
    assert codes(**decides, suspects={"numeric"}) == []
