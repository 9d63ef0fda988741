"""Parquet, which knows its types: numbers stay numbers, text stays text."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.reading import table_format as bounds
from engine.reading.columns.values import LARGEST_EXACT_INTEGER
from engine.reading.files.header import column_names, left_out_names, without_nameless
from engine.reading.files.source import Progress, Source
from engine.reading.table import MissingWords, RawTable, check_row_count
from engine.reading.table_format import DataError, TableFormat

ROWS_PER_PIECE = 5_000
# A float64 holds every number of so many digits.
EXACT_DIGITS = 15


def read_parquet(source: Source, table_format: TableFormat, progress: Progress) -> RawTable:
    """Read a Parquet file piece by piece.

    Numbers become float64, unless digits of a whole one could be lost; booleans, dates and
    times become text, dates in ISO 8601 and times in UTC.

    Raises:
        DataError: damaged, too large when unpacked, a column that is neither number,
            text, date nor boolean, a text with a NUL, or what `column_names` and
            `check_row_count` refuse.
    """
    try:
        with _unpacked(source) as path:
            with pq.ParquetFile(path) as known:
                texts = [field.name for field in known.schema_arrow if _is_text(field.type)]
                _check_announced(known.metadata)
            # Texts stay in their dictionary until it is known how long they become.
            with pq.ParquetFile(path, read_dictionary=texts) as file:
                return _read(file, table_format, progress)
    except pa.ArrowInvalid as error:
        raise DataError("broken_parquet") from error
    except OSError as error:
        raise DataError("broken_parquet") from error


@contextmanager
def _unpacked(source: Source) -> Iterator[Path]:
    """The file itself, or what is in the gzip: Parquet is read from its end."""
    if not source.compressed:
        yield source.path
        return
    with tempfile.NamedTemporaryFile(suffix=".parquet") as unpacked:
        with source.open() as packed:
            shutil.copyfileobj(packed, unpacked)
        unpacked.flush()
        yield Path(unpacked.name)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _check_announced(metadata: pq.FileMetaData) -> None:
    """By what the file says of itself; what it hides is counted as it is read."""
    groups = (metadata.row_group(place) for place in range(metadata.num_row_groups))
    if sum(group.total_byte_size for group in groups) > bounds.MAX_UNPACKED_BYTES * 2:
        raise _without_end()


def _without_end() -> DataError:
    return DataError("unpacks_without_end", megabytes=bounds.MAX_UNPACKED_BYTES * 2 // 2**20)


def _decoded(values: pa.DictionaryArray) -> pa.Array:
    """The values themselves, unless they would fill the memory: one long text may stand in
    every row of a small file."""
    if _is_text(values.dictionary.type):
        lengths = pc.take(pc.binary_length(values.dictionary), values.indices)
        if (pc.sum(lengths).as_py() or 0) > bounds.MAX_UNPACKED_BYTES * 2:
            raise _without_end()
    return values.dictionary_decode()


def _read(file: pq.ParquetFile, table_format: TableFormat, progress: Progress) -> RawTable:
    schema = file.schema_arrow
    header = column_names(schema.names)
    check_row_count(file.metadata.num_rows)
    for field in schema:
        _check_type(field)
    if not file.metadata.num_rows:
        raise DataError("header_only")
    missing = MissingWords(table_format)
    pieces: list[list[pa.Array]] = []
    size = rows = 0
    for batch in file.iter_batches(batch_size=ROWS_PER_PIECE):
        piece = [_plain(column) for column in batch.columns]
        size += sum(column.nbytes for column in piece)
        if size > bounds.MAX_UNPACKED_BYTES * 2:
            raise _without_end()
        pieces.append(piece)
        rows += batch.num_rows
        progress(rows / file.metadata.num_rows)
    columns = {
        name: _column(name, [piece[place] for piece in pieces], missing)
        for place, name in enumerate(header.names)
    }
    columns, notes = without_nameless(
        columns, header, keep_row_numbers=table_format.keep_row_numbers
    )
    return RawTable(
        columns,
        table_format,
        missing_words=missing.counts(without=left_out_names(notes)),
        notes=notes,
    )


def _check_type(field: pa.Field) -> None:
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    known = (
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_date,
        pa.types.is_timestamp,
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_null,
    )
    if not any(test(kind) for test in known):
        raise DataError("unsupported_column", name=field.name, kind=str(field.type))


def _plain(values: pa.Array) -> pa.Array:
    """Strings, float64 or whole numbers."""
    if pa.types.is_dictionary(values.type):
        values = _decoded(values)
    kind = values.type
    if pa.types.is_boolean(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return pc.cast(values, pa.string())
    if pa.types.is_date(kind):
        return pc.strftime(pc.cast(values, pa.timestamp("s")), format="%Y-%m-%d")
    if pa.types.is_timestamp(kind):
        seconds = pc.cast(values, pa.timestamp("s", "UTC" if kind.tz else None), safe=False)
        return pc.strftime(seconds, format="%Y-%m-%dT%H:%M:%S")
    if pa.types.is_decimal(kind) and kind.precision - kind.scale > EXACT_DIGITS:
        return pc.cast(values, pa.string())
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pc.cast(values, pa.float64())
    return values


def _column(name: str, pieces: list[pa.Array], missing: MissingWords) -> pa.ChunkedArray:
    values = pa.chunked_array(pieces)
    if pa.types.is_integer(values.type):
        ends = [end for end in pc.min_max(values).as_py().values() if end is not None]
        exact = all(abs(end) <= LARGEST_EXACT_INTEGER for end in ends)
        values = pc.cast(values, pa.float64() if exact else pa.string())
    if pa.types.is_string(values.type):
        # PostgreSQL stores no text with a NUL, so examples of it could not be kept.
        if pc.any(pc.match_substring(values, "\0")).as_py():
            raise DataError("nul_in_column", name=name)
        cleaned = [missing.remove(piece, name) for piece in values.chunks]
        return pa.chunked_array(cleaned, pa.string())
    return pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)
