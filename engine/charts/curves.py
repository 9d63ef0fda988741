"""Charts of learning, thresholds, ranking and calibration."""

from __future__ import annotations

from typing import Any

import altair as alt

from engine.charts.parts import (
    DIAGONAL,
    FAINT,
    by_series,
    diagonal,
    finished,
    pointer_dot,
    pointer_rule,
    rule_at,
    rules_at,
    series_colour,
    share_axis,
    span,
    tooltip,
)
from engine.charts.text import Chart, Title
from engine.messages import N_
from engine.spec.metrics import METRICS

# Of a score over its learning curve: a straight line is drawn as one.
LEAST_SPAN = 0.02
# Where a curve begins, no threshold is high enough.
THRESHOLD_IF_ANY = "isValid(datum.threshold) ? format(datum.threshold, '.2f') : '—'"
PRECISION_IF_ANY = "isValid(datum.precision) ? format(datum.precision, '.3f') : '—'"


def learning_chart(curve: dict[str, Any]) -> Chart:
    """Scores on rows learned from and on others, over how many rows were learned from.

    Args:
        curve: `LearningCurve.to_dict()`.
    """
    series = {"train": N_("Training rows"), "check": N_("Validation rows")}
    rows = [
        {
            "rows": point["rows"],
            "series": part,
            "mean": point[part],
            "low": point[part] - point[f"{part}_std"],
            "high": point[part] + point[f"{part}_std"],
        }
        for part in series
        for point in curve["points"]
    ]
    metric = METRICS[curve["metric"]].label
    columns: dict[str, Title] = {
        "rows": N_("Number of rows"),
        "series": N_("Scored on"),
        "mean": metric,
        "low": N_("Mean minus standard deviation"),
        "high": N_("Mean plus standard deviation"),
    }
    axis = alt.Axis(grid=False, tickCount=5)
    x = alt.X("rows:Q", title=N_("Number of training rows"), axis=axis)
    reach = [row[end] for row in rows for end in ("low", "high")]
    up: dict[str, Any] = {
        "title": metric,
        "scale": alt.Scale(domain=span(reach, LEAST_SPAN), nice=True, zero=False),
        "axis": alt.Axis(tickCount=5),
    }
    colour, words = (
        series_colour(series),
        tooltip(columns, rows=",", mean=".3f", low=".3f", high=".3f"),
    )
    band = alt.Chart().mark_area(opacity=FAINT, aria=False)
    layers = [
        alt.Chart().mark_line(strokeWidth=2.5, aria=False).encode(x, alt.Y("mean:Q", **up), colour),
        band.encode(x, alt.Y("low:Q", **up), colour, y2="high:Q"),
        alt.Chart()
        .mark_point(filled=True, size=60, opacity=1)
        .encode(x, alt.Y("mean:Q", **up), colour, tooltip=words),
    ]
    return finished(layers, rows, description=N_("Learning curve"), columns=columns, series=series)


def loss_chart(curve: dict[str, Any]) -> Chart:
    """The loss on train and test after each iteration, with a line where learning stopped.

    Args:
        curve: `LossCurve.to_dict()`.
    """
    series = {"train": N_("Train"), "test": N_("Test")}
    if curve["test"] is None:
        del series["test"]
    rows = [
        {"iteration": number} | {part: curve[part][place] for part in series}
        for place, number in enumerate(curve["iterations"])
    ]
    loss = {"log_loss": METRICS["log_loss"].label, "training_loss": N_("Training loss")}
    columns: dict[str, Title] = {"iteration": N_("Iteration"), **series}
    x = alt.X("iteration:Q", title=columns["iteration"], axis=alt.Axis(grid=False, tickCount=6))
    y = alt.Y("value:Q", title=loss[curve["loss"]], axis=alt.Axis(tickCount=5))
    line = by_series(list(series)).mark_line(strokeWidth=2.5, aria=False)
    words = tooltip(columns, iteration="d", **dict.fromkeys(series, ".4f"))
    layers = [line.encode(x, y, series_colour(series)), pointer_rule(x, words)]
    rules, datasets = {}, {}
    if curve["used"] < curve["iterations"][-1]:
        rules = {"used": N_("Iterations used")}
        datasets["rules"] = [{"series": "used", "iteration": curve["used"]}]
        layers.append(rules_at(list(rules), x))
    return finished(
        layers,
        rows,
        description=N_("Loss per iteration"),
        columns=columns,
        series=series | rules,
        datasets=datasets,
    )


def threshold_chart(curve: dict[str, Any], *, threshold: float, best: float | None = None) -> Chart:
    """Precision, recall, F1 and, where errors have costs, the cost over the threshold.

    Args:
        curve: `ThresholdCurve.to_dict()`.
        threshold: of the run.
        best: the one that out-of-fold predictions choose, for a metric of the caller's choice.
    """
    shares = ("precision", "recall", "f1")
    has_cost = curve["expected_cost"] is not None
    metrics = (*shares, "expected_cost") if has_cost else shares
    lines = {name: METRICS[name].label for name in metrics}
    rules = {"run": N_("Threshold of this run")}
    places = [{"series": "run", "threshold": threshold}]
    if best is not None:
        rules["best"] = N_("Best on out-of-fold predictions")
        places.append({"series": "best", "threshold": best})
    columns: dict[str, Title] = {"threshold": N_("Threshold"), **lines}
    rows = [
        {name: curve[name][place] for name in columns} for place in range(len(curve["threshold"]))
    ]
    for row, said in zip(rows, zip(curve["tp"], curve["fp"], strict=True), strict=True):
        if not any(said):
            # Of no prediction there is no share that is right: 0 would be a claim.
            row["precision"] = None
    x = share_axis("threshold:Q", columns["threshold"])
    line = by_series(shares).mark_line(strokeWidth=2.5, aria=False)
    colour = series_colour(lines)
    words = tooltip(columns, threshold=".2f", **dict.fromkeys(lines, ".3f"))
    words[1] = alt.Tooltip("precise:N", title=lines["precision"])
    layers: list[Any] = [
        line.encode(x, share_axis("value:Q", N_("Score"), channel=alt.Y), colour),
        rules_at(list(rules), x),
        pointer_rule(x, words).transform_calculate(precise=PRECISION_IF_ANY),
    ]
    independent: tuple[str, ...] = ()
    if has_cost:
        axis = alt.Axis(orient="right", grid=False, tickCount=5)
        y = alt.Y("value:Q", title=lines["expected_cost"], axis=axis)
        cost = by_series(["expected_cost"]).mark_line(strokeWidth=2.5, aria=False)
        layers = [alt.layer(*layers), cost.encode(x, y, colour)]
        independent = ("y",)
    return finished(
        layers,
        rows,
        description=N_("Metrics by threshold"),
        columns=columns,
        series=lines | rules,
        datasets={"rules": places},
        independent=independent,
    )


def roc_chart(curve: dict[str, Any]) -> Chart:
    """The ROC curve over the diagonal of guessing.

    Args:
        curve: `RocCurve.to_dict()`.
    """
    columns: dict[str, Title] = {
        "threshold": N_("Threshold"),
        "x": N_("False positive rate"),
        "y": N_("Recall (true positive rate)"),
    }
    points = zip(
        curve["thresholds"],
        curve["false_positive_rate"],
        curve["true_positive_rate"],
        strict=True,
    )
    return _ranking_chart(points, columns, N_("ROC curve"), diagonal(), DIAGONAL)


def precision_recall_chart(curve: dict[str, Any]) -> Chart:
    """Precision over recall, above the base rate, which is the precision of guessing.

    Args:
        curve: `PrecisionRecallCurve.to_dict()`.
    """
    columns: dict[str, Title] = {
        "threshold": N_("Threshold"),
        "x": N_("Recall"),
        "y": N_("Precision"),
    }
    points = zip(curve["thresholds"], curve["recall"], curve["precision"], strict=True)
    base = [{"y": curve["base_rate"]}]
    description = N_("Precision-recall curve")
    return _ranking_chart(points, columns, description, rule_at("diagonal", y="y:Q"), base)


def _ranking_chart(
    points: Any,
    columns: dict[str, Title],
    description: str,
    guessing: alt.Chart,
    guesses: list[dict[str, Any]],
) -> Chart:
    rows = [dict(zip(columns, point, strict=True)) for point in points]
    x = share_axis("x:Q", columns["x"])
    y = share_axis("y:Q", columns["y"], channel=alt.Y)
    at = alt.Tooltip("at:N", title=columns["threshold"])
    words = [at, *tooltip({"x": columns["x"], "y": columns["y"]}, x=".3f", y=".3f")]
    # Equal rates may be several points: the order is the curve's own.
    line = alt.Chart().mark_line(strokeWidth=2.5, aria=False)
    layers = [
        guessing,
        line.encode(x, y, order=alt.Order("place:Q")),
        pointer_dot(x, y, words).transform_calculate(at=THRESHOLD_IF_ANY),
    ]
    placed = [row | {"place": place} for place, row in enumerate(rows)]
    return finished(
        layers, placed, description=description, columns=columns, datasets={"diagonal": guesses}
    )


def reliability_chart(view: dict[str, Any]) -> Chart:
    """Share of positives over predicted probability; on the diagonal they agree.

    Args:
        view: `Reliability.to_dict()`.
    """
    columns: dict[str, Title] = {
        "probability": N_("Mean predicted probability"),
        "share": N_("Share of positives"),
        "low": N_("Lower bound of the interval (95%)"),
        "high": N_("Upper bound of the interval (95%)"),
        "count": N_("Rows"),
    }
    x = share_axis("probability:Q", columns["probability"])
    y = share_axis("share:Q", columns["share"], channel=alt.Y)
    size = alt.Size("count:Q", legend=None, scale=alt.Scale(domainMin=0, range=[0, 140]))
    number = dict.fromkeys(("probability", "share", "low", "high"), ".3f")
    words = tooltip(columns, count=",", **number)
    layers = [
        diagonal(),
        alt.Chart().mark_line(strokeWidth=1.5, opacity=0.5, aria=False).encode(x, y),
        alt.Chart().mark_rule(strokeWidth=1.5, aria=False).encode(x, y="low:Q", y2="high:Q"),
        alt.Chart().mark_point(filled=True, opacity=1).encode(x, y, size, tooltip=words),
    ]
    return finished(
        layers,
        view["bins"],
        description=N_("Reliability diagram"),
        columns=columns,
        datasets={"diagonal": DIAGONAL},
    )
