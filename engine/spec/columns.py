"""Select the columns of an experiment: by name, by type, or all but some."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from engine.messages import N_
from engine.spec.schema import ColumnType, Schema

STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
MAX_NAMES = 500


# Not strict: YAML and forms write the values of the enumeration, not its members.
AnyType = Annotated[ColumnType, Field(strict=False)]


def types_field(title: str, description: str) -> list[ColumnType]:
    field: list[ColumnType] = Field(
        default_factory=list, max_length=len(ColumnType), title=title, description=description
    )
    return field


class Columns(BaseModel):
    """The columns that the model may see. The target is never one of them.

    Included is what is named or is of a named type; without either, every column but
    identifiers. What is excluded is excluded last. The order is the file's.
    """

    model_config = STRICT

    include: list[str] = Field(
        default_factory=list,
        max_length=MAX_NAMES,
        title=N_("Columns"),
        description=N_("Names of the columns that the model may use."),
    )
    include_types: list[AnyType] = types_field(
        N_("Column types"), N_("All columns of these types.")
    )
    exclude: list[str] = Field(
        default_factory=list,
        max_length=MAX_NAMES,
        title=N_("Excluded columns"),
        description=N_("Names of the columns that the model may not use."),
    )
    exclude_types: list[AnyType] = types_field(
        N_("Excluded types"), N_("No column of these types.")
    )

    def chosen(self, schema: Schema) -> list[str]:
        """Names of the columns, in the file's order."""
        if self.include or self.include_types:
            candidates = [
                column
                for column in schema.features
                if column.name in self.include or column.type in self.include_types
            ]
        else:
            candidates = list(schema.default_features)
        return [
            column.name
            for column in candidates
            if column.name not in self.exclude and column.type not in self.exclude_types
        ]
