"""Columns of a Dojo that may know the outcome, as far as the platform knows."""

from __future__ import annotations

from typing import Any

from classrooms.models import Dataset, HealthReport
from experiments.forecasts.belief import leaks_of
from experiments.models import Run


def standing_out(dataset: Dataset) -> dict[str, dict[str, Any]]:
    """By column, what the data checks measured of those that alone know what all others do not;
    without those that the facilitator answered for before the split."""
    known = dataset.columns_answered_for
    report = HealthReport.objects.filter(dataset=dataset).first()
    return {
        name: finding["values"]
        for finding in (report.content["findings"] if report else ())
        if finding["code"] == "leak_suspected" and finding["values"]["stands_out"]
        for name in finding["columns"]
        if name not in known
    }


def suspects_of(run: Run) -> set[str]:
    """Columns that no subgroup, limit or next hypothesis may be made of: marked, standing out,
    or alarmed about in this run; those that a facilitator answered for are none."""
    dojo = run.experiment.seat.dojo
    marked = leaks_of(dojo)
    alarmed = {alarm["column"] for alarm in run.alarms} | set(standing_out(dojo.dataset))
    closed = set(dojo.closed_alarms.values_list("column", flat=True))
    return set(marked | (alarmed - closed))
