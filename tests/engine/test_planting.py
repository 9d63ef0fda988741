"""Columns that a facilitator adds: a leak that stands out, noise that does not, both seeded."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from engine.reading.planting import PlantedKind, plant_column
from tests.engine.test_leak_desk import honest, schema_of


@pytest.mark.parametrize(("kind", "low", "high"), [("leak", 0.95, 0.99), ("noise", 0.44, 0.56)])
def test_what_an_added_column_knows(kind: PlantedKind, low: float, high: float) -> None:
    frame = honest()
    planted, schema = plant_column(frame, schema_of(frame), name="fee", kind=kind, seed=7)
    target = schema.encode_target(planted)
    assert low < roc_auc_score(target, planted["fee"]) < high
    assert schema.by_name["fee"].leak == (kind == "leak")
    assert list(planted.columns) == [column.name for column in schema.columns]
    assert "fee" not in frame


def test_the_seed_decides_values_and_place() -> None:
    frame = honest()
    first, again, other = (
        plant_column(frame, schema_of(frame), name="x", kind="noise", seed=seed)[0]
        for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert not np.array_equal(first["x"], other["x"])
