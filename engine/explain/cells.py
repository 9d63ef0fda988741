"""Cells of a table as JSON has them."""

from __future__ import annotations

from typing import Any

import pandas as pd


def plain(value: Any) -> Any:
    """A number, text or truth value of Python; None where missing."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
