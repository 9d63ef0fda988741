"""Ten kinds of leak, each planted in a clean table in a way that its seed chooses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.leak_tables.clean import START, Table, clean_table, distance_of, honest_number

# None of them speaks of the outcome.
NEUTRAL = ("measure_7", "amount_2", "feature_b", "indice", "reading", "compteur", "valeur_c")


@dataclass(frozen=True)
class Planted:
    """A table with one leak.

    Attributes:
        columns: one of which must be accused; empty where it is of the rows.
        codes: the findings of which one must say so, where it is of the rows.
    """

    frame: pd.DataFrame
    target: str
    positive: str
    columns: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


def planted_table(kind: str, seed: int) -> Planted:
    """A table with a leak of one of the `KINDS`."""
    number = list(KINDS).index(kind)
    table = clean_table(10_000 + 100 * number + seed, discrete=False)
    columns, codes = KINDS[kind](table)
    frame = table.frame()
    if codes:
        frame = _with_equal_rows(table, frame, conflicting=kind == "conflicts")
    return Planted(frame, table.target, table.classes[1], columns, codes)


def _named(table: Table, values: np.ndarray, name: str = "") -> tuple[tuple[str, ...], tuple]:
    name = name or str(table.rng.choice(NEUTRAL))
    table.insert(name, values)
    return (name,), ()


def _one_column(table: Table) -> tuple:
    """A measurement taken afterwards: nearly as good as the outcome itself."""
    rng = table.rng
    distance = distance_of(rng.uniform(0.97, 0.999))
    values = rng.normal(size=table.rows) + rng.choice([-1, 1]) * distance * table.y
    if rng.random() < 0.3:  # high in the middle: one class on both sides of the other
        side = rng.choice([-1, 1], table.rows)
        values = rng.normal(size=table.rows) * 0.5 + side * (2 * distance) * table.y
    return _named(table, np.round(values * 3 + 20, 2))


def _missingness(table: Table) -> tuple:
    """Filled in only where it happened, or left empty there."""
    rng = table.rng
    filled, other = rng.uniform(0.6, 1), rng.uniform(0, 0.02)
    share = np.array([other, filled]) if rng.random() < 0.6 else 1 - np.array([other, filled])
    here = rng.random(table.rows) < share[table.y]
    values = honest_number(table, 0.5).astype(object)
    return _named(table, np.where(here, values, None))


def _pure_category(table: Table) -> tuple:
    """One value stands for a class, and only some rows have it."""
    rng = table.rng
    values = rng.choice(["open", "pending", "new", "other"], table.rows).astype(object)
    values[(table.y == 1) & (rng.random(table.rows) < rng.uniform(0.35, 0.8))] = "closed"
    return _named(table, values, str(rng.choice(["status", "etat", "code_2"])))


def _copy(table: Table) -> tuple:
    """The target in another guise: a code, an odd last digit, a suffix, with a few slips."""
    rng, rows = table.rng, table.rows
    wrong = rng.random(rows) < rng.uniform(0, 0.03)
    y = np.where(wrong, 1 - table.y, table.y)
    match rng.integers(5):
        case 0:
            values = np.where(y == 1, "B", "A").astype(object)
        case 1:
            values = 2 * rng.integers(1_000, 9_000, rows) + y
        case 2:
            values = np.array(
                [f"{n}-{'KX'[c]}" for n, c in zip(rng.permutation(rows), y, strict=True)]
            )
        case 3:
            values = np.round(100 - 90 * y + rng.normal(0, 8, rows), 1)
        case _:
            values = np.where(y == 1, rng.integers(50, 60, rows) + 0.5, rng.integers(40, 70, rows))
    return _named(table, values)


def _date_after(table: Table) -> tuple:
    """A row says when it was seen, and another date lies after it where the outcome came."""
    rng, rows = table.rng, table.rows
    seen = START + rng.integers(0, 700, rows).astype("timedelta64[D]")
    days = np.where(table.y == 1, rng.integers(1, 60, rows), -rng.integers(0, 90, rows))
    slips = rng.random(rows) < rng.uniform(0, 0.05)
    days = np.where(slips, -rng.integers(0, 90, rows), days)
    other = (seen + days.astype("timedelta64[D]")).astype(str).astype(object)
    if rng.random() < 0.3:
        other[rng.random(rows) < 0.2] = None
    table.insert("observed_on", seen.astype(str))
    return _named(table, other, str(rng.choice(["changed_on", "stamp", "maj_le"])))


def _identifier(table: Table) -> tuple:
    """Numbers that were given class by class, or mostly so."""
    rng, rows = table.rng, table.rows
    order = rng.random(rows) + table.y * rng.uniform(0.5, 1.2)
    if rng.random() < 0.3:  # in blocks: some files of one class were added between the others
        order = (2 * rng.integers(0, 3, rows) + table.y + rng.random(rows) * 1.1) / 6
    numbers = np.argsort(np.argsort(order)) + 1
    if rng.random() < 0.4:
        return _named(table, np.array([f"K{n:06d}" for n in numbers]), "dossier")
    return _named(table, numbers, str(rng.choice(["record", "numero", "row_number"])))


def _groups(table: Table) -> tuple:
    """The same people several times, with what never changes of them and mostly one class."""
    rng, rows = table.rng, table.rows
    count = int(rows / rng.uniform(2.5, 8))
    people = rng.integers(0, count, rows)
    inclination = rng.beta(0.35, 0.35 * (1 / table.y.mean() - 1), count)
    table.y[:] = rng.random(rows) < inclination[people]
    for name in [name for name in table.columns if "date" in name]:
        del table.columns[name]
    table.insert("height", np.round(rng.normal(170, 10, count), 1)[people])
    table.insert("year_of_birth", rng.integers(1940, 2005, count)[people])
    numbers = rng.permutation(count) + 1_000
    name = str(rng.choice(["patient_nbr", "client", "machine", "user_id"]))
    if rng.random() < 0.5:
        return _named(table, np.array([f"P{n}" for n in numbers])[people], name)
    return _named(table, numbers[people], name)


def _rows(code: str) -> Callable[[Table], tuple]:
    def plant(table: Table) -> tuple:
        return (), (code,)

    return plant


def _with_equal_rows(table: Table, frame: pd.DataFrame, *, conflicting: bool) -> pd.DataFrame:
    """Rows once more, with another identifier; with the other class where they conflict."""
    rng = table.rng
    taken = rng.choice(table.rows, int(table.rows * rng.uniform(0.04, 0.3)), replace=False)
    again = frame.iloc[taken].copy()
    for name in frame.columns:
        values = frame[name]
        if name != table.target and values.is_unique:
            if np.issubdtype(values.to_numpy().dtype, np.integer):
                again[name] = int(values.max()) + 1 + np.arange(len(again))
            elif values.dtype == object and "Z" not in str(values.iloc[0]):
                again[name] = [f"Z{n}" for n in range(len(again))]
    if conflicting:
        first, second = table.classes
        swapped = again[table.target].map({first: second, second: first})
        turned = rng.random(len(again)) < rng.uniform(0.3, 1)
        again[table.target] = again[table.target].where(~turned, swapped)
    both = pd.concat([frame, again], ignore_index=True)
    return both.iloc[rng.permutation(len(both))].reset_index(drop=True)


def _speaking_name(table: Table) -> tuple:
    """No stronger than an honest column, but called after the outcome."""
    rng = table.rng
    target = table.target if len(table.target) > 1 else "outcome"
    name = str(
        rng.choice(
            [
                f"{target}_reason",
                f"date_of_{target}",
                f"motif_{target}",
                f"{target}_amount",
                f"after_{target}",
                "final_decision_code",
                "predicted_class_score",
                "cancellation_fee",
                "outcome_level",
                "issue_du_dossier_resultat",
            ]
        )
    )
    return _named(table, honest_number(table, rng.uniform(0.68, 0.9)), name)


KINDS: dict[str, Callable[[Table], tuple]] = {
    "one column": _one_column,
    "missing": _missingness,
    "pure category": _pure_category,
    "copy": _copy,
    "date after": _date_after,
    "identifier": _identifier,
    "groups": _groups,
    "duplicates": _rows("duplicates"),
    "conflicts": _rows("conflicts"),
    "name": _speaking_name,
}
