"""Derive a model's limitations from its interpretation results; each is a code with a context."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from engine.judge.checks.check import is_notable_gap
from engine.judge.numbers import Interval
from engine.spec.metrics import METRICS
from engine.spec.schema import ColumnType, Schema

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")

NAMES_TOLD = 5
SLICES_TOLD = 3
EXAMPLES = 3
# A score whose interval is wider than this cannot tell good models from better ones.
WIDE_INTERVAL = 0.06
FEW_TEST_ROWS = 300
FEW_OF_A_CLASS = 50
RARE_CLASS = 0.1
# Metrics that a model reaches by never naming the rare class.
BLIND_TO_RARE = {"accuracy", "brier", "log_loss"}
# Of a metric that is no share: parts of the train score between train and test.
VISIBLE_RATIO = 0.25
TOO_GOOD = 0.98
NEARLY_EVERYTHING = 0.8
# Of five bins at 95 % one misses its rate in one model of four; more than a fifth is rare.
MISSED_BINS = 0.2
OUTSIDE = 0.01

# What a run warned of keeps its own code, and the words that it has there.
SEVERITY_OF_WARNING: dict[str, Severity] = {
    "leaking_column": "high",
    "identifier_used": "medium",
    "not_converged": "medium",
    "infinite_as_missing": "low",
    "new_feature_missing": "low",
    "rare_grouped": "low",
}


@dataclass(frozen=True)
class Limit:
    """One limitation of a model.

    Attributes:
        code: of `limit_messages.LIMITS`, or of a warning.
        context: JSON-able values that the sentence quotes.
        is_spoiler: tells what participants are to find out for themselves.
    """

    code: str
    context: dict[str, Any]
    severity: Severity
    is_spoiler: bool = False

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class OutsideColumn:
    """Test rows of one column whose value train does not cover.

    Attributes:
        kind: "range" of a number beyond train's, or "category" that train does not have.
        share: of all test rows.
        examples: some of the values.
    """

    name: str
    kind: Literal["range", "category"]
    rows: int
    share: float
    examples: tuple[str | float, ...]


@dataclass(frozen=True)
class Evidence:
    """The values from which limitations are derived; each may be missing.

    Attributes:
        columns: original columns that the model uses.
        metric: the primary one; `train` and `test` are its scores, and `interval` is that
            of the test score. `gap` is that of how much better train is.
        class_rows: test rows by class name.
        reliability: `Reliability.to_dict()`.
        slices: `Slices.to_dict()`.
        groups: `GroupRates.to_dict()` by sensitive column.
        outside: of `extrapolation`.
        importance: by column, how much the score falls when it is shuffled.
        findings: of the dataset's health report; warnings: of the run, {"code", "context"}.
        suspects: columns that may know the outcome: that is an alarm, no limit.
    """

    schema: Schema
    columns: tuple[str, ...]
    metric: str
    train: float
    test: float
    interval: tuple[float, float]
    class_rows: Mapping[str, int]
    gap: Interval | None = None
    reliability: Mapping[str, Any] | None = None
    slices: Mapping[str, Any] | None = None
    groups: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    outside: Sequence[OutsideColumn] = ()
    importance: Mapping[str, float] = field(default_factory=dict)
    findings: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[Mapping[str, Any]] = ()
    suspects: Collection[str] = ()


def find_limits(evidence: Evidence) -> tuple[Limit, ...]:
    """Every limit that the evidence shows, the most serious first."""
    found = [limit for check in CHECKS for limit in check(evidence)]
    return tuple(sorted(found, key=lambda limit: SEVERITIES.index(limit.severity)))


def extrapolation(
    train: pd.DataFrame, test: pd.DataFrame, schema: Schema
) -> tuple[OutsideColumn, ...]:
    """In which columns test rows have values that train does not cover, the most first.

    A model cannot know what happens there: a tree goes on as at the end of the range, a
    line goes on as a line. Two columns may also lie outside only together, which this
    does not see.

    Args:
        train, test: original feature columns, shapes (n_train_rows, n_features) and
            (n_test_rows, n_features).
    """
    found = []
    for name in test.columns:
        column, values = schema.by_name[name], test[name].dropna()
        if column.numeric and column.type == ColumnType.NUMERIC:
            outside = values[(values < train[name].min()) | (values > train[name].max())]
            kind: Literal["range", "category"] = "range"
        elif column.type in (ColumnType.CATEGORICAL, ColumnType.BOOLEAN):
            outside, kind = values[~values.isin(train[name].dropna().unique())], "category"
        else:
            continue
        if len(outside):
            examples = tuple(outside.drop_duplicates()[:EXAMPLES].tolist())
            share = len(outside) / len(test)
            found.append(OutsideColumn(name, kind, len(outside), share, examples))
    return tuple(sorted(found, key=lambda one: -one.rows))


def _names(names: Iterable[str]) -> dict[str, Any]:
    """In the form in which warnings quote columns."""
    every = list(dict.fromkeys(names))
    return {"names": every[:NAMES_TOLD], "more": len(every[NAMES_TOLD:])}


# --- The test and its score -----------------------------------------------------------------
def _small_test(evidence: Evidence) -> Iterator[Limit]:
    low, high = evidence.interval
    rows = sum(evidence.class_rows.values())
    is_wide = METRICS[evidence.metric].is_share and high - low > WIDE_INTERVAL
    if is_wide or rows < FEW_TEST_ROWS:
        context = {"metric": evidence.metric, "rows": rows, "low": low, "high": high}
        yield Limit("small_test", context, "medium")


def _classes(evidence: Evidence) -> Iterator[Limit]:
    name, rows = min(evidence.class_rows.items(), key=lambda pair: pair[1])
    share = rows / max(sum(evidence.class_rows.values()), 1)
    if rows < FEW_OF_A_CLASS:
        yield Limit("few_of_a_class", {"name": name, "rows": rows}, "medium")
    if share < RARE_CLASS:
        severity: Severity = "medium" if evidence.metric in BLIND_TO_RARE else "low"
        yield Limit("rare_class", {"name": name, "share": share}, severity)


def _overfitting(evidence: Evidence) -> Iterator[Limit]:
    """A gap that is visible, and more than chance."""
    metric = METRICS[evidence.metric]
    context = {"metric": metric.name, "train": evidence.train, "test": evidence.test}
    if metric.is_share:
        if evidence.gap is not None and is_notable_gap(evidence.gap[0]):
            yield Limit("overfitting", context, "medium")
        return
    gap = evidence.train - evidence.test
    low, high = evidence.interval
    if not metric.higher_is_better:
        gap = -gap
    is_certain = evidence.train > high if metric.higher_is_better else evidence.train < low
    if is_certain and gap > VISIBLE_RATIO * abs(evidence.train):
        yield Limit("overfitting", context, "medium")


def _too_good(evidence: Evidence) -> Iterator[Limit]:
    metric = METRICS[evidence.metric]
    floor = 0.0
    if metric.name == "accuracy":
        # Who always says the larger class is as often right as it is large.
        rows = evidence.class_rows.values()
        floor = max(rows) / max(sum(rows), 1)
    if metric.higher_is_better and evidence.test >= floor + TOO_GOOD * (1 - floor):
        yield Limit("too_good", {"metric": metric.name, "score": evidence.test}, "high")


def _calibration(evidence: Evidence) -> Iterator[Limit]:
    if not evidence.reliability:
        return
    bins = evidence.reliability["bins"]
    missed = sum(not one["low"] <= one["probability"] <= one["high"] for one in bins)
    if missed > max(1, MISSED_BINS * len(bins)):
        error = evidence.reliability["expected_calibration_error"]
        context = {"bins": missed, "of": len(bins), "error": error}
        yield Limit("miscalibrated", context, "medium")


# --- Parts of the rows ----------------------------------------------------------------------
def _slices(evidence: Evidence) -> Iterator[Limit]:
    for one in (evidence.slices or {"found": ()})["found"][:SLICES_TOLD]:
        told = ("conditions", "size", "rate", "rest_rate")
        yield Limit("weak_slice", {name: one[name] for name in told}, "medium")


def _groups(evidence: Evidence) -> Iterator[Limit]:
    for name, rates in evidence.groups.items():
        if small := sum(group["is_small"] for group in rates["groups"]):
            context = {"name": name, "count": small, "smallest": rates["smallest"]}
            yield Limit("small_group", context, "low")
        clear = {rate: gap for rate, gap in rates["gaps"].items() if gap["is_clear"]}
        # A base rate is the world's, not the model's.
        clear.pop("base_rate", None)
        if clear:
            rate, gap = max(clear.items(), key=lambda pair: pair[1]["difference"])
            ends = {
                end: rates["groups"][gap[end]]["rates"][rate]["rate"]
                for end in ("highest", "lowest")
            }
            yield Limit("unequal_groups", {"name": name, "rate": rate, **ends}, "medium")


def _outside(evidence: Evidence) -> Iterator[Limit]:
    for kind, code in (("range", "outside_range"), ("category", "unseen_category")):
        found = [one for one in evidence.outside if one.kind == kind and one.share >= OUTSIDE]
        if found:
            context = _names(one.name for one in found) | {"share": max(o.share for o in found)}
            yield Limit(code, context, "medium")


# --- Columns --------------------------------------------------------------------------------
def _used(evidence: Evidence, code: str) -> list[str]:
    """Columns of the model of which the health report found this."""
    return [
        name
        for finding in evidence.findings
        if finding["code"] == code
        for name in finding["columns"]
        if name in evidence.columns
    ]


def _leaks(evidence: Evidence) -> Iterator[Limit]:
    if names := _used(evidence, "leak_suspected"):
        yield Limit("leak_suspected", _names(names), "high", is_spoiler=True)
    falls = {name: max(fall, 0.0) for name, fall in evidence.importance.items()}
    if len(falls) > 1 and sum(falls.values()) > 0:
        name = max(falls, key=lambda one: falls[one])
        share = falls[name] / sum(falls.values())
        if share >= NEARLY_EVERYTHING and name not in evidence.suspects:
            yield Limit("one_column_decides", {"name": name, "share": share}, "high")


def _drift(evidence: Evidence) -> Iterator[Limit]:
    if names := _used(evidence, "drift") + _used(evidence, "drift_too"):
        yield Limit("drift", _names(names), "medium", is_spoiler=True)
    for finding in evidence.findings:
        if finding["code"] == "target_drift":
            shares = {name: finding["values"][name] for name in ("share", "share_later")}
            yield Limit("target_drift", shares, "medium", is_spoiler=True)


def _time(evidence: Evidence) -> Iterator[Limit]:
    dates = [c.name for c in evidence.schema.features if c.type == ColumnType.DATETIME]
    if dates and evidence.schema.split.kind != "time":
        yield Limit("time_ignored", _names(dates), "medium")


def _repeated(evidence: Evidence) -> Iterator[Limit]:
    for finding in evidence.findings:
        if finding["code"] == "rows_in_train_and_test":
            context = {"count": finding["values"]["count"]}
            yield Limit("rows_in_train_and_test", context, "medium")
        elif finding["code"] == "texts_in_train_and_test" and (
            names := [name for name in finding["columns"] if name in evidence.columns]
        ):
            context = _names(names) | {"count": finding["values"]["count"]}
            yield Limit("texts_in_train_and_test", context, "medium", is_spoiler=True)


def _warnings(evidence: Evidence) -> Iterator[Limit]:
    for warning in evidence.warnings:
        if severity := SEVERITY_OF_WARNING.get(warning["code"]):
            yield Limit(warning["code"], dict(warning["context"]), severity)


CHECKS: tuple[Callable[[Evidence], Iterator[Limit]], ...] = (
    _leaks,
    _too_good,
    _warnings,
    _repeated,
    _overfitting,
    _small_test,
    _classes,
    _calibration,
    _slices,
    _groups,
    _outside,
    _drift,
    _time,
)
