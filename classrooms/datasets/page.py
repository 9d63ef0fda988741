"""Page objects of a dataset. Templates only lay them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classrooms.datasets.recipe import recipe_lines
from classrooms.datasets.use import lets_change
from classrooms.datasets.wording import (
    describe_finding,
    number_text,
    type_label,
)
from classrooms.messages import DATASET_FAILURES, describe_failure
from classrooms.models import Dataset, Dojo, HealthReport

CHART_WIDTH, CHART_HEIGHT = 144, 36
SHOWN_CATEGORIES = 3
PERIODS = {"hour": gettext_lazy("By hour of the day"), "day_of_week": gettext_lazy("By weekday")}


@dataclass(frozen=True)
class ChartBar:
    """One bar of a small chart, the positive class stacked on the negative one."""

    x: float
    width: float
    negative_y: float
    negative_height: float
    positive_y: float
    positive_height: float
    title: str


@dataclass(frozen=True)
class ColumnRow:
    """A column in words and as a small chart."""

    name: str
    label: str
    type_label: str
    meaning: str
    missing: int
    missing_percent: float
    distinct: int
    is_leak: bool
    is_target: bool
    bars: list[ChartBar]
    rhythms: list[tuple[str, list[ChartBar]]]
    words: list[tuple[str, str]]
    summary: str
    alone: float | None
    drift: float | None

    @property
    def shown_name(self) -> str:
        return self.label or self.name


def dataset_context(dataset: Dataset, *, for_facilitator: bool) -> dict[str, Any]:
    """What the pages of facilitator and participants share about a dataset.

    Participants are not told what they are to find out: leaks, drift, what a column
    alone predicts.
    """
    report = HealthReport.objects.filter(dataset=dataset).first()
    health: dict[str, Any] = report.content if report else {}
    findings = [
        describe_finding(finding)
        for finding in health.get("findings", ())
        if for_facilitator or not finding["is_spoiler"]
    ]
    return {
        "dataset": dataset,
        "columns": column_rows(dataset, health, for_facilitator=for_facilitator),
        "positive_percent": 100 * dataset.positive_rate,
        "card": card_rows(dataset),
        "recipe": (recipe_lines(dataset, with_names=for_facilitator) if dataset.is_ready else []),
        "summary": _(dataset.bundled.summary) if dataset.bundled else dataset.description,
        "has_health": bool(health),
        "for_facilitator": for_facilitator,
        "findings": findings,
        "sampled": health.get("sampled", 0),
        "correlations": health.get("correlations", []) if for_facilitator else [],
        "split_kind": dataset.get_split_kind_display(),
        "chart_width": CHART_WIDTH,
        "chart_height": CHART_HEIGHT,
    }


def card_rows(dataset: Dataset) -> list[tuple[str, str]]:
    """Source, licence, period and first baseline, as far as they are known."""
    card = dataset.bundled
    baseline = ""
    if card:
        source, licence, period = _(card.source), _(card.licence), _(card.period)
        baseline = _(card.baseline) if card.baseline else ""
    else:
        source, licence, period = dataset.source, dataset.licence, dataset.period
    rows = [
        (_("Source"), source),
        (_("Licence"), licence),
        (_("Period"), period),
        (_("Split"), division_of(dataset)),
        (_("Suggested baseline"), baseline),
    ]
    return [(label, text) for label, text in rows if text]


def division_of(dataset: Dataset) -> str:
    """How the rows were split, if it was not at random."""
    if not dataset.split_by:
        return ""
    return f"{dataset.get_split_kind_display()} ({dataset.split_by})"


def column_rows(
    dataset: Dataset, health: dict[str, Any], *, for_facilitator: bool
) -> list[ColumnRow]:
    """Each column in words, with its distribution where one was looked at."""
    bundled = dataset.bundled.column_meanings if dataset.bundled else {}
    rows = []
    for column in dataset.table_columns:
        name = column["name"]
        found = health.get("columns", {}).get(name, {})
        meaning = _(bundled[name]) if name in bundled else dataset.column_meanings.get(name, "")
        rows.append(
            ColumnRow(
                name=name,
                label=dataset.column_labels.get(name, ""),
                type_label=_type_and_unit(column),
                meaning=meaning,
                missing=column["missing"],
                missing_percent=100 * column["missing"] / max(dataset.row_count, 1),
                distinct=column["distinct"],
                is_leak=for_facilitator and column.get("leak", False),
                is_target=name == dataset.target,
                bars=_chart(found.get("bars", []), found.get("others")),
                rhythms=_rhythm_charts(found.get("rhythms", {})),
                words=_words_by_class(dataset, found.get("words", {})),
                summary=_summary(column, found),
                alone=found.get("alone") if for_facilitator else None,
                drift=found.get("drift") if for_facilitator else None,
            )
        )
    return rows


def _summary(column: dict[str, Any], found: dict[str, Any]) -> str:
    """A distribution in one line, which is also what a screen reader says of the chart."""
    if numbers := found.get("summary"):
        shown = {name: number_text(value) for name, value in numbers.items()}
        return _("%(minimum)s to %(maximum)s, median %(median)s") % shown
    if found.get("kind") == "categories" and found["bars"]:
        bars = [*found["bars"], *filter(None, [found["others"]])]
        total = sum(bar["negative"] + bar["positive"] for bar in bars)
        shares = [
            f"{bar['label']} {100 * (bar['negative'] + bar['positive']) / total:.0f}\u00a0%"
            for bar in found["bars"][:SHOWN_CATEGORIES]
        ]
        rare = found["bars"][0]["negative"] + found["bars"][0]["positive"] < total / 100
        return ", ".join(column["examples"] if rare else shares)
    if found.get("kind") in {"words", "dates"} and found["bars"]:
        ends = found["bars"][0]["label"], found["bars"][-1]["label"]
        least, most = ends[0].split(" – ")[0], ends[1].split(" – ")[-1]
        span = least if least == most else f"{least} – {most}"
        return _("%(count)s words") % {"count": span} if found["kind"] == "words" else span
    return ", ".join(column["examples"])


def _type_and_unit(column: dict[str, Any]) -> str:
    unit = (column.get("reading") or {}).get("unit", "")
    return f"{type_label(column['type'])} ({unit})" if unit else type_label(column["type"])


def _rhythm_charts(rhythms: dict[str, dict[str, list[int]]]) -> list[tuple[str, list[ChartBar]]]:
    """A small chart for each period: what it is, and its bars."""
    return [
        (
            str(PERIODS[period]),
            _chart(
                [
                    {"label": _period_label(period, place), "negative": n, "positive": p}
                    for place, (n, p) in enumerate(
                        zip(counts["negative"], counts["positive"], strict=True)
                    )
                ],
                None,
            ),
        )
        for period, counts in rhythms.items()
    ]


def _period_label(period: str, place: int) -> str:
    return str(WEEKDAYS[place]) if period == "day_of_week" else f"{place}:00"


def _words_by_class(dataset: Dataset, words: dict[str, list[str]]) -> list[tuple[str, str]]:
    """The class, and the words that are more frequent in its texts."""
    names = {
        "positive": dataset.positive_class,
        "negative": dataset.data_schema.get("negative_class", ""),
    }
    return [(names[side], ", ".join(words[side])) for side in names if words.get(side)]


def _chart(bars: list[dict[str, Any]], others: dict[str, Any] | None) -> list[ChartBar]:
    if others:
        bars = [*bars, others | {"label": _("all others")}]
    highest = max((bar["negative"] + bar["positive"] for bar in bars), default=0)
    if not highest:
        return []
    width = min(CHART_WIDTH / len(bars), CHART_HEIGHT)
    chart = []
    for place, bar in enumerate(bars):
        negative = CHART_HEIGHT * bar["negative"] / highest
        positive = CHART_HEIGHT * bar["positive"] / highest
        chart.append(
            ChartBar(
                x=round(place * width + 0.5, 2),
                width=round(width - 1, 2),
                negative_y=round(CHART_HEIGHT - negative, 2),
                negative_height=round(negative, 2),
                positive_y=round(CHART_HEIGHT - negative - positive, 2),
                positive_height=round(positive, 2),
                title=f"{bar['label']}: {bar['negative']} + {bar['positive']}",
            )
        )
    return chart


def trap_rows(dataset: Dataset) -> list[dict[str, Any]]:
    """The planted traps, for the facilitator only."""
    traps = dataset.bundled.traps if dataset.bundled else ()
    return [
        {
            "title": _(trap.title),
            "description": _(trap.description),
            "columns": trap.columns,
            "question": _(trap.question),
        }
        for trap in traps
    ]


@dataclass(frozen=True)
class DatasetUse:
    """Dojos on a dataset, and what they allow.

    Attributes:
        dojos: all of them, the latest first.
        lets_undo: none of them has started.
    """

    dojos: list[Dojo]
    lets_undo: bool


def dataset_use(dataset: Dataset) -> DatasetUse:
    dojos = list(dataset.dojos.all())
    return DatasetUse(dojos, lets_undo=all(map(lets_change, dojos)))


def dataset_failure(dataset: Dataset) -> str:
    """Why reading or splitting failed, in the reader's language."""
    return describe_failure(dataset.failure_code, dataset.failure_context, DATASET_FAILURES)
