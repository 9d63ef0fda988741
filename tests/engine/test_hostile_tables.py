"""The promise of the generated code where users write the names and the values.

`test_codegen.py` varies configs over one table; here the tables vary, by the way
that every dataset goes: a CSV, read strictly, typed, split, run, taken home, re-run.
"""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from engine.build.codegen import (
    DataSource,
    data_code,
    experiment_code,
    functions_code,
    generate_script,
    imports_code,
)
from engine.failures import CannotRun
from engine.reading.dataset import (
    DataError,
    build_schema,
    canonical_frame,
    infer_columns,
    read_table,
)
from engine.reading.storing import split_column_name, write_participant_csv
from engine.reading.table_format import MISSING
from engine.run.evaluate import Evaluation, evaluate
from engine.run.split import SplitPolicy, split_rows
from engine.spec.columns import Columns
from engine.spec.config import default_config, validate_config
from engine.spec.models import MODELS, SINGLE_MODELS
from tests.engine.configs import quick_config, settings_of
from tests.engine.conftest import Table

ROWS = 130
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
HOSTILE = st.sampled_from(
    [
        '"]; import os #',
        "'''; raise SystemExit('''",
        '"""',
        "\\",
        "{x}",
        "[a]<b>,:{c}",
        "x\ry",
        "a\r\nb",
        "_split",
        "train",
        "None",
        "\u202ename",
        "é\u2028",
        "target",
        " lead",
        "1e5",
    ]
)
NAMES = (TEXTS | HOSTILE).filter(lambda text: text.strip().lower() not in MISSING)
NUMBERS = st.floats(allow_nan=True, allow_infinity=True, width=64).map(repr) | st.just("")


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]], str]:
    """Header, rows of texts, and the positive class; the target is the last column."""
    header = draw(st.lists(NAMES, min_size=2, max_size=5, unique=True))
    columns: list[list[str]] = []
    for _name in header[:-1]:
        values = draw(st.lists(draw(st.sampled_from([NUMBERS, NAMES])), min_size=1, max_size=9))
        rare = draw(st.booleans())
        # Rare: present in a handful of rows, so that a fold may see none of it.
        columns.append(values + [""] * (ROWS - len(values)) if rare else _cycle(values))
    classes = draw(st.lists(NAMES, min_size=2, max_size=2, unique_by=str.strip))
    pattern = draw(st.lists(st.sampled_from(classes), max_size=5))
    columns.append(_cycle(classes + pattern))
    return header, [list(row) for row in zip(*columns, strict=True)], classes[0]


def _cycle(values: list[str]) -> list[str]:
    return (values * ROWS)[:ROWS]


def prepare(header: list[str], rows: list[list[str]], positive: str, folder: Path) -> Table:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    path = folder / "upload.csv"
    path.write_bytes(buffer.getvalue().encode())
    table = read_table(path)
    columns = infer_columns(table)
    target = table.names[-1]
    frame = canonical_frame(table, columns, target=target)
    schema = build_schema(frame, columns, target, positive)
    return Table(schema, frame, split_rows(frame, target, SplitPolicy()))


def take_home(table: Table, path: Path) -> DataSource:
    """Write the participant's CSV there; what the generated code has to know of it."""
    split_column = split_column_name(table.schema)
    write_participant_csv(table.frame, table.split, path, split_column=split_column)
    return DataSource(table.schema, split_column, csv_name=str(path))


def recorded(evaluation: Evaluation) -> dict[str, Any]:
    parts = ("train", "cross_validation", "test")
    return {part: getattr(evaluation, part) for part in parts}


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    raw=tables(),
    model=st.sampled_from(sorted(MODELS)),
    impute=st.sampled_from(["constant", "most_frequent"]),
    indicator=st.booleans(),
)
def test_any_table_gives_the_same_numbers_at_home(
    raw: tuple[list[str], list[list[str]], str],
    model: str,
    impute: str,
    indicator: bool,
    tmp_path: Path,
) -> None:
    try:
        table = prepare(*raw, tmp_path)
    except DataError:
        reject()  # nothing beside the target
    data = {
        "columns": {"include": [column.name for column in table.schema.features]},
        "preparation": {
            "numeric": {"missing_indicator": indicator},
            "categorical": {"impute": impute},
            "text": {"min_rows": 1, "analyzer": "characters"},
        },
        "model": settings_of(model),
        "validation": {"folds": 2},
    }
    config = validate_config(data, table.schema)
    try:
        run = evaluate(config, table.schema, table.frame, table.split).evaluation
    except CannotRun:
        reject()  # such as a text column of which no fold has a unit
    script = generate_script(config, take_home(table, tmp_path / "data.csv"))
    namespace: dict[str, Any] = {"print": lambda *values: None}
    exec(compile(script, "script", "exec"), namespace)  # noqa: S102 (the product's promise)
    assert namespace["metrics"] == recorded(run)
    assert "os" in namespace
    json.dumps(namespace["metrics"], allow_nan=False)


AFTERWARDS = """
import json
import threadpoolctl

threads = [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]
json.dump({"found": found, "threads": threads}, open("answer.json", "w"))
"""


def test_another_process_gives_the_same_numbers(table: Table, tmp_path: Path) -> None:
    """As a notebook: one import cell, one data cell, one cell per model; no thread settings."""
    source = take_home(table, tmp_path / "data.csv")
    of_each_kind = {"columns": Columns(include=["signal", "colour", "since", "comment"])}
    configs = [quick_config(table.schema, m).model_copy(update=of_each_kind) for m in MODELS]
    codes = [experiment_code(config, table.schema) for config in configs]
    cells = [imports_code(codes), data_code(source), functions_code(codes), "found = []\n"]
    for code in codes:
        cells += [*code.statements, "found.append(metrics)\n"]
    cells.append(AFTERWARDS)
    (tmp_path / "notebook.py").write_text("\n".join(cells))
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::UserWarning", "notebook.py"],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": "", "OPENBLAS_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert set(answer["threads"]) == {1}, "the code itself limits threads"
    found = answer["found"]
    for config, metrics in zip(configs, found, strict=True):
        run = evaluate(config, table.schema, table.frame, table.split).evaluation
        assert metrics == recorded(run), config.model.name


def test_importing_the_code_of_an_experiment_needs_only_its_own_library(table: Table) -> None:
    for model in SINGLE_MODELS:
        code = imports_code([experiment_code(default_config(table.schema, model), table.schema)])
        assert ("xgboost" in code) == (model == "xgboost")
        assert ("lightgbm" in code) == (model == "lightgbm")
    only = {"columns": Columns(include=["signal"])}
    numbers_only = default_config(table.schema).model_copy(update=only)
    assert "OneHotEncoder" not in imports_code([experiment_code(numbers_only, table.schema)])


def test_a_hidden_row_never_leaves_the_house(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    take_home(table, path)
    taken = set(pd.read_csv(path, dtype=object)["code"])
    codes = table.frame["code"].to_numpy()
    assert taken == set(codes) - set(codes[table.split.holdout])
