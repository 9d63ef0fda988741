"""Reading and splitting datasets, in a compute worker: the engine meets the storage."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
from django.core.files import File
from django.core.files.storage import default_storage

from classrooms.jobs import Fields, JobFailure, Report, perform_job, worker_name
from classrooms.models import Dataset, HealthReport
from experiments.engine.baseline import baseline_scores
from experiments.engine.data import (
    DataError,
    RawTable,
    build_schema,
    canonical_frame,
    content_hash,
    infer_columns,
    read_table,
    split_column_name,
    stray_words,
    target_candidates,
    write_dataset,
    write_participant_csv,
)
from experiments.engine.health import health_report
from experiments.engine.schema import Column, ColumnType, retype
from experiments.engine.split import Split, split_rows

PREVIEW_ROWS = 12
PREVIEW_CHARACTERS = 200
# A progress bar that moves by less is not worth a write to the database.
PROGRESS_STEP = 0.02


def process(dataset_id: int) -> None:
    """Do the dataset's current step, unless somebody else does."""
    attempt = Dataset.objects.all().claim(dataset_id, worker=worker_name())
    if attempt is None:
        return
    dataset = Dataset.objects.get(pk=dataset_id)
    health: dict[str, Any] = {}

    def work(report: Report) -> Fields:
        prepares = dataset.step == Dataset.Step.PREPARE
        try:
            table = _read(dataset, _stage(report, 0.0, 0.4 if prepares else 0.7))
            columns = infer_columns(table)
            fields = _inspection(table, columns)
            if prepares:
                report(0.5)
                fields |= _preparation(dataset, table, columns, health, report)
        except DataError as error:
            raise JobFailure(error.code, error.context) from error
        return fields

    def store_health() -> None:
        if health:
            HealthReport.objects.update_or_create(dataset=dataset, defaults={"content": health})

    perform_job(dataset, work, attempt=attempt, on_change=lambda: None, on_success=store_health)


def _stage(report: Report, begin: float, end: float) -> Callable[[float], None]:
    """Reports a stage that takes the job from one fraction to another."""
    told = begin

    def tell(fraction: float) -> None:
        nonlocal told
        now = begin + (end - begin) * fraction
        if now - told >= PROGRESS_STEP:
            told = now
            report(now)

    return tell


def _read(dataset: Dataset, progress: Callable[[float], None]) -> RawTable:
    """The table of an upload, or of a bundled dataset, by one and the same way."""
    if dataset.bundled is None:
        return read_table(Path(dataset.upload.path), dataset.format, progress)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundled.csv"
        dataset.bundled.load().to_csv(path, index=False)
        return read_table(path, dataset.format, progress)


def _inspection(table: RawTable, columns: tuple[Column, ...]) -> Fields:
    return {
        "table_format": table.format.model_dump(mode="json"),
        "left_out": {
            "counts": dict(table.left_out_counts),
            "lines": [asdict(item) for item in table.left_out],
        },
        "missing_words": dict(table.missing_words),
        "stray_words": stray_words(table, columns),
        "columns": [column.model_dump(mode="json") for column in columns],
        "preview": [[_short(value) for value in row] for row in table.head(PREVIEW_ROWS)],
        "targets": [
            {"name": each.name, "values": [list(item) for item in each.classes]}
            | {"problem": each.problem}
            for each in target_candidates(table, columns)
        ],
        "row_count": table.row_count,
    }


def _short(value: Any) -> Any:
    return value[:PREVIEW_CHARACTERS] if isinstance(value, str) else value


def _preparation(
    dataset: Dataset,
    table: RawTable,
    columns: tuple[Column, ...],
    health: dict[str, Any],
    report: Report,
) -> Fields:
    columns = _corrected(dataset, columns)
    frame = canonical_frame(
        table,
        columns,
        target=dataset.target,
        positive_class=dataset.positive_class,
        rest=dataset.rest_label,
    )
    del table
    schema = build_schema(frame, columns, dataset.target, dataset.positive_class)
    schema = schema.model_copy(update={"split": dataset.split_policy})
    split = split_rows(frame, schema.target, schema.split)
    split_column = split_column_name(schema)
    dataset.content_hash = content_hash(frame)
    _store(dataset, frame, split, split_column)
    report(0.6)
    health |= health_report(frame, schema, split, _stage(report, 0.6, 0.9))
    return {
        "columns": [column.model_dump(mode="json") for column in columns],
        "content_hash": dataset.content_hash,
        "data_schema": schema.model_dump(mode="json"),
        "split_column": split_column,
        "part_sizes": {
            "train": len(split.train),
            "test": len(split.test),
            "holdout": len(split.holdout),
        },
        "class_counts": {
            str(name): int(count) for name, count in frame[schema.target].value_counts().items()
        },
        "baseline_metrics": baseline_scores(frame, schema, split),
    }


def _corrected(dataset: Dataset, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns with the types and the marks that somebody who knows them gave."""
    traps = dataset.bundled.traps if dataset.bundled else ()
    planted = {name for trap in traps if trap.key == "leak" for name in trap.columns}
    leaks = planted | set(dataset.leak_columns)
    types = {name: ColumnType(kind) for name, kind in dataset.column_types.items()}
    return tuple(
        column.model_copy(update={"leak": column.name in leaks})
        for column in retype(columns, types)
    )


def _store(dataset: Dataset, frame: pd.DataFrame, split: Split, split_column: str) -> None:
    """Write the Parquet file of the workers and the CSV of the participants."""
    with tempfile.TemporaryDirectory() as folder:
        if not default_storage.exists(dataset.table_path):
            table = Path(folder) / "table.parquet"
            write_dataset(frame, table)
            _save(dataset.table_path, table)
        default_storage.delete(dataset.participant_csv_path)
        shared = Path(folder) / "shared.csv"
        write_participant_csv(frame, split, shared, split_column=split_column)
        _save(dataset.participant_csv_path, shared)


def _save(name: str, path: Path) -> None:
    with path.open("rb") as file:
        default_storage.save(name, File(file))
