"""Look for leaks in a compute worker, before the split."""

from __future__ import annotations

from classrooms.datasets.compute.preparation import (
    canonical_table,
    cleaned_again,
    stage_of,
)
from classrooms.models import LeakCheck
from engine.reading.dataset import DataError
from engine.reading.leaks.desk import find_leaks
from jobs.perform import JobFailure, Report, Result


def check(leak_check: LeakCheck, report: Report) -> Result:
    """Read the table as it was uploaded, with the chosen target, and suspect."""
    dataset = leak_check.dataset
    try:
        table, columns = cleaned_again(dataset, stage_of(report, 0.0, 0.4))
        frame, schema, _unlabelled = canonical_table(dataset, table, columns)
    except DataError as error:
        raise JobFailure(error.code, error.context) from error
    del table
    return Result({"content": find_leaks(frame, schema, stage_of(report, 0.4, 1.0))})
