"""Cache of a compute process between jobs, so that the next one starts warm."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
from sklearn.pipeline import Pipeline

from classrooms.datasets.compute.preparation import make_files_again
from classrooms.models import Dataset
from classrooms.storage import files
from engine.explain.stages import FinishedRun
from engine.reading.storing import read_dataset
from engine.run.split import Split, split_rows
from engine.spec.schema import Schema

logger = logging.getLogger(__name__)

# Datasets are a few megabytes, fitted pipelines can be more.
DATASETS = 4
PIPELINES = 8


@dataclass(frozen=True, eq=False)
class Prepared:
    """A dataset in memory, split."""

    schema: Schema
    frame: pd.DataFrame
    split: Split


@lru_cache(maxsize=DATASETS)
def _load(table_path: str, schema_json: str) -> Prepared:
    schema = Schema.model_validate_json(schema_json)
    stored = files.read(table_path)
    with tempfile.NamedTemporaryFile(suffix=".parquet") as local:
        Path(local.name).write_bytes(stored)
        frame = read_dataset(Path(local.name))
    return Prepared(schema, frame, split_rows(frame, schema.target, schema.split))


def load_dataset(dataset: Dataset) -> Prepared:
    """The dataset from this process's memory, or from the storage. Damaged files are made again.

    Raises:
        JobFailure: they cannot be.
    """
    if not files.has_its_size(dataset.participant_csv_path):
        _make_again(dataset)
    try:
        return _load(dataset.table_path, dataset.schema.model_dump_json())
    except files.Damaged:
        _make_again(dataset)
    return _load(dataset.table_path, dataset.schema.model_dump_json())


def _make_again(dataset: Dataset) -> None:
    logger.error("The files of %s are damaged and are made again", dataset)
    make_files_again(dataset)


def participant_csv(dataset: Dataset) -> bytes:
    """The CSV of the participants; a damaged one is made again."""
    try:
        return files.read(dataset.participant_csv_path)
    except files.Damaged:
        _make_again(dataset)
    return files.read(dataset.participant_csv_path)


# Of this process's latest runs, oldest first.
_pipelines: dict[int, Pipeline] = {}
# Only the latest, since it holds copies of the dataset's rows.
_finished: dict[int, FinishedRun] = {}


def remember_pipeline(run_id: int, pipeline: Pipeline) -> None:
    """Keep a run's fitted pipeline for its interpretation."""
    _pipelines.pop(run_id, None)
    _pipelines[run_id] = pipeline
    while len(_pipelines) > PIPELINES:
        del _pipelines[next(iter(_pipelines))]


def remembered_pipeline(run_id: int) -> Pipeline | None:
    """The fitted pipeline of one of this process's latest runs."""
    return _pipelines.get(run_id)


def forget_everything() -> None:
    """From scratch means from scratch: the next job starts as in a new process."""
    _load.cache_clear()
    forget_runs()


def forget_runs() -> None:
    """Forget what was fitted; the datasets stay at hand."""
    _pipelines.clear()
    _finished.clear()


def remembered_runs() -> Iterable[int]:
    """The runs whose fitted pipelines are at hand."""
    return _pipelines.keys()


def remember_finished(run_id: int, run: FinishedRun) -> None:
    """Keep what one stage of an interpretation has worked out for the next."""
    remember_pipeline(run_id, run.pipeline)
    _finished.clear()
    _finished[run_id] = run


def remembered_finished(run_id: int) -> FinishedRun | None:
    """The run that this process interpreted last."""
    return _finished.get(run_id)
