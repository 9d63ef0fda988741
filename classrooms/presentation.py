"""What pages show of datasets and Dojos, worked out once: templates only lay it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from classrooms.access import Request
from classrooms.messages import describe_failure
from classrooms.models import Dataset, Dojo, Membership
from classrooms.selectors import dojo_clock
from experiments.engine.schema import ColumnType


def type_label(name: str) -> str:
    """A column type in words."""
    labels = {
        ColumnType.NUMERIC: _("number"),
        ColumnType.CATEGORICAL: _("category"),
        ColumnType.BOOLEAN: _("yes/no"),
        ColumnType.TEXT: _("free text"),
        ColumnType.DATETIME: pgettext("column type", "date"),
        ColumnType.ID: _("identifier?"),
    }
    return labels[ColumnType(name)]


def column_rows(dataset: Dataset) -> list[dict[str, Any]]:
    """Each column with its type and meaning in words."""
    meanings = dataset.bundled.column_meanings if dataset.bundled else {}
    return [
        column
        | {
            "type_label": type_label(column["type"]),
            "meaning": _(meanings[column["name"]]) if column["name"] in meanings else "",
        }
        for column in dataset.columns
    ]


def dataset_context(dataset: Dataset) -> dict[str, Any]:
    """What the pages of facilitator and participants share about a dataset."""
    context: dict[str, Any] = {
        "dataset": dataset,
        "columns": column_rows(dataset),
        "positive_percent": 100 * dataset.positive_rate,
    }
    if card := dataset.bundled:
        context["card"] = [
            (_("Source"), _(card.source)),
            (_("Licence"), _(card.licence)),
            (_("Period"), _(card.period)),
        ]
        context["summary"] = _(card.summary)
    return context


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


def dataset_failure(dataset: Dataset) -> str:
    return describe_failure(dataset.failure_code, dataset.failure_context)


@dataclass(frozen=True)
class ClockButton:
    """One thing that the facilitator can do to the clock now."""

    name: str
    label: str
    is_primary: bool = False


def clock_buttons(dojo: Dojo, *, is_last_phase: bool) -> list[ClockButton]:
    """What the Dojo's state allows, the likeliest marked as primary."""
    following = _("End the Dojo") if is_last_phase else _("Next phase")
    match dojo.state:
        case Dojo.State.DRAFT:
            return [ClockButton("start", _("Start the Dojo"), is_primary=True)]
        case Dojo.State.RUNNING:
            return [
                ClockButton("pause", _("Pause")),
                ClockButton("extend", _("+ 5 min")),
                ClockButton("next", following, is_primary=True),
            ]
        case Dojo.State.PAUSED:
            return [
                ClockButton("resume", _("Resume"), is_primary=True),
                ClockButton("extend", _("+ 5 min")),
                ClockButton("next", following),
            ]
        case _:
            return []


def dojo_context(membership: Membership, tab: str) -> dict[str, Any]:
    """What every page of a Dojo needs. Ask for it first: its version is read before
    anything else, so a change made meanwhile is announced to the page."""
    return {
        "clock": dojo_clock(membership.dojo),
        "membership": membership,
        "dojo": membership.dojo,
        "tab": tab,
    }


def workflow_steps() -> list[str]:
    """The way of every experiment, as the welcome page tells it."""
    return [
        _("Frame the problem: which decision, which data, which metric, which baseline."),
        _("Write a hypothesis: what you test, why, and the effect that you expect."),
        _("Run it: one change, a config instead of code, the same numbers every time."),
        _("Read it: train against test, what the model uses, where it is wrong."),
        _("Decide, log it, failures too, and take home a notebook that re-runs."),
    ]


def page_or_part(request: Request, template: str, part: str) -> str:
    """The page, or its live part alone where htmx asks for that.

    A boosted link or form asks for a whole page, though through htmx.
    """
    return f"{template}#{part}" if request.htmx and not request.htmx.boosted else template
