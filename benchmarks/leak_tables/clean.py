"""Clean tables: strong honest columns, and all that a leak may be mistaken for.

Features are drawn given the class, so that the ROC AUC of each is known: of two normals whose
means differ by d it is Φ(d / √2), at most 0.9 here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import norm

TARGETS = ("churn", "default", "fraud", "readmitted", "paid", "subscribed", "y", "résiliation")
CLASSES = (("no", "yes"), ("0", "1"), ("good", "bad"), ("non", "oui"), ("False", "True"))
# Some of them sound like the outcome, and are honest all the same.
NUMBERS = (
    "age",
    "income",
    "tenure_months",
    "balance",
    "credit_score",
    "calls_last_month",
    "days_since_last_order",
    "postal_distance",
    "previous_claims",
    "surface_m2",
    "temperature",
    "nb_enfants",
    "montant_moyen",
    "resulting_load",
    "labelled_items",
)
CATEGORIES = (
    "region",
    "contract",
    "payment_method",
    "channel",
    "postcode_area",
    "target_market",
    "device",
    "job",
    "diagnosis_group",
    "marital",
    "last_campaign_outcome",
    "secteur",
)
HIGHEST_AUC = 0.9
START = np.datetime64("2022-01-01")


@dataclass
class Table:
    """A table in the making.

    Attributes:
        y: the class of each row, 0 or 1, shape (n_rows,).
        columns: values by name, in the order of the file.
        is_discrete: a small table of few values, whose rows are equal by chance.
    """

    rng: np.random.Generator
    y: np.ndarray
    target: str
    classes: tuple[str, str]
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    is_discrete: bool = False

    @property
    def rows(self) -> int:
        return len(self.y)

    def insert(self, name: str, values: np.ndarray) -> None:
        """Put a column anywhere."""
        items = list(self.columns.items())
        items.insert(int(self.rng.integers(len(items) + 1)), (name, values))
        self.columns = dict(items)

    def frame(self) -> pd.DataFrame:
        named = np.array(self.classes, dtype=object)[self.y]
        return pd.DataFrame(self.columns | {self.target: named})


def clean_table(seed: int, *, discrete: bool | None = None) -> Table:
    """A table without a leak.

    Args:
        discrete: whether it has few values only; by default, one of five has.
    """
    rng = np.random.default_rng([seed, 1])
    rows = int(np.exp(rng.uniform(np.log(300), np.log(4_000))))
    share = float(rng.uniform(0.08, 0.5))
    chance = rng.random(rows) < share
    table = Table(rng, chance.astype(int), str(rng.choice(TARGETS)), CLASSES[rng.integers(5)])
    table.is_discrete = bool(rng.random() < 0.2) if discrete is None else discrete
    if table.is_discrete:
        _few_values(table)
        return table
    strongest = rng.uniform(0.6, HIGHEST_AUC)
    for name in rng.choice(NUMBERS, int(rng.integers(3, 8)), replace=False):
        table.columns[str(name)] = honest_number(table, rng.uniform(0.5, strongest))
    for name in rng.choice(CATEGORIES, int(rng.integers(2, 5)), replace=False):
        table.columns[str(name)] = honest_category(table, rng.uniform(0, 1.3))
    first = next(iter(table.columns))
    table.columns[first] = honest_number(table, strongest)
    for addition in (_missing, _identifier, _dates, _shops, _past, _returning, _towns, _hazards):
        if rng.random() < 0.6:
            addition(table)
    names = list(table.columns)
    rng.shuffle(names)
    table.columns = {name: table.columns[name] for name in names}
    return table


def distance_of(auc: float) -> float:
    """Between the means of two normals of variance 1, so that one ranks by so much."""
    return float(np.sqrt(2) * norm.ppf(auc))


def honest_number(table: Table, auc: float) -> np.ndarray:
    """Normal given the class, then as tables have it: skewed, rounded, or upside down."""
    rng = table.rng
    sign = rng.choice([-1, 1])
    values = rng.normal(size=table.rows) + sign * distance_of(auc) * table.y
    match rng.integers(4):
        case 0:
            return np.round(np.exp(values / 2 + 3), 2)
        case 1:
            return np.round(values * 10 + 50)
        case 2:
            return np.maximum(np.round(values * 2 + 2), 0)
        case _:
            return np.round(values * 7 + 30, 3)


def honest_category(table: Table, strength: float, levels: int | None = None) -> np.ndarray:
    """Levels whose shares differ between the classes, by e to a normal of this deviation."""
    rng = table.rng
    count = levels or int(rng.integers(2, 13))
    base = rng.normal(0, 1, count)
    effect = np.clip(rng.normal(0, strength, count), -2, 2)
    values = np.zeros(table.rows, dtype=int)
    for code in (0, 1):
        weights = np.exp(base + code * effect)
        chosen = table.y == code
        values[chosen] = rng.choice(count, int(chosen.sum()), p=weights / weights.sum())
    return np.array([f"level {chr(65 + n % 26)}{n // 26 or ''}" for n in range(count)])[values]


def _few_values(table: Table) -> None:
    """Three to six columns of two to five values: many rows are equal, also of both classes."""
    rng = table.rng
    for name in rng.choice(CATEGORIES, int(rng.integers(3, 7)), replace=False):
        levels = int(rng.integers(2, 6))
        table.columns[str(name)] = honest_category(table, rng.uniform(0, 1.0), levels)
    if rng.random() < 0.5:
        table.columns["row_id"] = np.arange(1, table.rows + 1)


def _missing(table: Table) -> None:
    """Values that are missing twice to four times as often in one class."""
    rng = table.rng
    for name in rng.choice(list(table.columns), 2, replace=False):
        rare = rng.uniform(0.02, 0.12)
        shares = np.array([rare, rare * rng.uniform(1, 4)])
        if rng.random() < 0.5:
            shares = shares[::-1]
        gone = rng.random(table.rows) < shares[table.y]
        table.columns[str(name)] = np.where(gone, None, table.columns[str(name)].astype(object))


def _identifier(table: Table) -> None:
    """One per row: in the order of the rows, at random, or with a prefix that says nothing."""
    rng, numbers = table.rng, np.arange(1, table.rows + 1) + 10_000
    match rng.integers(4):
        case 0:
            table.columns["id"] = numbers
        case 1:
            table.columns["customer_id"] = rng.permutation(numbers)
        case 2:
            prefix = rng.choice(["A", "B", "C"], table.rows)
            table.columns["reference"] = np.char.add(prefix, rng.permutation(numbers).astype(str))
        case 3:
            # The share of positives grows with the time in which numbers were given.
            late = rng.random(table.rows) + 0.15 * table.y
            table.columns["file_number"] = np.argsort(np.argsort(late)) + 1


def _dates(table: Table) -> None:
    """When somebody joined, and an event before the prediction, honestly earlier for some."""
    rng = table.rng
    joined = START + rng.integers(0, 700, table.rows).astype("timedelta64[D]")
    tenure = rng.exponential(200, table.rows) * np.where(table.y == 1, rng.uniform(0.5, 1), 1)
    table.columns["signup_date"] = joined.astype(str)
    if rng.random() < 0.6:
        seen = joined + (1 + tenure).astype("timedelta64[D]")
        table.columns[str(rng.choice(["last_contact", "issue_date", "dernier_achat"]))] = (
            seen.astype(str)
        )


def _shops(table: Table) -> None:
    """A few large groups that come again in the future, with an honest effect of their own."""
    codes = honest_category(table, table.rng.uniform(0, 0.6), int(table.rng.integers(6, 25)))
    table.columns["shop_id"] = np.char.replace(codes.astype(str), "level ", "S-")


def _past(table: Table) -> None:
    """What the target's own name stands in, and which is of an earlier time."""
    prefix = str(table.rng.choice(["previous", "prior", "last_year"]))
    table.columns[f"{prefix}_{table.target}"] = honest_number(table, table.rng.uniform(0.55, 0.8))


def _returning(table: Table) -> None:
    """People who come several times, of whose class nothing follows for the next time."""
    if table.rng.random() < 0.3:
        people = table.rng.integers(0, max(table.rows // 2, 60), table.rows)
        table.columns["member_number"] = people + 500_000


def _towns(table: Table) -> None:
    """Many categories, some of them rare and so of one class by chance."""
    levels = int(table.rng.integers(20, 120))
    table.columns["town"] = honest_category(table, table.rng.uniform(0, 0.6), levels)


def _hazards(table: Table) -> None:
    """Honest columns of awkward kinds: mostly zero, a number that never repeats, a free text, a
    name that sounds like the outcome, a category with rates from one in fifty to nearly all."""
    rng, rows = table.rng, table.rows
    match rng.integers(6):
        case 0:
            table.columns["claims_paid_before"] = np.where(
                rng.random(rows) < np.array([0.85, 0.7])[table.y],
                0,
                np.round(rng.lognormal(5, 1, rows)),
            )
        case 1:
            table.columns["turnover"] = (
                np.argsort(np.argsort(honest_number(table, 0.8))) * 37 + 1_000_000
            )
        case 2:
            words = np.array(["slow", "late", "good", "order", "parcel", "never", "again"])
            chosen = rng.choice(words, (rows, 9))
            table.columns["comment"] = np.array([" ".join(line) for line in chosen])
        case 3:
            name = str(rng.choice(["after_tax_income", "reason_for_visit", "final_year_grade"]))
            table.columns[name] = honest_number(table, rng.uniform(0.5, 0.75))
        case 4:
            table.columns["grade"] = honest_category(table, 1.6, 7)
        case 5:
            codes = honest_number(table, 0.7) * 10
            table.columns["code_postal"] = 10_000 + np.round(np.abs(codes)) % 300 * 7
