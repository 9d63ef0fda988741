"""Read and split datasets in a compute worker: connects the engine to storage."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
from django.core.files import File

from classrooms.datasets.compute.recipe import recipe_of
from classrooms.datasets.files import delete_unused_table
from classrooms.models import Dataset, HealthReport, TrainRows
from classrooms.storage import files
from engine.reading.cleaning.applied import apply_decisions
from engine.reading.cleaning.divisions import find_divisions
from engine.reading.cleaning.questions import alone, questions_of
from engine.reading.cleaning.recipe import Cleaned, Step
from engine.reading.columns.writing import Written, how_written, reading_choices
from engine.reading.dataset import (
    DataError,
    RawTable,
    build_schema,
    canonical_frame,
    infer_columns,
    read_table,
    target_candidates,
    understand,
)
from engine.reading.files.encodings import ONE_BYTE, shown_words
from engine.reading.files.first_lines import first_lines
from engine.reading.files.source import Source
from engine.reading.health.report import health_report
from engine.reading.leaks.mending import recounted, without_rows
from engine.reading.planting import plant_column
from engine.reading.sample import train_sample
from engine.reading.sparse_texts import mark_sparse
from engine.reading.storing import (
    content_hash,
    split_column_name,
    write_dataset,
    write_participant_csv,
)
from engine.run.baseline import baseline_scores, reference_errors
from engine.run.split import Split, split_rows
from engine.spec.schema import Column, ColumnType, Schema, retype
from jobs.perform import Fields, JobFailure, Report, Result

PREVIEW_ROWS = 12
PREVIEW_CHARACTERS = 200
# A progress bar that moves by less is not worth a write to the database.
PROGRESS_STEP = 0.02


def prepare(dataset: Dataset, report: Report) -> Result:
    """Do the dataset's current step: read the file, or read and split it."""
    splits = dataset.step == Dataset.Step.PREPARE
    before = dataset.table_path if dataset.content_hash else ""
    health: dict[str, Any] = {}
    sample: dict[str, Any] = {}
    try:
        raw = read_again(dataset, stage_of(report, 0.0, 0.4 if splits else 0.7))
        table, steps = apply_decisions(raw, dataset.cleaning)
        written = how_written(table)
        table, columns = understand(table, written)
        fields = _inspection(dataset, table, columns, written) | {
            "questions": _questions(dataset, raw, table, columns)
        }
        fields["left_out"]["words"] = _words(dataset, table)
        del written
        if splits:
            report(0.5)
            del raw
            fields |= _preparation(dataset, table, columns, steps, health, sample, report)
    except DataError as error:
        raise JobFailure(error.code, error.context | _as_tried(dataset)) from error

    def store() -> None:
        if health:
            HealthReport.objects.update_or_create(dataset=dataset, defaults={"content": health})
            TrainRows.objects.update_or_create(dataset=dataset, defaults={"content": sample})
        if splits and before not in ("", dataset.table_path):
            delete_unused_table(before)

    return Result(fields, store=store)


def stage_of(report: Report, begin: float, end: float) -> Callable[[float], None]:
    """Reports a stage that takes the job from one fraction to another."""
    told = begin

    def tell(fraction: float) -> None:
        nonlocal told
        now = begin + (end - begin) * fraction
        if now - told >= PROGRESS_STEP:
            told = now
            report(now)

    return tell


def read_again(dataset: Dataset, progress: Callable[[float], None]) -> RawTable:
    """The table of an upload, or of a bundled dataset, by one and the same way."""
    if dataset.bundled is None:
        try:
            files.check(str(dataset.upload.name))
        except files.Damaged as error:
            raise DataError("upload_damaged") from error
        return read_table(Path(dataset.upload.path), dataset.format, progress)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundled.csv"
        dataset.bundled.load().to_csv(path, index=False)
        return read_table(path, dataset.format, progress)


def _words(dataset: Dataset, table: RawTable) -> dict[str, list[str]]:
    """Words of an upload that another encoding would give otherwise."""
    one_byte = table.format.encoding in ONE_BYTE and table.format.container == "text"
    if dataset.bundled or not one_byte:
        return {}
    return shown_words(Source(Path(dataset.upload.path)).words_beyond_ascii())


def _as_tried(dataset: Dataset) -> Fields:
    """How an upload was read in vain, and its first lines as they were split."""
    if dataset.bundled or dataset.step != Dataset.Step.INSPECT:
        return {}
    try:
        if Source(Path(dataset.upload.path)).is_workbook:
            return {}
        return {"tried": first_lines(Path(dataset.upload.path), dataset.format)}
    except (DataError, OSError):
        return {}


def cleaned_again(
    dataset: Dataset, progress: Callable[[float], None]
) -> tuple[RawTable, tuple[Column, ...]]:
    """The table with what was decided about values and columns, as it is split."""
    table, _steps = apply_decisions(read_again(dataset, progress), dataset.cleaning)
    table, columns = understand(table)
    return table, corrected_columns(dataset, columns)


def _inspection(
    dataset: Dataset,
    table: RawTable,
    columns: tuple[Column, ...],
    written: Mapping[str, Written],
) -> Fields:
    read_as = table.format.model_dump(mode="json")
    return {
        "table_format": read_as,
        # What it left to be detected is decided now.
        "corrected_format": read_as if dataset.corrected_format else {},
        "left_out": {
            "counts": dict(table.left_out_counts),
            "lines": [asdict(item) for item in table.left_out],
            "notes": [asdict(note) for note in table.notes],
        },
        "missing_words": dict(table.missing_words),
        "columns": [column.model_dump(mode="json") for column in columns],
        "readings": reading_choices(table, written),
        "preview": [[_short(value) for value in row] for row in table.head(PREVIEW_ROWS)],
        "targets": [
            {"name": each.name, "values": [list(item) for item in each.classes]}
            | {"problem": each.problem, "missing": each.missing}
            for each in target_candidates(table, columns)
        ],
        "divisions": find_divisions(table, columns),
        "row_count": table.row_count,
    }


def _questions(
    dataset: Dataset, raw: RawTable, table: RawTable, columns: tuple[Column, ...]
) -> list[dict[str, Any]]:
    """What is asked about the values of an upload; a bundled dataset has its own answers."""
    if dataset.bundled is not None:
        return []
    decisions = dataset.cleaning
    before = alone(raw, {decision.column for decision in decisions})
    found = questions_of(before, infer_columns(before), table, columns, decisions)
    return [question.model_dump(mode="json") for question in found]


def _short(value: Any) -> Any:
    return value[:PREVIEW_CHARACTERS] if isinstance(value, str) else value


def _preparation(
    dataset: Dataset,
    table: RawTable,
    columns: tuple[Column, ...],
    steps: tuple[Step, ...],
    health: dict[str, Any],
    sample: dict[str, Any],
    report: Report,
) -> Fields:
    columns = corrected_columns(dataset, columns)
    frame, schema, rows_left_out = _mended(dataset, table, columns)
    recipe = recipe_of(dataset, table, schema, (*steps, *rows_left_out))
    del table
    split = split_rows(frame, schema.target, schema.split)
    split_column = split_column_name(schema)
    dataset.content_hash = content_hash(frame)
    _store(dataset, frame, split, split_column)
    report(0.6)
    sample |= train_sample(frame, split)
    health |= health_report(frame, schema, split, stage_of(report, 0.6, 0.9))
    return {
        "columns": [column.model_dump(mode="json") for column in columns],
        "row_count": len(frame),
        "recipe": recipe,
        "content_hash": dataset.content_hash,
        "data_schema": schema.model_dump(mode="json"),
        "split_column": split_column,
        "sensitive_columns": [
            name for name in dataset.sensitive_columns if name in {c.name for c in schema.features}
        ],
        "part_sizes": {
            "train": len(split.train),
            "test": len(split.test),
            "holdout": len(split.holdout),
        },
        "class_counts": {
            str(name): int(count) for name, count in frame[schema.target].value_counts().items()
        },
        "baseline_metrics": baseline_scores(frame, schema, split),
        "reference_errors": reference_errors(
            frame, schema, split, without=_too_good(schema, health)
        ),
    }


def _too_good(schema: Schema, health: dict[str, Any]) -> set[str]:
    """Columns that are known, or look as if they knew the answer."""
    marked = {column.name for column in schema.columns if column.leak}
    suspected = (one for one in health["findings"] if one["code"] == "leak_suspected")
    return marked.union(*(one["columns"] for one in suspected))


def canonical_table(
    dataset: Dataset, table: RawTable, columns: tuple[Column, ...]
) -> tuple[pd.DataFrame, Schema, int]:
    """These columns as runs see them, with what the facilitator chose.

    Returns:
        The rows that have a target, their schema, and how many others were left out.
    """
    frame = canonical_frame(
        table,
        columns,
        target=dataset.target,
        positive_class=dataset.positive_class,
        rest=dataset.rest_label,
    )
    unlabelled = 0
    if dataset.drops_unlabelled and dataset.target in frame:
        is_labelled = frame[dataset.target].notna()
        unlabelled = int((~is_labelled).sum())
        if unlabelled:
            frame = frame[is_labelled].reset_index(drop=True)
            columns = recounted(columns, frame)
    return frame, _schema(dataset, frame, columns), unlabelled


def _schema(dataset: Dataset, frame: pd.DataFrame, columns: tuple[Column, ...]) -> Schema:
    schema = build_schema(frame, columns, dataset.target, dataset.positive_class)
    return mark_sparse(frame, schema.model_copy(update={"split": dataset.split_policy}))


def _mended(
    dataset: Dataset, table: RawTable, columns: tuple[Column, ...]
) -> tuple[pd.DataFrame, Schema, tuple[Step, ...]]:
    """The table without the columns and rows that were left out, and with the columns that the
    facilitator added; and the rows left out, as steps of the recipe."""
    steps: list[Step] = []
    kept = tuple(column for column in columns if column.name not in dataset.dropped_columns)
    if dataset.dropped_rows:
        # Rows are equal in all columns, as the desk counted them, and only then columns go.
        whole, schema, unlabelled = canonical_table(dataset, table, columns)
        for kind in sorted(dataset.dropped_rows, reverse=True):
            alone = without_rows(whole, schema, [kind])
            steps.append(Step(Cleaned(kind), count=len(whole) - len(alone)))
        whole = without_rows(whole, schema, dataset.dropped_rows)
        names = {column.name for column in kept}
        frame = whole[[name for name in whole.columns if name in names]]
        counted = recounted(tuple(c for c in schema.columns if c.name in names), frame)
        schema = _schema(dataset, frame, counted)
    else:
        frame, schema, unlabelled = canonical_table(dataset, table, kept)
    if unlabelled:
        steps.insert(0, Step(Cleaned.NO_TARGET, (dataset.target,), unlabelled))
    for planted in dataset.planted_columns:
        frame, schema = plant_column(frame, schema, **planted)
    return frame, schema, tuple(steps)


def corrected_columns(dataset: Dataset, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns with a person's corrected types and marks."""
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
        table = Path(folder) / "table.parquet"
        write_dataset(frame, table)
        if not files.holds(dataset.table_path, table):
            # Another content under this name was put there by somebody else, or half of it.
            _save(dataset.table_path, table)
        shared = Path(folder) / "shared.csv"
        write_participant_csv(frame, split, shared, split_column=split_column)
        _save(dataset.participant_csv_path, shared)


def _save(name: str, path: Path) -> None:
    with path.open("rb") as file:
        files.store(name, File(file))


def make_files_again(dataset: Dataset) -> None:
    """Store the files of a prepared dataset once more, from what was uploaded.

    Raises:
        JobFailure: the upload is damaged, too, or is not what was prepared.
    """
    try:
        table, columns = cleaned_again(dataset, lambda fraction: None)
        frame, *_others = _mended(dataset, table, columns)
    except DataError as error:
        raise JobFailure("data_damaged") from error
    if content_hash(frame) != dataset.content_hash:
        raise JobFailure("data_damaged")
    split = split_rows(frame, dataset.schema.target, dataset.schema.split)
    _store(dataset, frame, split, dataset.split_column)
