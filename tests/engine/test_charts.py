"""Charts: valid, drawn, small, theme-blind, translated whole, and readable as a table."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
import pytest
import vl_convert

from engine.charts import catalogue as charts
from engine.charts.text import Chart, localised, relabelled, table
from engine.explain import curves

# Users' text: names that Vega would read as paths, markup, a word of ours, and far too long.
NAMES = [
    'odd [name].x, "quoted" \\ <b>',
    "Threshold",
    "é" * 300,
    "é" * 299 + "e",
    *(f"column {n}" for n in range(60)),
]
MAX_BYTES = 30_000


def curve_views() -> dict[str, dict[str, Any]]:
    rng = np.random.default_rng(3)
    y = (rng.random(3_000) < 0.3).astype(int)
    probability = 1 / (1 + np.exp(-(rng.normal(size=3_000) + 1.5 * y - 1)))
    return {
        "threshold": curves.threshold_curve(y, probability).to_dict(),
        "roc": curves.roc(y, probability).to_dict(),
        "precision_recall": curves.precision_recall(y, probability).to_dict(),
        "reliability": curves.reliability(y, probability).to_dict(),
    }


VIEWS = curve_views()
LEARNING = {
    "metric": "roc_auc",
    "points": [
        {"rows": n, "train": 0.99, "train_std": 0.0, "check": 0.7 + n / 999, "check_std": 0.02}
        for n in (10, 33, 55, 78, 100)
    ],
}
LOSS = {
    "loss": "log_loss",
    "iterations": list(range(1, 61)),
    "train": [1 / n for n in range(1, 61)],
    "test": [1 / n + n / 99 for n in range(1, 61)],
    "used": 40,
}
IMPORTANCE = {
    "columns": [{"name": name, "mean": 0.2 - n / 150, "std": 0.01} for n, name in enumerate(NAMES)]
}
CONTRIBUTIONS = [{"name": name, "mean_abs": 1 / (2 + n)} for n, name in enumerate(NAMES)]


def effect(kind: str, grid: list[Any], deciles: list[Any]) -> dict[str, Any]:
    mean = np.linspace(0.2, 0.7, len(grid))
    spread = np.linspace(-0.1, 0.2, 70)
    return {
        "feature": "Threshold",
        "kind": kind,
        "grid": grid,
        "mean": mean.tolist(),
        "curves": [(mean + shift).tolist() for shift in spread],
        "deciles": deciles,
    }


def dependence(kind: str, values: list[Any]) -> dict[str, Any]:
    points = [(value, float(np.sin(n))) for n, value in enumerate(values)]
    return {
        "feature": NAMES[0],
        "kind": kind,
        "dependence": {"unit": "log_odds", "points": points},
    }


DATES = [f"20{n:02d}-0{n % 9 + 1}-11" for n in range(10, 40)]
WATERFALL = {
    "base": -1.0,
    "output": -1.0 + sum((-1) ** n * (2 - n / 10) for n in range(16)),
    "unit": "log_odds",
    "bars": [
        {"name": NAMES[n], "value": [3.14159, None, "text"][n % 3], "contribution": c}
        for n, c in enumerate((-1) ** n * (2 - n / 10) for n in range(16))
    ],
}
SLICES = {
    "overall_rate": 0.05,
    "slices": [
        {"label": f"{name} = 1", "rate": 0.2, "low": 0.1, "high": 0.3, "size": 90 + n}
        for n, name in enumerate(NAMES[:20])
    ],
}
RUNS = [
    {
        "name": f"#{n} {NAMES[0]}",
        "score": 0.7 + n / 1000,
        "values": {
            "model": ["lightgbm", "xgboost"][n % 2],
            "rate": 10 ** (-n % 4),
            "depth": None if n % 3 else n,
        },
    }
    for n in range(120)
]
DIMENSIONS = [
    {"key": "model", "label": "Model"},
    {"key": "rate", "label": "Learning rate"},
    {"key": "depth", "label": [NAMES[1]]},
]

CHARTS: dict[str, Callable[[], Chart]] = {
    "learning": lambda: charts.learning_chart(LEARNING),
    "loss": lambda: charts.loss_chart(LOSS),
    "loss of train": lambda: charts.loss_chart(LOSS | {"test": None, "loss": "training_loss"}),
    "threshold": lambda: charts.threshold_chart(VIEWS["threshold"], threshold=0.5, best=0.31),
    "threshold with cost": lambda: charts.threshold_chart(
        VIEWS["threshold"] | {"expected_cost": np.linspace(3, 9, 99).tolist()}, threshold=0.5
    ),
    "roc": lambda: charts.roc_chart(VIEWS["roc"]),
    "precision-recall": lambda: charts.precision_recall_chart(VIEWS["precision_recall"]),
    "reliability": lambda: charts.reliability_chart(VIEWS["reliability"]),
    "importance": lambda: charts.importance_chart(IMPORTANCE),
    "importance and SHAP": lambda: charts.importance_chart(IMPORTANCE, CONTRIBUTIONS),
    "effect of a number": lambda: charts.effect_chart(
        effect("number", np.linspace(0, 1, 40).tolist(), np.linspace(0.1, 0.9, 9).tolist())
    ),
    "effect of a date": lambda: charts.effect_chart(effect("date", DATES, DATES[3:12])),
    "effect of a category": lambda: charts.effect_chart(effect("category", [*NAMES, None], [])),
    "dependence on a number": lambda: charts.dependence_chart(
        dependence("number", [None, *(np.arange(900) / 7).tolist()])
    ),
    "dependence on a date": lambda: charts.dependence_chart(dependence("date", DATES)),
    "dependence on a category": lambda: charts.dependence_chart(
        dependence("category", [*NAMES, None] * 20)
    ),
    "waterfall": lambda: charts.waterfall_chart(WATERFALL),
    "slices": lambda: charts.slices_chart(SLICES),
    "overlay": lambda: charts.roc_overlay_chart(
        [VIEWS["roc"] | {"name": name} for name in NAMES[:2] + NAMES[4:8]]
    ),
    "parallel": lambda: charts.parallel_chart(RUNS, DIMENSIONS, score="ROC AUC"),
}


@pytest.fixture(scope="module")
def made() -> dict[str, Chart]:
    return {name: make() for name, make in CHARTS.items()}


def drawn(spec: dict[str, Any]) -> str:
    return str(vl_convert.vegalite_to_svg(spec | {"width": 600}, vl_version="6.4"))


def texts(svg: str) -> list[str]:
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


def french(text: str) -> str:
    assert text, "gettext answers an empty string with the catalogue's header"
    return f"«{text}"


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_valid_small_and_without_a_look_of_its_own(
    name: str, made: dict[str, Chart]
) -> None:
    spec = made[name].spec
    alt.Chart.from_dict(spec)
    text = json.dumps(made[name].to_dict(), allow_nan=False)
    assert len(json.dumps(spec)) < MAX_BYTES
    assert spec["width"] == "container"
    assert "config" not in spec
    # The theme gives colours: no layer names one.
    layers = json.dumps({key: part for key, part in spec.items() if key != "datasets"})
    assert not re.search(r'#[0-9a-fA-F]{3,8}"|"scheme"|"(fill|stroke|color)": "', layers)
    # As jsonb stores it: keys in an order of its own.
    stored = Chart(**json.loads(json.dumps(json.loads(text), sort_keys=True)))
    assert stored == made[name]
    assert table(stored) == table(made[name])


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_draws_with_every_word_translated(name: str, made: dict[str, Chart]) -> None:
    chart = localised(made[name], french)
    alt.Chart.from_dict(chart.spec)
    svg = drawn(chart.spec)
    assert "NaN" not in svg
    assert "undefined" not in svg
    theirs = [*NAMES, "lightgbm", "xgboost", "text", "#"]
    months = "January|February|March|April|May|June|July|August|September|October|November|December"
    for text in texts(svg):
        is_number = re.fullmatch(rf"[-+−,.%\d—]*|{months}", text)
        is_theirs = any(text.startswith(start[:12]) for start in theirs)
        assert text.startswith("«") or is_number or is_theirs, text
    assert chart.spec["description"].startswith("«")
    # Every mark that has a place is drawn: lines, dots, bars.
    assert len(re.findall(r"<(path|rect|line)", svg)) > 10


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_reads_as_a_table(name: str, made: dict[str, Chart]) -> None:
    found = table(localised(made[name], french))
    assert len(found.rows) == made[name].shown <= made[name].of
    assert found.rows
    assert all(len(row) == len(found.headers) for row in found.rows)
    assert all(isinstance(cell, str | int | float | None) for row in found.rows for cell in row)
    assert any(header.startswith("«") for header in found.headers)


def test_series_keep_their_colours_in_another_language(made: dict[str, Chart]) -> None:
    def backwards(text: str) -> str:
        return text[::-1]

    def lines(svg: str) -> list[str]:
        return re.findall(r'<path[^>]*stroke="(#\w+)"[^>]*stroke-width="2.5"', svg)

    for name in ("threshold with cost", "loss", "learning"):
        assert lines(drawn(localised(made[name], backwards).spec)) == lines(drawn(made[name].spec))
        assert len(set(lines(drawn(made[name].spec)))) >= 2


def test_a_users_text_is_not_translated(made: dict[str, Chart]) -> None:
    shown = texts(drawn(localised(made["effect of a number"], french).spec))
    assert "Threshold" in shown
    assert "«Threshold" not in shown
    overlay = localised(made["overlay"], french)
    assert table(overlay).rows[0][0] == NAMES[0]


def test_the_threshold_chart_shows_both_thresholds(made: dict[str, Chart]) -> None:
    chart = localised(made["threshold"], french)
    assert chart.spec["datasets"]["rules"] == [
        {"series": "«Threshold of this run", "threshold": 0.5},
        {"series": "«Best on out-of-fold predictions", "threshold": 0.31},
    ]
    row = table(chart).rows[30]
    view = VIEWS["threshold"]
    expected = [view[name][30] for name in ("threshold", "precision", "recall", "f1")]
    assert list(row) == pytest.approx(expected, rel=1e-5)


def test_no_precision_is_drawn_where_nothing_is_predicted_positive() -> None:
    last = len(VIEWS["threshold"]["tp"]) - 1
    nothing = {name: [*VIEWS["threshold"][name][:last], 0] for name in ("tp", "fp", "precision")}
    chart = charts.threshold_chart(VIEWS["threshold"] | nothing, threshold=0.5)
    rows = table(localised(chart, french)).rows
    assert rows[last][1] is None
    assert rows[30][1] is not None


def test_importance_and_shap_start_from_the_same_line() -> None:
    means = {NAMES[4]: 0.1, NAMES[5]: -0.04}
    importance = {"columns": [{"name": n, "mean": m, "std": 0.01} for n, m in means.items()]}
    found = json.dumps(charts.importance_chart(importance, CONTRIBUTIONS).spec["layer"])
    domains = {
        tuple(map(float, d.split(","))) for d in re.findall(r'"domain": \[([-\d., ]+)\]', found)
    }
    (other_low, other_high), (low, high) = sorted(domains)
    assert (low, high) == pytest.approx((-0.05 * 1.02, 0.11 * 1.02))
    assert low / high == pytest.approx(other_low / other_high)
    all_below = {"columns": [{"name": "a", "mean": -0.1, "std": 0.05}]}
    assert "NaN" not in drawn(charts.importance_chart(all_below, CONTRIBUTIONS).spec)


def test_names_that_are_cut_short_still_differ(made: dict[str, Chart]) -> None:
    rows = table(made["importance"]).rows
    labels = [row[0] for row in rows]
    assert labels[:2] == NAMES[:2]
    assert len(set(labels)) == len(labels) == 20
    assert made["importance"].of == len(NAMES)


def test_the_waterfall_goes_from_the_base_to_the_output(made: dict[str, Chart]) -> None:
    rows = localised(made["waterfall"], french).spec["datasets"]["rows"]
    assert (rows[0]["label"], rows[0]["end"]) == ("«Base value", WATERFALL["base"])
    assert (rows[-1]["label"], rows[-2]["label"]) == ("«Prediction", "«All other features")
    assert rows[-2]["end"] == pytest.approx(WATERFALL["output"])
    for before, row in pairwise(rows[:-1]):
        assert row["start"] == pytest.approx(before["end"])
        assert row["end"] - row["start"] == pytest.approx(row["contribution"], abs=1e-4)
        assert before["next"] == row["label"]
    assert {row["series"] for row in rows[1:-1]} == {
        "«Raises the prediction",
        "«Lowers the prediction",
    }
    labels = texts(drawn(made["waterfall"].spec))
    assert labels.index("base") < labels.index("column 0 = —") < labels.index("output")


def test_the_numbers_of_a_waterfall_stand_clear_of_the_names() -> None:
    bars = [{"name": "n", "value": 1, "contribution": size} for size in (-3.0, 1.0)]
    view = {"base": 0.0, "output": -2.0, "unit": "log_odds", "bars": bars}
    phone = charts.waterfall_chart(view).spec | {"width": 110}
    svg = str(vl_convert.vegalite_to_svg(phone, vl_version="6.4"))
    numbers = (
        r'<text[^>]*text-anchor="(\w+)" transform="translate\(([\d.]+),[^>]*>[−+]?\d\.\d\d</text>'
    )
    places = [(anchor, float(x)) for anchor, x in re.findall(numbers, svg)]
    assert [anchor for anchor, _x in places] == ["start"] * 4
    assert all(0 < x <= 110 - 40 for _anchor, x in places)


@pytest.mark.parametrize("score", [0.0, 0.5, 1.0])
def test_a_learning_curve_that_stays_the_same_has_an_axis(score: float) -> None:
    same = {"train": score, "train_std": 0.0, "check": score, "check_std": 0.0}
    points = [{"rows": rows} | same for rows in (10, 20)]
    svg = drawn(charts.learning_chart({"metric": "roc_auc", "points": points}).spec)
    numbers = {float(text) for text in texts(svg) if re.fullmatch(r"[01]\.\d+", text)}
    assert len(numbers) >= 3
    assert score in numbers
    assert all(0 <= number <= 1 for number in numbers)


def test_a_category_shows_its_mean_contribution_over_all_rows() -> None:
    points = [("a", 1.0), ("b", -1.0), ("a", 2.0), (None, 0.5)]
    effect = {"feature": "x", "kind": "category"}
    found = charts.dependence_chart(
        effect | {"dependence": {"unit": "probability", "points": points}}
    )
    assert table(found).rows == (("a", 1.5, 2), ("—", 0.5, 1), ("b", -1.0, 1))


def test_runs_lie_between_the_lowest_and_the_highest(made: dict[str, Chart]) -> None:
    rows = made["parallel"].spec["datasets"]["rows"]
    assert [len(rows), made["parallel"].of] == [100, 120]
    assert {row["p0"] for row in rows} == {0, 1}
    # 1 to 1000: by the logarithm.
    assert sorted({row["p1"] for row in rows}) == pytest.approx([0, 1 / 3, 2 / 3, 1], abs=1e-4)
    assert {row["p2"] is None for row in rows} == {True, False}
    # Numbers, which a reader's language writes.
    ends = made["parallel"].spec["datasets"]["axes"]
    assert [(end["low"], end["high"]) for end in ends[:2]] == [("lightgbm", "xgboost"), (1, 1000)]
    assert rows[1]["v1"] == 1000
    same = [run | {"score": 0.5} for run in RUNS[:2]]
    alike = charts.parallel_chart(same, DIMENSIONS, score="F1").spec["datasets"]["rows"]
    assert [row["p3"] for row in alike] == [0.5, 0.5]


def test_the_score_is_the_last_axis_where_the_first_run_has_no_value() -> None:
    runs = [
        {"name": "a", "score": 0.5, "values": {"x": 1, "y": None}},
        {"name": "b", "score": 0.6, "values": {"x": 2, "y": 3}},
    ]
    axes = [{"key": key, "label": [key.upper()]} for key in "xy"]
    found = charts.parallel_chart(runs, axes, score=["Score"]).spec
    titles = re.findall(r"rotate\(320\)[^>]*>([^<]+)<", drawn(found))
    assert titles == ["X", "Y", "Score"]


def test_ticks_beyond_the_grid_do_not_stretch_the_picture() -> None:
    view = effect("number", [1.0, 2.0, 3.0], [0.0, 1.0, 1.5, 3.0, 1e9])
    found = charts.effect_chart(view).spec["datasets"]["deciles"]
    assert [row["x"] for row in found] == [1.0, 1.5, 3.0]


def test_labels_may_be_worded_later() -> None:
    chart = charts.slices_chart(SLICES | {"slices": SLICES["slices"][:2]})
    worded = relabelled(chart, ["un", "deux"])
    assert [row[0] for row in table(worded).rows] == ["un", "deux"]
    assert table(chart).rows[0][0] != "un"
    assert {"un", "deux"} <= set(texts(drawn(worded.spec)))


def test_the_words_of_charts_need_no_scientific_library() -> None:
    code = "import engine.charts.text, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"altair", "numpy", "pandas", "sklearn"} & set(done.stdout.split())
