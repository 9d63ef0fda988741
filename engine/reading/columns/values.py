"""Values of a column: numbers that a booster sees, Python's strings, and what texts look like."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# Trees and boosters compute in float32: what does not fit there is infinite to them.
LARGEST_NUMBER = float(np.finfo(np.float32).max)
# Above it, not every whole number is a float64: digits would change.
LARGEST_EXACT_INTEGER = 2**53

WHOLE = r"^\s*[+-]?\d+\s*$"


def are_whole(texts: pa.ChunkedArray) -> bool:
    return all_match(texts, WHOLE)


def finite(numbers: pd.Series) -> pd.Series:
    """The numbers that a booster sees as such; NaN for the others."""
    return numbers.where(numbers.abs() <= LARGEST_NUMBER)


def to_objects(texts: pa.ChunkedArray) -> pd.Series:
    """Python strings, equal ones once in memory, and NaN where missing."""
    encoded = pa.chunked_array(texts.chunks, pa.string()).combine_chunks().dictionary_encode()
    values = np.array([*encoded.dictionary.to_pylist(), np.nan], dtype=object)
    codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return pd.Series(values[codes], dtype=object)


def all_match(texts: pa.Array | pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(texts, pattern), min_count=0).as_py())


def any_match(texts: pa.Array | pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(texts, pattern), min_count=0).as_py())
