"""Views of a model's mistakes: errors, subgroups, limitations."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine.charts.text import Chart, relabelled
from engine.explain.mistakes.limits import SEVERITIES
from engine.spec.schema import ColumnType
from experiments.analysis.error_form import ErrorFilterForm
from experiments.analysis.page import AnalysisPage, Context, address_of, hypothesis_from
from experiments.models import Stage
from experiments.templatetags.experiments import percent, score
from experiments.wording.interpretation import (
    RATES,
    conditions_in_words,
    group_in_words,
    limit_in_words,
)

ERRORS_PER_PAGE = 25
SMALL_P = 0.001
MAX_LIMITS = 4000

SEVERITY_LABELS: dict[str, str | Promise] = {
    "high": _("High"),
    "medium": _("Medium"),
    "low": _("Low"),
}
SEVERITY_COLOURS = {"high": "red", "medium": "yellow", "low": "secondary"}


# --- Errors ------------------------------------------------------------------------------------
def errors_context(page: AnalysisPage) -> Context:
    table = page.content(Stage.EVIDENCE)["errors"]
    form = ErrorFilterForm(page.choices or None, table=table)
    notes = {note.row: note.text for note in page.experiment.row_notes.all()}
    rows = [row | {"note": notes.get(row["row"], "")} for row in form.selected()]
    if form.only_noted:
        rows = [row for row in rows if row["note"]]
    return {
        "form": form,
        "row_address": address_of(page.experiment, "row"),
        "at": page.result.confusion,
        "table": table,
        "total": table["false_positives"] + table["false_negatives"],
        "columns": [table["columns"][place] for place in _texts_first(table)],
        "rows": _page_of(laid_out(rows, table), page.choices.get("page")),
        "matching": len(rows),
        "note_count": len(notes),
        "has_costs": any(row["cost"] is not None for row in table["rows"]),
        "hypothesis": _hypothesis_from_errors(page, table, notes),
    }


def _texts_first(table: dict[str, Any]) -> list[int]:
    """Places of the columns as they are shown: a text is what one reads an error by."""
    columns = table["columns"]
    return sorted(range(len(columns)), key=lambda place: columns[place]["type"] != ColumnType.TEXT)


def laid_out(rows: list[Context], table: dict[str, Any]) -> list[Context]:
    """Errors with their cells in the order in which the columns are shown."""
    order = _texts_first(table)
    is_text = [table["columns"][place]["type"] == ColumnType.TEXT for place in order]
    return [
        row
        | {
            "cells": [
                {"value": row["values"][place], "is_text": text}
                for place, text in zip(order, is_text, strict=True)
            ]
        }
        for row in rows
    ]


def _hypothesis_from_errors(
    page: AnalysisPage, table: dict[str, Any], notes: dict[int, str]
) -> str:
    """Link to a new experiment that should make fewer of these errors; the notes come along."""
    observation = gettext(
        "Experiment #%(number)s on the test set: %(fp)s false positives, %(fn)s false negatives."
    ) % {
        "number": page.experiment.number,
        "fp": table["false_positives"],
        "fn": table["false_negatives"],
    }
    noted = [
        gettext("Row %(row)s: %(note)s") % {"row": row, "note": note} for row, note in notes.items()
    ]
    return hypothesis_from(page.experiment, "\n".join([observation, *noted]))


def _page_of(rows: list[Any], number: str | None) -> Page[Any]:
    return Paginator(rows, ERRORS_PER_PAGE).get_page(number)


# --- Subgroups -----------------------------------------------------------------------------------
def slices_context(page: AnalysisPage) -> Context:
    found = page.content(Stage.SUBGROUPS)
    slices = found["slices"]
    told = [_told_slice(page, one) for one in slices["found"]]
    chart = found["charts"].get("slices")
    if chart:
        shown = len(chart["spec"]["datasets"]["rows"])
        chart = relabelled(Chart(**chart), [one["words"] for one in told[:shown]]).to_dict()
    return {
        "slices": slices,
        "found": told,
        "overall": percent(slices["errors"] / slices["rows"], 1),
        "level": percent(slices["level"]),
        "chart": chart,
        "groups": [_group_table(name, rates) for name, rates in found["groups"].items()],
        "rates": RATES,
    }


def _told_slice(page: AnalysisPage, found: dict[str, Any]) -> Context:
    """A subgroup in words, with the address of a hypothesis that begins with it."""
    words = conditions_in_words(found["conditions"])
    observation = gettext(
        "In experiment #%(number)s, where %(conditions)s, %(rate)s of test "
        "predictions are wrong; elsewhere, %(rest)s."
    ) % {
        "number": page.experiment.number,
        "conditions": words,
        "rate": percent(found["rate"], 1),
        "rest": percent(found["rest_rate"], 1),
    }
    p_value = found["adjusted_p_value"]
    return found | {
        "words": words,
        "p": f"< {score(SMALL_P)}" if p_value < SMALL_P else score(p_value),
        "hypothesis": hypothesis_from(page.experiment, observation),
    }


def _group_table(name: str, found: dict[str, Any]) -> Context:
    """The rates of one sensitive column, a line a group."""
    groups = found["groups"]
    gaps = []
    for rate, gap in found["gaps"].items():
        ends = {end: group_in_words(groups[gap[end]]) for end in ("highest", "lowest")}
        gaps.append(
            gap | ends | {"rate": RATES[rate], "difference": score(100 * gap["difference"], 1)}
        )
    return {
        "name": name,
        "smallest": found["smallest"],
        "rows": [
            {
                "label": group_in_words(group),
                "size": group["size"],
                "is_small": group["is_small"],
                "rates": [group["rates"][rate] for rate in RATES],
            }
            for group in groups
        ],
        "clear_gaps": [gap for gap in gaps if gap["is_clear"]],
    }


# --- Limits --------------------------------------------------------------------------------------
def limits_context(page: AnalysisPage) -> Context:
    """All limitations that the views found, except what participants should find themselves."""
    names_columns = page.result.names_columns
    return {"limits": found_limits(page.content(Stage.SUBGROUPS), tell_spoilers=names_columns)}


def found_limits(content: Context, *, tell_spoilers: bool) -> list[Context]:
    """The limits of a stage's content in words, the most serious first."""
    limits = [
        limit for limit in content.get("limits", []) if tell_spoilers or not limit["is_spoiler"]
    ]
    limits.sort(key=lambda limit: SEVERITIES.index(limit["severity"]))
    return [
        {
            "sentence": limit_in_words(limit, names_columns=tell_spoilers),
            "severity": SEVERITY_LABELS[limit["severity"]],
            "colour": SEVERITY_COLOURS[limit["severity"]],
        }
        for limit in limits
    ]


def limits_draft(page: AnalysisPage) -> str:
    """The participant's own text, or else the limitations found, one per line."""
    if page.view.slug != "limits" or page.experiment.limits:
        return page.experiment.limits
    found = found_limits(page.content(Stage.SUBGROUPS), tell_spoilers=False)
    lines = [f"- {limit['sentence']}" for limit in found]
    while len("\n".join(lines)) > MAX_LIMITS:
        lines.pop()
    return "\n".join(lines)
