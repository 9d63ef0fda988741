"""Store a canonical table, and the part of it that participants take home."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from engine.run.split import Split
from engine.spec.schema import Schema


def write_dataset(frame: pd.DataFrame, path: Path) -> None:
    """Store a canonical frame as Parquet; text stays text."""
    frame.to_parquet(path, index=False)


def read_dataset(path: Path) -> pd.DataFrame:
    """A canonical frame, exactly as it was written."""
    frame = pd.read_parquet(path)
    for name in frame.columns:
        if frame[name].dtype != np.float64:
            values = frame[name].astype(object)
            frame[name] = values.where(values.notna(), np.nan).astype(object)
    return frame


def content_hash(frame: pd.DataFrame) -> str:
    """SHA-256 of names and values, whatever wrote the file that holds them."""
    digest = hashlib.sha256()
    for name in frame.columns:
        # A list's repr separates its values: without that, 1.0 and 21.0 would hash as
        # 1.02 and 1.0 do.
        digest.update(repr((str(name), frame[name].tolist())).encode())
    return digest.hexdigest()


def split_column_name(schema: Schema) -> str:
    """A unique name for the column that marks training and test rows."""
    name = "_split"
    while name in schema.by_name:
        name += "_"
    return name


def write_participant_csv(
    frame: pd.DataFrame, split: Split, path: Path, *, split_column: str
) -> None:
    """The CSV that participants take home: training and test rows, in the file's order.

    The holdout's rows are left out whole, labels and all.
    """
    part = pd.Series(index=frame.index, dtype=object)
    part.iloc[split.train] = "train"
    part.iloc[split.test] = "test"
    shared = frame.assign(**{split_column: part}).dropna(subset=[split_column])
    # With commas and points whatever the Dojo's language: the notebook and the script read it
    # with pandas' defaults, on anybody's machine. RFC 4180's line end: only with it does Python
    # quote a lone carriage return in a value, which readers would take for the end of a row.
    shared.to_csv(path, index=False, lineterminator="\r\n")
