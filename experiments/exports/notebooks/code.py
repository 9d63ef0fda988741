"""The generated code of stored runs."""

from __future__ import annotations

from classrooms.models import Dojo
from engine.build.codegen import DataSource


def data_source(dojo: Dojo) -> DataSource:
    """The CSV that participants take home, as the code reads it."""
    return DataSource(dojo.schema, dojo.dataset.split_column)
