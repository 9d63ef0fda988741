"""The format of a file: encoding, delimiter, decimal separator, texts that mean missing.

Imports no scientific library: the web process shows it and takes corrections.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MAX_BYTES = 100 * 1024 * 1024
MAX_UNPACKED_BYTES = 250 * 1024 * 1024
MAX_ROWS = 500_000
MAX_COLUMNS = 500
MAX_FIELD_CHARACTERS = 100_000
MAX_NAME_CHARACTERS = 200
MAX_HEADER_LINE = 200
MAX_MISSING_WORDS = 30
MAX_WORD_CHARACTERS = 40

# A date format is short, and says nothing but how parts of a date stand.
MAX_DATE_FORMAT_CHARACTERS = 40

# "None" is not among them: it is a class in more tables than it is a missing value.
MISSING = ("", "na", "n/a", "nan", "null", "?", "#n/a")

# Excel allows 31 characters; other programs do not count.
MAX_SHEET_NAME = 100
MAX_SHEETS = 200

Encoding = Literal[
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "mac_roman", "cp850"
]
# A space stands for any number of them.
Delimiter = Literal[",", ";", "\t", "|", " "]
HeaderKind = Literal["names", "none", "first_unnamed", "last_unnamed"]
Decimal = Literal[".", ","]
# A space stands for the no-break spaces, too.
Thousands = Literal["", ",", ".", " ", "'"]
ColumnName = Annotated[str, StringConstraints(max_length=MAX_NAME_CHARACTERS)]
SheetName = Annotated[str, StringConstraints(max_length=MAX_SHEET_NAME)]
Word = Annotated[str, StringConstraints(max_length=MAX_WORD_CHARACTERS)]


class DataError(Exception):
    """The data cannot be used as it is.

    Args:
        code: names the reason; rendered later as a translated sentence.
        context: JSON-able values that the sentence quotes.
    """

    def __init__(self, code: str, **context: Any) -> None:
        super().__init__(f"{code} {context}")
        self.code = code
        self.context = context


class ColumnFormat(BaseModel):
    """How a person says that one column is to be read; ignored where its values do not allow it.

    Attributes:
        kind: as numbers, as dates, or as they stand.
        date_format: of dates, as `Column.date_format` is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["number", "date", "text"]
    decimal: Decimal = "."
    thousands: Thousands = ""
    date_format: Annotated[str, StringConstraints(max_length=MAX_DATE_FORMAT_CHARACTERS)] = ""


class TableFormat(BaseModel):
    """The format of a file: detected, shown, and corrected if the detection was wrong.

    Attributes:
        container: delimited text, an Excel workbook, or Parquet, which knows its own types:
            for it only `missing` and `day_first` matter.
        sheet: of a workbook, the sheet that is read.
        sheets: of a workbook, the sheets that could be.
        compressed: the file is gzip; what is inside is read.
        header_line: line of the file that names the columns, from 1; what stands above
            it is a preamble and is left out. 0: of a sheet that nobody has looked at, to be
            detected.
        header: the line names the columns; or all but the first one (R's row names) or the last
            one; or it is a row itself, and the columns have no names.
        quotes: quotation marks hold a value together; else they are part of it.
        keep_row_numbers: a first column without a name that only counts rows is one of the table.
        missing: texts that mean "no value", compared without case and outer spaces.
        errors_missing: a spreadsheet's error values (#DIV/0!) mean "no value", too.
        day_first: how 03/04/2024 is read in a column that leaves it open.
        decimal, thousands: how 1,234 is read in a column that leaves it open.
        columns: how single columns are read, by name, where a person has said so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    container: Literal["text", "parquet", "workbook"] = "text"
    sheet: SheetName = ""
    sheets: Annotated[tuple[SheetName, ...], Field(max_length=MAX_SHEETS)] = ()
    compressed: bool = False
    encoding: Encoding = "utf-8"
    delimiter: Delimiter = ","
    header_line: Annotated[int, Field(ge=0, le=MAX_HEADER_LINE)] = 1
    header: HeaderKind = "names"
    quotes: bool = True
    keep_row_numbers: bool = False
    decimal: Decimal = "."
    thousands: Thousands = ""
    missing: Annotated[tuple[Word, ...], Field(max_length=MAX_MISSING_WORDS)] = MISSING
    errors_missing: bool = True
    day_first: bool = True
    columns: Annotated[dict[ColumnName, ColumnFormat], Field(max_length=MAX_COLUMNS)] = {}

    @model_validator(mode="after")
    def _separators_differ(self) -> TableFormat:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands separators must differ")
        return self
