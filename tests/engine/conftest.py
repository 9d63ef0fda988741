"""Small tables for the engine's tests. Threads are limited before the libraries load."""

from engine.process_settings import set_up_process

set_up_process()

from dataclasses import dataclass  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import pytest  # noqa: E402

from engine.reading.dataset import build_schema, canonical_frame, infer_columns, read_table  # noqa: E402
from engine.run.split import Split, SplitPolicy, split_rows  # noqa: E402
from engine.spec.schema import Schema  # noqa: E402


@dataclass(frozen=True, eq=False)
class Table:
    """A dataset as the engine sees it."""

    schema: Schema
    frame: pd.DataFrame
    split: Split


AT_RANDOM = SplitPolicy()


def prepare(
    raw: pd.DataFrame,
    folder: Path,
    *,
    target: str,
    positive: str,
    policy: SplitPolicy = AT_RANDOM,
) -> Table:
    """The way that every dataset goes: written as CSV, read strictly, typed, split."""
    path = folder / "table.csv"
    raw.to_csv(path, index=False, lineterminator="\n")
    table = read_table(path)
    columns = infer_columns(table)
    frame = canonical_frame(table, columns, target=target)
    schema = build_schema(frame, columns, target, positive)
    schema = schema.model_copy(update={"split": policy})
    return Table(schema, frame, split_rows(frame, target, policy))


WORDS = ["très", "bon", "service", "slow", "never", "again", "prix", "panne", "thanks", "it's"]


def with_every_kind_of_column(rows: int, folder: Path) -> Table:
    """Every kind of column, missing values, and names that bite."""
    rng = np.random.default_rng(7)
    signal = rng.normal(size=rows)
    raw = pd.DataFrame(
        {
            "signal": signal,
            'odd [name] <of>, {a} "column": \\ é': rng.normal(size=rows) + 0.5 * signal,
            "whole": rng.integers(0, 9, rows),
            "constant": 3.25,
            "often missing": np.where(rng.random(rows) < 0.4, np.nan, rng.normal(size=rows)),
            "all missing": np.nan,
            "colour": rng.choice(["red", "green", "blue", "None", " sp ace "], rows),
            "answer": rng.choice(["yes", "no"], rows),
            "rare": np.where(np.arange(rows) < 2, "once", "usual"),
            "category missing": np.where(
                rng.random(rows) < 0.3, None, rng.choice(["a", "b"], rows)
            ),
            "code": [f"{n:05d}" for n in range(rows)],
            "since": [
                None if n % 17 == 0 else str(pd.Timestamp(2019, 1, 1) + pd.Timedelta(days=int(d)))
                for n, d in enumerate(rng.integers(0, 2000, rows))
            ],
            "until": [
                str(pd.Timestamp(2025, 1, 1).date() + pd.Timedelta(days=n)) for n in range(rows)
            ],
            "comment": [
                None if n % 23 == 0 else f"{' '.join(rng.choice(WORDS, 6))} {n}"
                for n in range(rows)
            ],
            "visits": rng.poisson(3, rows),
            "outcome": np.where(signal + rng.normal(size=rows) > 0.4, 'won; "really"', "lost"),
        }
    )
    return prepare(raw, folder, target="outcome", positive='won; "really"')


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return with_every_kind_of_column(240, tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="session")
def tall_table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    """Enough rows for every round of a halving search."""
    return with_every_kind_of_column(900, tmp_path_factory.mktemp("tall"))
