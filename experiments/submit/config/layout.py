"""Group the fields of the config form for the page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext, gettext_lazy

from engine.build.spec_builder import TREATED_AS
from engine.spec.models import ModelSpec
from engine.spec.schema import Schema
from engine.spec.steps.new_features import OPERATIONS
from engine.spec.steps.preparation import Preparation
from experiments.submit.config.shape import MOST_MEMBERS, Shape, ways_to_prepare
from experiments.wording.configs import KINDS_OF_COLUMNS
from experiments.wording.options import option_label
from posting.numbers import plain_number


@dataclass(frozen=True)
class Section:
    """A part of the form that is folded as long as nothing is changed in it.

    Attributes:
        prefixes: how the paths of its fields begin.
        template: how its fields are laid out.
        can_be_empty: whether it is shown without a field, which is then added there.
    """

    key: str
    title: Promise
    summary: Promise
    prefixes: tuple[str, ...]
    template: str = "forms/grid.html"
    can_be_empty: bool = False


# Such fields come by the list; their section names the list.
LISTED = ("new_features.", "prepared.", "search.ranges.")
SHOWN_VALUES = 4

SECTIONS = (
    Section(
        "new_features",
        gettext_lazy("New features"),
        gettext_lazy("Features computed from other columns: a ratio, a difference, bins…"),
        ("new_features.",),
        "experiments/config/new_features.html",
        can_be_empty=True,
    ),
    Section(
        "preparation",
        gettext_lazy("Preprocessing"),
        gettext_lazy("Missing values, scaling, encoding, dates and texts"),
        ("preparation.", "prepared."),
        "experiments/config/preparation.html",
        can_be_empty=True,
    ),
    Section(
        "selection",
        gettext_lazy("Selection and reduction"),
        gettext_lazy("Fewer features, selected or combined"),
        ("selection.", "reduction."),
    ),
    Section(
        "decision",
        gettext_lazy("Probability and decision"),
        gettext_lazy("Calibration and decision threshold"),
        ("calibration", "threshold."),
    ),
    Section(
        "search",
        gettext_lazy("Search"),
        gettext_lazy("Search hyperparameters by cross-validation on the training set"),
        ("search.",),
        "experiments/config/search.html",
    ),
    Section(
        "protocol",
        gettext_lazy("Protocol"),
        gettext_lazy("Cross-validation and randomness"),
        ("validation.", "seed"),
    ),
)


@dataclass(frozen=True)
class ShownSection:
    """A section with its fields, and what is set in it in words."""

    section: Section
    fields: list[BoundField]
    values: str
    is_open: bool


class ConfigLayout(forms.Form):
    """The groups of a config's form."""

    schema: Schema
    shape: Shape
    model_class: type[ModelSpec]

    def defaults(self) -> dict[str, Any]:
        """The declared default of every field that has one."""
        raise NotImplementedError

    @property
    def kinds(self) -> list[str]:
        """The kinds of preparation that this dataset's columns need."""
        found = {
            "numeric" if column.numeric else TREATED_AS.get(column.type, "categorical")
            for column in self.schema.features
        }
        return [kind for kind in Preparation.model_fields if kind in found]

    def section(self, prefix: str, *, without: tuple[str, ...] = ()) -> list[BoundField]:
        return [
            self[path] for path in self.fields if path.startswith(prefix) and path not in without
        ]

    @property
    def features(self) -> BoundField:
        return self["columns.include"]

    @property
    def model_field(self) -> BoundField:
        return self["model.name"]

    @property
    def hyperparameters(self) -> list[BoundField]:
        return [
            f for f in self.section("model.", without=("model.name",)) if "members" not in f.name
        ]

    @property
    def member_groups(self) -> list[dict[str, Any]]:
        """Each member's choice, and its hyperparameters."""
        groups = []
        for place, _name in enumerate(self.shape.members):
            prefix = f"model.members.{place}"
            name = f"{prefix}.name"
            fields = self.section(f"{prefix}.", without=(name,))
            groups.append({"field": self[name], "fields": fields, "remove": f"remove:{prefix}"})
        return groups

    @property
    def can_remove_member(self) -> bool:
        return len(self.shape.members) > 2

    @property
    def can_add_member(self) -> bool:
        return 0 < len(self.shape.members) < MOST_MEMBERS

    @property
    def preparation_groups(self) -> list[dict[str, Any]]:
        return [
            {"label": KINDS_OF_COLUMNS[kind], "fields": self.section(f"preparation.{kind}.")}
            for kind in self.kinds
        ]

    @property
    def new_feature_groups(self) -> list[dict[str, Any]]:
        groups = []
        for place, (operation, _name) in enumerate(self.shape.operations):
            prefix = f"new_features.{place}"
            declared = OPERATIONS[operation]
            groups.append(
                {
                    "label": gettext(declared.label),
                    "summary": gettext(declared.summary),
                    "operation": self[f"{prefix}.operation"],
                    "fields": self.section(f"{prefix}.", without=(f"{prefix}.operation",)),
                    "remove": f"remove:{prefix}",
                }
            )
        return groups

    @property
    def operations(self) -> list[tuple[str, str]]:
        return [(key, gettext(declared.label)) for key, declared in OPERATIONS.items()]

    @property
    def prepared_groups(self) -> list[dict[str, Any]]:
        groups = []
        for place, (column, _treat_as) in enumerate(self.shape.prepared):
            prefix = f"prepared.{place}"
            groups.append(
                {
                    "column": column,
                    "hidden": self[f"{prefix}.column"],
                    "fields": self.section(f"{prefix}.", without=(f"{prefix}.column",)),
                    "remove": f"remove:{prefix}",
                }
            )
        return groups

    @property
    def preparable(self) -> list[str]:
        taken = {column for column, _treat_as in self.shape.prepared}
        names = [column.name for column in self.schema.features]
        names += [name for _operation, name in self.shape.operations]
        return [n for n in names if n not in taken and ways_to_prepare(n, self.shape, self.schema)]

    @property
    def sections(self) -> list[ShownSection]:
        """The folded parts: each says what is set in it, and is open where something is wrong."""
        found = []
        for section in SECTIONS:
            fields = [self[path] for path in self.fields if path.startswith(section.prefixes)]
            if fields or section.can_be_empty:
                shown = ShownSection(
                    section, fields, self._values(section), is_open=self._is_wrong(section)
                )
                found.append(shown)
        return found

    @property
    def search_fields(self) -> list[BoundField]:
        return [f for f in self.section("search.") if ".ranges." not in f.name]

    @property
    def range_groups(self) -> list[dict[str, Any]]:
        """Lowest, highest and scale of each hyperparameter that can be drawn."""
        groups: dict[str, list[BoundField]] = {}
        for bound in self.section("search.ranges."):
            groups.setdefault(bound.name.split(".")[2], []).append(bound)
        titles = self.model_class.model_fields
        return [
            {"label": gettext(str(titles[name].title)), "fields": fields}
            for name, fields in groups.items()
        ]

    @property
    def column_types(self) -> list[dict[str, str]]:
        """The types of the columns, each with its columns as JSON: to choose them at once."""
        found: dict[str, list[str]] = {}
        for column in self.schema.features:
            found.setdefault(column.type.value, []).append(column.name)
        if len(found) < 2:
            return []
        return [
            {"label": option_label(type_), "columns": json.dumps(names)}
            for type_, names in found.items()
        ]

    def _values(self, section: Section) -> str:
        """What is set in a section otherwise than it begins, in words; empty where nothing is."""
        fields = [self[path] for path in self.fields if path.startswith(section.prefixes)]
        changed = [
            gettext("%(name)s: %(value)s") % {"name": field.label, "value": _shown(field)}
            for field in fields
            if not field.name.startswith(LISTED) and self._is_changed(field.name)
        ]
        if section.key == "new_features":
            changed += [str(group["label"]) for group in self.new_feature_groups]
        if section.key == "preparation":
            changed += [column for column, _treat_as in self.shape.prepared]
        if len(changed) > SHOWN_VALUES:
            return ", ".join([*changed[:SHOWN_VALUES], "…"])
        return ", ".join(changed)

    def _is_wrong(self, section: Section) -> bool:
        paths = [path for path in self.fields if path.startswith(section.prefixes)]
        return any(self[path].errors for path in paths)

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        return self.defaults()

    def _is_changed(self, path: str) -> bool:
        defaults = self._defaults
        return path in defaults and _plain(self[path].value()) != _plain(defaults[path])


def _shown(field: BoundField) -> str:
    """The value of a field in the reader's words."""
    value = field.value()
    if isinstance(field.field, forms.BooleanField):
        return option_label(bool(value))
    if isinstance(field.field, forms.MultipleChoiceField):
        return ", ".join(map(str, value or ()))
    labels = {str(key): str(label) for key, label in getattr(field.field, "choices", ())}
    return labels.get(str(value), str(value if value is not None else ""))


def _plain(value: Any) -> str | float:
    """A value as it compares: "0,5" and 0.5 are one, and so are nothing and an unticked box."""
    if value is None or value is False or value == "":
        return ""
    if isinstance(value, list):
        return repr(value)
    try:
        return float(plain_number(str(value)))
    except forms.ValidationError:
        return str(value)
