"""The leak desk: everything that is suspected of a table before it is split, as plain JSON.

It accuses where an honest table would hardly look so, and always asks of the strongest columns
whether they are known when one predicts: no number tells a call's duration from a good feature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pandas as pd

from engine.reading.leaks.columns import (
    counts_of,
    guises,
    missing_columns,
    pure_categories,
    recoded_targets,
    strong_columns,
)
from engine.reading.leaks.look import Look, look_at
from engine.reading.leaks.names import speaking_names
from engine.reading.leaks.order import late_dates, ordered_identifiers
from engine.reading.leaks.rows import repeated_groups, repeated_rows
from engine.reading.leaks.suspicion import Suspicion, key_of
from engine.spec.schema import Schema

QUESTIONS = 3
# The first that accuses a column is shown; it is the plainest.
OF_COLUMNS: tuple[Callable[[Look], Iterator[Suspicion]], ...] = (
    recoded_targets,
    strong_columns,
    missing_columns,
    pure_categories,
    late_dates,
    guises,
    ordered_identifiers,
    speaking_names,
)

Report = Callable[[float], None]


def find_leaks(
    frame: pd.DataFrame, schema: Schema, report: Report = lambda fraction: None
) -> dict[str, Any]:
    """What is suspected of a table, and what is asked of it.

    Args:
        frame: canonical, shape (n_rows, n_columns).
        report: hears the share done, 0 to 1.

    Returns:
        JSON-able: `findings` (Suspicion with a key), `questions` (the strongest columns that
        are not accused: `key`, `column`, `auc`, `counts`), `rows` and `sampled` (rows looked at).
    """
    found = [*repeated_rows(frame, schema), *repeated_groups(frame, schema)]
    report(0.2)
    look = look_at(frame, schema)
    report(0.5)
    accused = {name for one in found for name in one.columns}
    for done, detector in enumerate(OF_COLUMNS, start=1):
        for one in detector(look):
            if accused.isdisjoint(one.columns):
                accused.update(one.columns)
                found.append(one)
        report(0.5 + 0.5 * done / len(OF_COLUMNS))
    return {
        "findings": [one.to_dict() for one in found],
        "questions": _questions(look, accused),
        "rows": len(frame),
        "sampled": len(look.frame),
    }


def _questions(look: Look, accused: set[str]) -> list[dict[str, Any]]:
    ranked = sorted(look.alone, key=lambda name: -look.alone[name])
    asked = [name for name in ranked if name not in accused][:QUESTIONS]
    return [
        {
            "key": key_of("question", [name]),
            "column": name,
            "auc": look.alone[name],
            "counts": [asdict(count) for count in counts_of(look, name)],
        }
        for name in asked
    ]
