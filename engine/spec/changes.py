"""List the differences between two configs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.spec.config import ExperimentConfig
from engine.spec.schema import Schema

# Where what is chosen decides which settings there are.
KINDS = (
    ("model", "name"),
    ("selection", "method"),
    ("reduction", "method"),
    ("search", "method"),
)


@dataclass(frozen=True)
class Change:
    """One difference between two configs.

    `before` is None for something added, `after` for something removed. The path
    ("columns",) carries the names of columns, ("new_features",) new features as dicts.
    """

    path: tuple[str, ...]
    before: Any
    after: Any


def describe_changes(
    before: ExperimentConfig, after: ExperimentConfig, schema: Schema
) -> list[Change]:
    """The differences between two configs, field by field.

    Columns are compared as chosen, however they were written; another model, selection,
    reduction or search is one change, whatever its settings. The ranges of a search are
    told one by one.
    """
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    changes = [
        *_of_lists(("columns",), before.columns.chosen(schema), after.columns.chosen(schema)),
        *_of_lists(("new_features",), old.pop("new_features"), new.pop("new_features")),
    ]
    del old["columns"], new["columns"]
    old_columns, new_columns = (side["preparation"].pop("columns") for side in (old, new))
    changes += _of_dicts(old_columns, new_columns, ("preparation", "columns"))
    old_ranges, new_ranges = (side["search"].pop("ranges") for side in (old, new))
    for section, key in KINDS:
        if old[section][key] != new[section][key]:
            changes.append(Change((section, key), old[section][key], new[section][key]))
            del old[section], new[section]
    changes += _of_dicts(old_ranges, new_ranges, ("search",))
    return changes + list(_differences(old, new, ()))


def _of_lists(path: tuple[str, ...], old: list[Any], new: list[Any]) -> list[Change]:
    removed = [Change(path, item, None) for item in old if item not in new]
    added = [Change(path, None, item) for item in new if item not in old]
    return removed + added


def _of_dicts(old: dict[str, Any], new: dict[str, Any], path: tuple[str, ...]) -> list[Change]:
    """Entries that came, went or changed, each as a whole."""
    return [
        Change((*path, name), old.get(name), new.get(name))
        for name in [*old, *(name for name in new if name not in old)]
        if old.get(name) != new.get(name)
    ]


def _differences(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            yield from _differences(old[key], new[key], (*path, key))
    elif old != new:
        yield Change(path, old, new)


def ideas_of(changes: Iterable[Change], *, ignored: Collection[str] = ()) -> set[tuple[str, ...]]:
    """The changes as one would count them: each column and each new feature is one, all settings
    of a model are one, and so is all that is set in another section.

    Args:
        ignored: columns whose coming or going counts for nothing.
    """
    ideas: set[tuple[str, ...]] = set()
    for change in changes:
        match change.path:
            case ("model", "name"):
                ideas.add(("model",))
            case ("model" | "search", *_):
                ideas.add(("settings",))
            case ("columns",):
                name = change.before or change.after
                if name not in ignored:
                    ideas.add(("columns", name))
            case ("new_features",):
                ideas.add(("new_features", (change.before or change.after)["name"]))
            case (section, *_):
                ideas.add((section,))
    return ideas
