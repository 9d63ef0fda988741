"""The product's promise: the generated code gives the numbers of the run, to the last digit."""

import ast
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from engine.build.codegen import DataSource, generate_script, literal
from engine.failures import CannotRun
from engine.reading.storing import split_column_name, write_participant_csv
from engine.run.evaluate import Evaluation, evaluate
from engine.run.split import split_rows
from engine.spec.config import ConfigInvalid, ExperimentConfig, default_config, validate_config
from engine.spec.models import ENSEMBLES, MODELS
from engine.spec.schema import Costs, SplitPolicy
from engine.spec.search import Replay
from tests.engine import configs
from tests.engine.conftest import Table

# More by hand, and at random: CODEGEN_EXAMPLES=100.
EXAMPLES = int(os.environ.get("CODEGEN_EXAMPLES", "6"))
COSTS = Costs(false_positive=5, false_negative=40.5, true_positive=-12)


def with_problem(table: Table, **changes: Any) -> Table:
    """The same rows with other costs, or divided in another way."""
    schema = table.schema.model_copy(update=changes)
    return Table(schema, table.frame, split_rows(table.frame, schema.target, schema.split))


def run_script(
    config: ExperimentConfig, table: Table, folder: Path, replay: Replay | None = None
) -> dict[str, Any]:
    """What the generated code computes from the CSV that participants take home."""
    split_column = split_column_name(table.schema)
    csv = folder / "data.csv"
    write_participant_csv(table.frame, table.split, csv, split_column=split_column)
    source = DataSource(table.schema, split_column, csv_name=str(csv))
    namespace: dict[str, Any] = {"print": lambda *values: None}
    exec(compile(generate_script(config, source, replay), "script", "exec"), namespace)  # noqa: S102
    metrics: dict[str, Any] = namespace["metrics"]
    return metrics


def recorded(evaluation: Evaluation) -> dict[str, Any]:
    return {part: getattr(evaluation, part) for part in ("train", "cross_validation", "test")}


def assert_same(config: ExperimentConfig, table: Table, folder: Path) -> None:
    run = evaluate(config, table.schema, table.frame, table.split).evaluation
    replay = Replay(run.search.candidates, run.search.rounds) if run.search else None
    assert run_script(config, table, folder, replay) == recorded(run)


@pytest.mark.filterwarnings("ignore")
def test_generated_code_gives_the_numbers_of_any_run(table: Table, tmp_path: Path) -> None:
    """Every model and every option has its turn in the test below; here they meet at random."""
    costed = with_problem(table, costs=COSTS)

    @settings(
        max_examples=EXAMPLES,
        derandomize="CODEGEN_EXAMPLES" not in os.environ,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would refit for minutes
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(list(MODELS)).flatmap(partial(configs.configs, table.schema)))
    def equal(data: dict[str, Any]) -> None:
        try:
            assert_same(validate_config(data, costed.schema), costed, tmp_path)
        except (ConfigInvalid, CannotRun):
            reject()

    equal()


SYSTEMATIC = list(configs.systematic_configs())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("data", SYSTEMATIC, ids=lambda data: data["model"]["name"])
def test_every_option_gives_the_same_numbers_in_code(
    data: dict[str, Any], table: Table, tmp_path: Path
) -> None:
    costed = with_problem(table, costs=COSTS)
    assert_same(validate_config(data, costed.schema), costed, tmp_path)


def test_every_member_of_the_schema_is_among_the_systematic_configs() -> None:
    used: set[tuple[str, Any]] = set()
    for data in SYSTEMATIC:
        dumped = ExperimentConfig.model_validate(data).model_dump(mode="json")
        used |= configs.members_in(dumped)
    assert configs.all_members() - used == set()


SPLITS = [
    SplitPolicy(kind="time", column="until"),
    SplitPolicy(kind="time", column="whole"),
    SplitPolicy(kind="group", column="visits"),
    SplitPolicy(kind="group", column="colour"),
]


@pytest.mark.parametrize("policy", SPLITS, ids=lambda policy: f"{policy.kind}-{policy.column}")
def test_other_splits_give_the_same_numbers_in_code(
    policy: SplitPolicy, table: Table, tmp_path: Path
) -> None:
    divided = with_problem(table, split=policy)
    data = {
        "columns": {"include": ["signal", "colour", "since"]},
        # Calibrated, so that the folds within the model are seen as well.
        "model": {"name": "linear_svm"},
        "threshold": {"tune_for": "f1"},
        "validation": {"folds": 2},
    }
    assert_same(validate_config(data, divided.schema), divided, tmp_path)


def test_numbers_as_groups_give_the_same_folds_in_code(table: Table, tmp_path: Path) -> None:
    # As text these would come in another order.
    frame = table.frame.assign(visits=table.frame["visits"] * 7)
    schema = table.schema.model_copy(update={"split": SplitPolicy(kind="group", column="visits")})
    divided = Table(schema, frame, split_rows(frame, schema.target, schema.split))
    data = {
        "columns": {"include": ["signal"]},
        "model": {"name": "decision_tree"},
        "validation": {"folds": 3},
    }
    assert_same(validate_config(data, schema), divided, tmp_path)


def test_a_search_that_was_cut_short_is_repeated_as_far_as_it_came(
    table: Table, tmp_path: Path
) -> None:
    data = {
        "columns": {"include": ["signal", "whole"]},
        "model": {"name": "decision_tree"},
        "search": {
            "method": "random",
            "trials": 12,
            "ranges": {"min_samples_leaf": {"low": 1, "high": 60}},
        },
    }
    config = validate_config(data, table.schema)
    full = evaluate(config, table.schema, table.frame, table.split).evaluation
    assert full.search is not None
    assert run_script(config, table, tmp_path, Replay(12, (1,))) == recorded(full)
    # The best of the first two draws is another one, so the code must have stopped there.
    first_two = sorted(full.search.trials[:2], key=lambda trial: -trial.mean)[0]
    assert first_two.parameters != full.search.best
    data["model"] = {"name": "decision_tree", **first_two.parameters}
    del data["search"]
    without = evaluate(
        validate_config(data, table.schema), table.schema, table.frame, table.split
    ).evaluation
    assert run_script(config, table, tmp_path, Replay(2, (1,))) == recorded(without)


def test_a_halving_search_gives_the_same_numbers_in_code(tall_table: Table, tmp_path: Path) -> None:
    data = {
        "columns": {"include": ["signal", "colour"]},
        "model": {"name": "logistic_regression"},
        "search": {
            "method": "halving",
            "trials": 9,
            "seconds": 600,
            "ranges": {"C": {"low": 0.0001, "high": 10, "log": True}},
        },
        "validation": {"folds": 3},
    }
    config = validate_config(data, tall_table.schema)
    run = evaluate(config, tall_table.schema, tall_table.frame, tall_table.split).evaluation
    assert run.search is not None
    assert run.search.rounds == (9, 3, 1)
    replay = Replay(run.search.candidates, run.search.rounds)
    assert run_script(config, tall_table, tmp_path, replay) == recorded(run)


# --- Readable ---------------------------------------------------------------------------
ORDINARY = ["signal", "whole", "often missing", "colour", "rare", "category missing"]


@pytest.mark.parametrize("name", [name for name in MODELS if name not in ENSEMBLES])
def test_an_ordinary_script_is_short(name: str, table: Table) -> None:
    data = {"columns": {"include": ORDINARY}, "model": {"name": name}}
    script = generate_script(ExperimentConfig.model_validate(data), DataSource(table.schema, "_s"))
    assert len(script.splitlines()) < 80
    assert max(map(len, script.splitlines())) <= 100


def test_scripts_lint_clean(table: Table, tmp_path: Path) -> None:
    costed = with_problem(table, costs=COSTS)
    for place, data in enumerate(SYSTEMATIC):
        config = validate_config(data, costed.schema)
        script = generate_script(config, DataSource(costed.schema, "_split"))
        (tmp_path / f"{place}.py").write_text(script)
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--select=F,E9,I",
        "--line-length=100",
        ".",
    ]
    linted = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize(
    "text",
    ['"]; import os #', "'''", "\n", "\\", "{x}", "é\u2028", "\x00", "a\"b'c", "\r\n", '"""'],
)
def test_a_literal_cannot_escape_its_quotes(text: str) -> None:
    assert ast.literal_eval(literal(text)) == text


def test_numbers_without_end_are_written_as_python_reads_them() -> None:
    assert eval(literal(float("inf"))) == float("inf")  # noqa: S307
    assert pd.isna(eval(literal(float("nan"))))  # noqa: S307


def test_generated_code_never_names_this_product(table: Table) -> None:
    script = generate_script(default_config(table.schema), DataSource(table.schema, "_split"))
    assert "experiments" not in script
    assert "engine" not in script
