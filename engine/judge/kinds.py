"""Kinds of change, by which the uncertainty of a comparison differs. No scientific library."""

from __future__ import annotations

from collections.abc import Iterable

from engine.spec.changes import Change

# From what moves predictions least to what moves them most.
KINDS = ("settings", "rows", "added", "removed", "model")
WEIGHTS = ("class_weight", "scale_pos_weight")


def kind_of(changes: Iterable[Change]) -> str:
    """The kind of a change of the config; of several, the one that moves predictions most.

    Returns:
        One of `KINDS`; empty where nothing changed.
    """
    found = {_kind(change) for change in changes}
    return next((kind for kind in reversed(KINDS) if kind in found), "")


def _kind(change: Change) -> str:
    match change.path:
        case ("model", "name"):
            return "model"
        case ("columns",) if change.after is None:
            return "removed"
        case ("columns" | "new_features" | "preparation" | "selection" | "reduction", *_):
            return "added"
        case ("calibration" | "threshold", *_):
            return "rows"
        case (_, name) if name in WEIGHTS:
            return "rows"
    return "settings"
