"""The generated code of stored runs."""

from __future__ import annotations

from django.utils.translation import gettext as _

from classrooms.datasets.recipe import recipe_lines
from classrooms.models import Dojo
from engine.build.codegen import DataSource


def data_source(dojo: Dojo) -> DataSource:
    """The CSV that participants take home, as the code reads it, with what was cleaned in it, in
    the active language."""
    lines = recipe_lines(dojo.dataset)
    notes = (_("The file is cleaned already:"), *lines) if lines else ()
    return DataSource(dojo.schema, dojo.dataset.split_column, notes=notes)
