"""Configs, and the differences between two configs, in words."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel

from engine.spec.changes import Change
from engine.spec.config import ExperimentConfig
from engine.spec.models import MODELS, ModelSpec
from engine.spec.search import Search
from engine.spec.steps.new_features import OPERATIONS
from experiments.wording.options import option_label

KINDS_OF_COLUMNS: dict[str, str | Promise] = {
    "numeric": gettext_lazy("Numeric columns"),
    "categorical": gettext_lazy("Categories"),
    "boolean": gettext_lazy("Yes/no columns"),
    "datetime": gettext_lazy("Dates"),
    "text": gettext_lazy("Texts"),
}
SECTIONS: dict[str, str | Promise] = {
    **KINDS_OF_COLUMNS,
    "selection": gettext_lazy("Feature selection"),
    "reduction": gettext_lazy("Dimensionality reduction"),
}


def model_label(name: str) -> str:
    return _(MODELS[name].label)


def hyperparameter_rows(model: ModelSpec, search: Search | None = None) -> list[tuple[str, str]]:
    """Title and value of each hyperparameter, those of an ensemble's members included.

    Of one that the search draws, the range.
    """
    ranges = search.ranges if search and search.is_on else {}
    rows: list[tuple[str, str]] = []
    for name, info in type(model).model_fields.items():
        if name == "members":
            for place, member in enumerate(model.members, start=1):  # type: ignore[attr-defined]
                rows.append((_("Member model %(number)s") % {"number": place}, _(member.label)))
                rows += hyperparameter_rows(member)
        elif name != "name":
            fixed = option_label(getattr(model, name), name)
            words = _range_words(ranges[name].model_dump()) if name in ranges else fixed
            rows.append((_(str(info.title)), words))
    return rows


def new_feature_words(feature: dict[str, Any]) -> str:
    """A declared new feature in one line."""
    label = _(OPERATIONS[feature["operation"]].label)
    made_of: list[str] = []
    for key, value in feature.items():
        if key not in ("name", "operation"):
            made_of += value if isinstance(value, list) else [option_label(value)]
    return _("%(name)s (%(operation)s: %(made_of)s)") % {
        "name": feature["name"],
        "operation": label.lower(),
        "made_of": ", ".join(made_of),
    }


def describe_change(change: Change) -> str:
    """One difference between two configs."""
    match change.path:
        case ("columns",):
            return _added_or_removed(change, str)
        case ("new_features",):
            return _added_or_removed(change, new_feature_words)
        case ("preparation", "columns", name):
            return _("%(name)s: preprocessed differently from its type") % {"name": name}
        case ("search", name) if isinstance(change.before or change.after, dict):
            return _("%(name)s: %(before)s → %(after)s") % {
                "name": _("%(name)s, range") % {"name": field_title(("model", name))},
                "before": _range_words(change.before),
                "after": _range_words(change.after),
            }
        case ("model", "name"):
            return _("model: %(before)s → %(after)s") % {
                "before": model_label(change.before),
                "after": model_label(change.after),
            }
        case _:
            return _("%(name)s: %(before)s → %(after)s") % {
                "name": field_title(change.path),
                "before": _value_words(change.before, change.path[-1]),
                "after": _value_words(change.after, change.path[-1]),
            }


def _added_or_removed(change: Change, words: Any) -> str:
    if change.before is None:
        return _("+ column %(name)s") % {"name": words(change.after)}
    return _("− column %(name)s") % {"name": words(change.before)}


def _range_words(drawn: dict[str, Any] | None) -> str:
    if drawn is None:
        return option_label("none")
    return _("%(low)s to %(high)s") % {
        "low": _bound_words(drawn["low"]),
        "high": _bound_words(drawn["high"]),
    }


def _bound_words(bound: float) -> str:
    return option_label(int(bound) if bound.is_integer() else bound)


def _value_words(value: Any, field: str) -> str:
    if field == "members":
        return " + ".join(_member_words(member) for member in value)
    return option_label(value, field)


def _member_words(member: dict[str, Any]) -> str:
    """A member by its model, with the hyperparameters that are not its defaults."""
    fields = MODELS[member["name"]].model_fields
    changed = [
        f"{_(str(fields[key].title))} = {option_label(value, key)}"
        for key, value in member.items()
        if key != "name" and value != fields[key].get_default(call_default_factory=True)
    ]
    label = model_label(member["name"])
    return f"{label} ({', '.join(changed)})" if changed else label


def field_title(path: tuple[str, ...]) -> str:
    """The declared title of a config field, with its section if that adds information."""
    if path[0] == "model":
        title = next(
            str(model.model_fields[path[1]].title)
            for model in MODELS.values()
            if path[1] in model.model_fields
        )
        return _(title)
    section = str(SECTIONS.get(path[-2], "")) if len(path) > 1 else ""
    if path[-1] == "method" and section:
        return section
    title = _(_declared_title(path))
    return _("%(section)s, %(field)s") % {"section": section, "field": title} if section else title


def _declared_title(path: tuple[str, ...]) -> str:
    declared: type[BaseModel] = ExperimentConfig
    for name in path[:-1]:
        declared = _member_with(declared.model_fields[name].annotation, path[-1])
    return str(declared.model_fields[path[-1]].title or path[-1])


def _member_with(annotation: Any, field: str) -> type[BaseModel]:
    """The declaration itself, or that of a union's members which has the field."""
    members = getattr(annotation, "__args__", (annotation,))
    found: type[BaseModel] = next(
        (member for member in members if field in member.model_fields), members[0]
    )
    return found
