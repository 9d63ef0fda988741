"""The generated code of stored runs."""

from __future__ import annotations

from classrooms.models import Dojo
from experiments.engine.codegen import DataSource, Replay
from experiments.models import Run


def data_source(dojo: Dojo) -> DataSource:
    """The CSV that participants take home, as the code reads it."""
    return DataSource(dojo.schema, dojo.dataset.split_column)


def replay_of(run: Run) -> Replay | None:
    """How far the run's search came; None where there was none, or it has not ended."""
    if not run.search:
        return None
    return Replay(run.search["candidates"], tuple(run.search["rounds"]))
