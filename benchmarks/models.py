"""What does the engine cost over plain scikit-learn?

Each model at its default, on the bundled churn data: the engine's `evaluate` (checks,
fit, cross-validation, scores of train, test and holdout) against the code that the
product generates for the same config, which is a plain scikit-learn script with the
same folds and scores of train and test. One warm process, the data in memory for both,
rounds interleaved, medians.

    python benchmarks/models.py [rounds]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.process_settings import set_up_process

set_up_process()

from engine.build import codegen  # noqa: E402
from engine.bundled import BUNDLED  # noqa: E402
from engine.reading.dataset import (  # noqa: E402
    build_schema,
    canonical_frame,
    infer_columns,
    read_table,
)
from engine.reading.storing import split_column_name, write_participant_csv  # noqa: E402
from engine.run.evaluate import evaluate  # noqa: E402
from engine.run.split import split_rows  # noqa: E402
from engine.spec.config import default_config  # noqa: E402
from engine.spec.models import MODELS  # noqa: E402
from engine.spec.schema import SplitPolicy  # noqa: E402

GOAL = 1.10


def load(folder: Path) -> tuple[Any, Any, Any, codegen.DataSource]:
    """Schema, frame and split of the churn data, and its CSV for the script."""
    card = BUNDLED["churn"]
    path = folder / "churn.csv"
    card.load().to_csv(path, index=False)
    table = read_table(path)
    columns = infer_columns(table)
    frame = canonical_frame(table, columns, target=card.target)
    schema = build_schema(frame, columns, card.target, card.positive_class)
    split = split_rows(frame, schema.target, SplitPolicy())
    name, shared = split_column_name(schema), folder / "shared.csv"
    write_participant_csv(frame, split, shared, split_column=name)
    return schema, frame, split, codegen.DataSource(schema, name, str(shared))


class Script:
    """A generated script with its data loaded; running it again does the science only."""

    def __init__(self, config: Any, source: codegen.DataSource) -> None:
        code = codegen.experiment_code(config, source.schema)
        parts = [codegen.imports_code([code]), codegen.data_code(source)]
        self.namespace: dict[str, Any] = {"print": lambda *values: None}
        exec("\n".join([*parts, codegen.functions_code([code])]), self.namespace)  # noqa: S102
        self.science = compile("\n".join(code.statements), "script", "exec")

    def run(self) -> None:
        exec(self.science, self.namespace)  # noqa: S102


def seconds(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main(rounds: int = 10) -> None:
    # That a default does not converge is told in the product; here it only costs time.
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        schema, frame, split, source = load(Path(folder))
        print(f"fit and evaluate, medians of {rounds}, seconds; goal: a ratio of {GOAL} or less")
        for name in MODELS:
            config = default_config(schema, name)
            script = Script(config, source)

            def engine(config: Any = config) -> None:
                evaluate(config, schema, frame, split)

            found: dict[str, list[float]] = {"engine": [], "script": []}
            for round_number in range(rounds + 1):
                took = {"engine": seconds(engine), "script": seconds(script.run)}
                if round_number:  # the first warms caches, and is not counted
                    for way, value in took.items():
                        found[way].append(value)
            medians = {way: statistics.median(values) for way, values in found.items()}
            ratio = medians["engine"] / medians["script"]
            verdict = "met" if ratio <= GOAL else "MISSED"
            print(
                f"  {name:24} engine {medians['engine']:7.3f}   script {medians['script']:7.3f}"
                f"   ratio {ratio:.2f}   {verdict}",
                flush=True,
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
