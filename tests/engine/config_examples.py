"""A small schema, and values that tests of the config share."""

from typing import Any

from engine.spec.schema import Column, ColumnType, Schema

KINDS = {
    "age": ColumnType.NUMERIC,
    "colour": ColumnType.CATEGORICAL,
    "member": ColumnType.BOOLEAN,
    "comment": ColumnType.TEXT,
    "since": ColumnType.DATETIME,
    "number": ColumnType.ID,
    "churned": ColumnType.CATEGORICAL,
}
SCHEMA = Schema(
    columns=tuple(
        Column(name=name, type=kind, numeric=name in {"age", "number"}, missing=0, distinct=2)
        for name, kind in KINDS.items()
    ),
    target="churned",
    positive_class="yes",
    negative_class="no",
)
VALID: dict[str, Any] = {
    "version": 2,
    "columns": {"include": ["age", "colour"]},
    "model": {"name": "dummy"},
}
RATIO = {"operation": "ratio", "name": "r", "numerator": "age", "denominator": "number"}
