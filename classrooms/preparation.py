"""Reading and splitting datasets, in a compute worker: the engine meets the storage."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from classrooms.jobs import Fields, JobFailure, Report, perform_job, worker_name
from classrooms.models import Dataset
from experiments.engine.config import default_config
from experiments.engine.data import (
    DataError,
    RawTable,
    build_schema,
    canonical_frame,
    content_hash,
    csv_bytes,
    infer_columns,
    possible_targets,
    read_table,
    split_column_name,
    write_dataset,
)
from experiments.engine.evaluate import evaluate
from experiments.engine.schema import Column, SplitPolicy
from experiments.engine.split import Split, split_rows

PREVIEW_ROWS = 12


def process(dataset_id: int) -> None:
    """Do the dataset's current step, unless somebody else does."""
    attempt = Dataset.objects.all().claim(dataset_id, worker=worker_name())
    if attempt is None:
        return
    dataset = Dataset.objects.get(pk=dataset_id)

    def work(report: Report) -> Fields:
        try:
            table = _read(dataset)
            report(0.3)
            columns = infer_columns(table)
            fields = _inspection(table, columns)
            if dataset.step == Dataset.Step.PREPARE:
                report(0.6)
                fields |= _preparation(dataset, table, columns)
        except DataError as error:
            raise JobFailure(error.code, error.context) from error
        return fields

    perform_job(dataset, work, attempt=attempt, on_change=lambda: None)


def _read(dataset: Dataset) -> RawTable:
    """The table of an upload, or of a bundled dataset, by one and the same way."""
    if dataset.bundled is None:
        return read_table(Path(dataset.upload.path))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundled.csv"
        dataset.bundled.load().to_csv(path, index=False)
        return read_table(path)


def _inspection(table: RawTable, columns: tuple[Column, ...]) -> Fields:
    head = table.frame.head(PREVIEW_ROWS)
    return {
        "columns": [column.model_dump(mode="json") for column in columns],
        "preview": head.astype(object).where(head.notna(), None).values.tolist(),
        "targets": [
            {"name": name, "values": [[value, int(count)] for value, count in values]}
            for name, values in possible_targets(table)
        ],
        "row_count": len(table.frame),
    }


def _preparation(dataset: Dataset, table: RawTable, columns: tuple[Column, ...]) -> Fields:
    frame = canonical_frame(table, columns, target=dataset.target)
    columns = tuple(
        column.model_copy(update={"leak": column.name in _leaks(dataset)}) for column in columns
    )
    schema = build_schema(frame, columns, dataset.target, dataset.positive_class)
    schema = schema.model_copy(update={"split": SplitPolicy(seed=dataset.split_seed)})
    split = split_rows(frame, schema.target, schema.split)
    split_column = split_column_name(schema)
    dataset.content_hash = content_hash(frame)
    _store(dataset, frame, split, split_column)
    evaluation = evaluate(default_config(schema, "dummy"), schema, frame, split).evaluation
    return {
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
        "baseline_metrics": {"test": evaluation.test, "holdout": evaluation.holdout},
    }


def _leaks(dataset: Dataset) -> set[str]:
    """Columns that are known to be written after the fact."""
    traps = dataset.bundled.traps if dataset.bundled else ()
    return {name for trap in traps if trap.key == "leak" for name in trap.columns}


def _store(dataset: Dataset, frame: pd.DataFrame, split: Split, split_column: str) -> None:
    """Write the Parquet file of the workers and the CSV of the participants."""
    if not default_storage.exists(dataset.table_path):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.parquet"
            write_dataset(frame, path)
            default_storage.save(dataset.table_path, ContentFile(path.read_bytes()))
    default_storage.delete(dataset.participant_csv_path)
    content = csv_bytes(frame, split, split_column=split_column)
    default_storage.save(dataset.participant_csv_path, ContentFile(content))
