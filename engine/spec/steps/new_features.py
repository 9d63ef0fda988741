"""New features computed from columns: declared, never an evaluated expression.

Each class says what it takes and which function of `runtime_helpers.py` computes it.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from engine.messages import N_
from engine.spec.columns import STRICT
from engine.spec.estimators import RUNTIME_HELPERS, Function
from engine.spec.schema import ColumnType

NUMBER, DATE, TEXT, CATEGORY = "number", "date", "text", "category"

MAX_NEW_FEATURES = 30


def column_field(
    title: str = N_("Column"), description: str = N_("Column that the feature is computed from.")
) -> str:
    field: str = Field(min_length=1, max_length=200, title=title, description=description)
    return field


def columns_field(most: int) -> list[str]:
    field: list[str] = Field(
        min_length=2,
        max_length=most,
        title=N_("Columns"),
        description=N_("Columns that the feature is computed from."),
    )
    return field


class NewFeature(BaseModel):
    """A column made of others, each row by itself.

    Class attributes:
        takes: the kinds of columns that it can be made of; all where empty.
        makes: the type of what comes out.
    """

    model_config = STRICT

    label: ClassVar[str]
    summary: ClassVar[str]
    takes: ClassVar[frozenset[str]] = frozenset({NUMBER})
    makes: ClassVar[ColumnType] = ColumnType.NUMERIC

    name: str = Field(
        min_length=1,
        max_length=100,
        title=N_("Name"),
        description=N_("Name of the new feature."),
    )
    operation: str

    @property
    def sources(self) -> list[str]:
        """The columns that it is made of."""
        raise NotImplementedError

    @property
    def arguments(self) -> list[Any]:
        """Arguments of its function after the table."""
        return self.sources

    @property
    def function(self) -> Function:
        """The function that computes it from the table and the arguments."""
        return Function(RUNTIME_HELPERS, self.operation)


class _OfOne(NewFeature):
    column: str = column_field()

    @property
    def sources(self) -> list[str]:
        return [self.column]


class Ratio(NewFeature):
    label = N_("Ratio")
    summary = N_("One number divided by another; missing where the denominator is zero.")

    operation: Literal["ratio"] = "ratio"
    numerator: str = column_field(N_("Numerator"), N_("The number to divide."))
    denominator: str = column_field(N_("Denominator"), N_("The number to divide by."))

    @property
    def sources(self) -> list[str]:
        return [self.numerator, self.denominator]


class Difference(NewFeature):
    label = N_("Difference")
    summary = N_("One number minus another, or the days from one date to another.")
    takes = frozenset({NUMBER, DATE})

    operation: Literal["difference"] = "difference"
    left: str = column_field(
        N_("Subtract from"), N_("The number to subtract from, or the later date.")
    )
    right: str = column_field(N_("Subtract"), N_("The number to subtract, or the earlier date."))

    @property
    def sources(self) -> list[str]:
        return [self.left, self.right]


class Product(NewFeature):
    label = N_("Product")
    summary = N_("Two to four numbers multiplied.")

    operation: Literal["product"] = "product"
    columns: list[str] = columns_field(4)

    @property
    def sources(self) -> list[str]:
        return self.columns

    @property
    def arguments(self) -> list[Any]:
        return [self.columns]


class Sum(NewFeature):
    label = N_("Sum")
    summary = N_("Two to twenty numbers added.")

    operation: Literal["total"] = "total"
    columns: list[str] = columns_field(20)

    @property
    def sources(self) -> list[str]:
        return self.columns

    @property
    def arguments(self) -> list[Any]:
        return [self.columns]


class LogOfOnePlus(_OfOne):
    label = N_("Logarithm (log1p)")
    summary = N_("The logarithm of 1 + the number: tames long tails; missing at −1 and below.")

    operation: Literal["log1p"] = "log1p"


class QuantileBins(_OfOne):
    label = N_("Quantile bins")
    summary = N_(
        "The number cut into bins with equally many training rows; each bin becomes "
        "a column of 0 and 1."
    )

    operation: Literal["quantile_bins"] = "quantile_bins"
    bins: int = Field(
        5,
        ge=2,
        le=20,
        title=N_("Bins"),
        description=N_("Number of bins."),
    )

    @property
    def function(self) -> Function:
        # The borders are learned from train rows, so the cut is a step of the preparation.
        return Function(RUNTIME_HELPERS, "copy_of")


class IsMissing(_OfOne):
    label = N_("Is missing")
    summary = N_("1 where the column has no value, else 0.")
    takes = frozenset()

    operation: Literal["is_missing"] = "is_missing"


class Equals(_OfOne):
    label = N_("Equals")
    summary = N_("1 where the column has this value, else 0.")
    takes = frozenset()

    operation: Literal["equals"] = "equals"
    value: str | float = Field(
        title=N_("Value"),
        description=N_("The value to look for, as written in the data."),
        union_mode="left_to_right",
    )

    @property
    def arguments(self) -> list[Any]:
        return [self.column, self.value]


class WordCount(_OfOne):
    label = N_("Number of words")
    summary = N_("How many words the text has; 0 if it is missing.")
    takes = frozenset({TEXT, CATEGORY})

    operation: Literal["word_count"] = "word_count"


class Interaction(NewFeature):
    label = N_("Interaction of two categories")
    summary = N_("Each pair of values becomes its own category.")
    takes = frozenset({CATEGORY})
    makes = ColumnType.CATEGORICAL

    operation: Literal["interaction"] = "interaction"
    left: str = column_field(N_("First column"), N_("Its category comes first in the name."))
    right: str = column_field(N_("Second column"), N_("Its category comes second in the name."))

    @property
    def sources(self) -> list[str]:
        return [self.left, self.right]


AnyNewFeature = Annotated[
    Ratio
    | Difference
    | Product
    | Sum
    | LogOfOnePlus
    | QuantileBins
    | IsMissing
    | Equals
    | WordCount
    | Interaction,
    Field(discriminator="operation"),
]

OPERATIONS: dict[str, type[NewFeature]] = {
    feature.model_fields["operation"].default: feature
    for feature in (
        Ratio,
        Difference,
        Product,
        Sum,
        LogOfOnePlus,
        QuantileBins,
        IsMissing,
        Equals,
        WordCount,
        Interaction,
    )
}
