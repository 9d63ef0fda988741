"""Forms of the target, the types of the columns and the split."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from classrooms.datasets.recipe import listed
from classrooms.datasets.services import Preparation
from classrooms.datasets.wording import TARGET_PROBLEMS, type_label
from classrooms.models import Dataset
from engine.reading.cleaning.decisions import Kind
from engine.spec.schema import Column, ColumnType, allowed_types, retype

SHOWN_SPELLINGS = 4


class TargetForm(forms.Form):
    """What to predict, and how rows are divided.

    Args:
        columns: what the same post says of the columns; their types decide which of them
            can be sorted by time.
    """

    target = forms.ChoiceField(
        label=_("What to predict"),
        help_text=_(
            "The target column, and the value in it that you want to find. If it has "
            "more than two values, yours is compared with the rest."
        ),
        error_messages={"required": _("Choose a column and the value to find.")},
    )
    drops_unlabelled = forms.BooleanField(
        label=_("Leave out the rows in which the target has no value"), required=False
    )
    merges_classes = forms.BooleanField(
        label=_("Count spellings that look alike as one class"), required=False
    )
    split_kind = forms.ChoiceField(
        label=_("How to split the rows"),
        choices=Dataset.SplitKind.choices,
        widget=forms.RadioSelect,
        required=False,
        help_text=_(
            "By time if the model will predict the future; by group if a person, "
            "machine or shop has several rows."
        ),
    )
    split_by = forms.ChoiceField(
        label=_("Time or group column"),
        required=False,
        help_text=_("Only for a split by time or by group. It can't have missing values."),
    )

    def __init__(self, data: Any = None, *, dataset: Dataset, columns: ColumnFormSet) -> None:
        initial = {
            "split_kind": dataset.split_kind,
            "drops_unlabelled": dataset.drops_unlabelled,
        }
        super().__init__(data, initial=initial)
        self._dataset = dataset
        self._columns = columns
        self._alike = {
            question.column: question
            for question in dataset.asked
            if question.kind == Kind.SPELLINGS and question.key not in dataset.settled
        }
        # Values are indices: a column's name may hold any character.
        self._targets: dict[str, tuple[str, str, bool]] = {}
        self.fields["target"].choices = [("", gettext("Choose…")), *self._target_choices()]  # type: ignore[attr-defined]
        self._split_columns = {
            str(index): column
            for index, column in enumerate(dataset.columns)
            if not column["missing"] and column["name"] not in dataset.dropped_columns
        }
        self.fields["split_by"].choices = [  # type: ignore[attr-defined]
            ("", gettext("none")),
            *((key, column["name"]) for key, column in self._split_columns.items()),
        ]
        for key, column in self._split_columns.items():
            if column["name"] == dataset.split_by:
                self.initial["split_by"] = key
        for key, (name, value, _two) in self._targets.items():
            if (name, value) == (dataset.target, dataset.positive_class):
                self.initial["target"] = key

    def _target_choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        groups = []
        for column_index, column in enumerate(self._dataset.targets):
            options = []
            classes = self._classes(column)
            for value_index, (value, count) in enumerate(classes):
                key = f"{column_index}.{value_index}"
                two = len(classes) == 2
                self._targets[key] = (column["name"], value, two)
                sentence = (
                    ngettext(
                        "%(column)s = %(value)s (%(count)s row)",
                        "%(column)s = %(value)s (%(count)s rows)",
                        count,
                    )
                    if two
                    else ngettext(
                        "%(column)s = %(value)s vs the rest (%(count)s row)",
                        "%(column)s = %(value)s vs the rest (%(count)s rows)",
                        count,
                    )
                )
                words = {"column": column["name"], "value": value, "count": count}
                options.append((key, sentence % words))
            if options:
                groups.append((_group_label(column), options))
        return groups

    def _classes(self, column: dict[str, Any]) -> list[tuple[str, int]]:
        """The classes of a target, those whose spellings look alike counted as one; none where
        only one is left."""
        question = self._alike.get(column["name"])
        read_as = question.decision.becomes if question else {}
        counts: dict[str, int] = {}
        for value, count in column["values"]:
            name = read_as.get(value) or value
            counts[name] = counts.get(name, 0) + count
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return ordered if len(ordered) > 1 else []

    @property
    def open_merges(self) -> list[str]:
        """Columns that can be the target, and have classes that look alike."""
        return [
            column["name"]
            for column in self._dataset.targets
            if column["values"] and self._is_open(column["name"])
        ]

    def _is_open(self, name: str) -> bool:
        """Whether a class of this target has spellings of which nothing is decided."""
        question = self._alike.get(name)
        return (
            question is not None
            and question.key not in {one.key for one in self._dataset.cleaning}
            and any(len(spellings) > 1 for _kept, spellings in question.groups)
        )

    @property
    def has_targets(self) -> bool:
        return bool(self._targets)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Columns that cannot be the target, and why."""
        return [
            (column["name"], str(TARGET_PROBLEMS[column["problem"]]))
            for column in self._dataset.targets
            if column["problem"]
        ]

    @property
    def has_unlabelled(self) -> bool:
        """Whether a column that can be the target has missing values."""
        return any(column["missing"] and column["values"] for column in self._dataset.targets)

    def clean_drops_unlabelled(self) -> bool:
        """Consent, where it is needed: nothing is left out silently."""
        consents: bool = self.cleaned_data["drops_unlabelled"]
        if "target" not in self.cleaned_data:
            return consents
        name = self._targets[self.cleaned_data["target"]][0]
        missing = next(c["missing"] for c in self._dataset.targets if c["name"] == name)
        if missing and not consents:
            words = ngettext(
                "“%(column)s” has no value in %(count)s row. Tick this if it may be left out, or "
                "choose another target.",
                "“%(column)s” has no value in %(count)s rows. Tick this if they may be left out, "
                "or choose another target.",
                missing,
            )
            raise forms.ValidationError(words % {"column": name, "count": _number(missing)})
        return bool(missing)

    def clean_merges_classes(self) -> bool:
        """Consent, where the target has classes that look alike."""
        consents: bool = self.cleaned_data["merges_classes"]
        name = self._targets.get(self.cleaned_data.get("target", ""), ("",))[0]
        if not self._is_open(name):
            return False
        if not consents:
            kept, spellings = next(one for one in self._alike[name].groups if len(one[1]) > 1)
            words = gettext(
                "“%(column)s” writes a class in several ways: %(spellings)s. Tick this to count "
                "them as “%(kept)s”, or say above that they differ."
            )
            told = {"column": name, "spellings": listed(spellings[:SHOWN_SPELLINGS]), "kept": kept}
            raise forms.ValidationError(words % told)
        return True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        dropped = set((self._columns.is_valid() and self._columns.dropped) or ())
        if "target" in cleaned and self._targets[cleaned["target"]][0] in dropped:
            self.add_error(
                "target", gettext("You leave this column out below. Keep it, or choose another.")
            )
        kind = cleaned.get("split_kind") or Dataset.SplitKind.STRATIFIED.value
        key = cleaned.get("split_by")
        cleaned |= {"split_kind": kind, "split_by": ""}
        if kind == Dataset.SplitKind.STRATIFIED:
            return cleaned
        if not key:
            self.add_error("split_by", gettext("Choose a time or group column."))
            return cleaned
        name = self._split_columns[key]["name"]
        if kind == Dataset.SplitKind.TIME and name not in self._columns.names_with_order:
            self.add_error(
                "split_by", gettext("Choose a column of dates, or of numbers that grow with time.")
            )
        elif "target" in cleaned and name == self._targets[cleaned["target"]][0]:
            self.add_error("split_by", gettext("This is the target. Choose another column."))
        elif name in dropped:
            self.add_error(
                "split_by", gettext("You leave this column out. Keep it, or choose another.")
            )
        cleaned["split_by"] = name
        return cleaned

    @property
    def preparation(self) -> Preparation:
        """The decisions of this form and of the column form, both valid."""
        target, positive_class, two = self._targets[self.cleaned_data["target"]]
        decisions = [one.model_dump(mode="json") for one in self._dataset.cleaning]
        if self.cleaned_data["merges_classes"]:
            decisions.append(self._alike[target].decision.model_dump(mode="json"))
        rest = "" if two else gettext("other than %(value)s") % {"value": positive_class}
        return Preparation(
            target=target,
            positive_class=positive_class,
            rest_label=rest,
            split_kind=self.cleaned_data["split_kind"],
            split_by=self.cleaned_data["split_by"],
            column_types=self._columns.changed_types,
            leak_columns=[name for name in self._columns.leaks if name != target],
            drops_unlabelled=self.cleaned_data["drops_unlabelled"],
            decisions=decisions,
            dropped_columns=self._columns.dropped,
        )


def _group_label(column: dict[str, Any]) -> str:
    """The name of a column that can be the target, with what choosing it would leave out."""
    if not column["missing"]:
        return str(column["name"])
    words = ngettext(
        "%(column)s (%(count)s row without a value would be left out)",
        "%(column)s (%(count)s rows without a value would be left out)",
        column["missing"],
    )
    return words % {"column": column["name"], "count": _number(column["missing"])}


def _number(count: int) -> str:
    return number_format(count, use_l10n=True, force_grouping=True)


class ColumnForm(forms.Form):
    """Corrections of one column: its type, whether it is recorded after the outcome, and whether
    it is left out of all that participants get."""

    type = forms.ChoiceField(label=_("Type"), required=False)
    leak = forms.BooleanField(label=_("Recorded after the outcome"), required=False)
    drop = forms.BooleanField(label=_("Leave out"), required=False)

    def __init__(
        self, data: Any = None, *, prefix: str, column: dict[str, Any], dataset: Dataset
    ) -> None:
        name = column["name"]
        initial = {
            "type": dataset.column_types.get(name, column["type"]),
            "leak": name in dataset.leak_columns,
            "drop": name in dataset.dropped_columns,
        }
        super().__init__(data, prefix=prefix, initial=initial)
        self.column = column
        self.examples = ", ".join(column["examples"])
        allowed = allowed_types(Column.model_validate(column))
        self.fields["type"].choices = [(kind.value, type_label(kind)) for kind in allowed]  # type: ignore[attr-defined]
        for field, words in (
            ("type", gettext("Type of %(column)s")),
            ("leak", gettext("%(column)s is recorded after the outcome")),
            ("drop", gettext("Leave %(column)s out")),
        ):
            label = words % {"column": column["name"]}
            self.fields[field].widget.attrs["aria-label"] = label


class ColumnFormSet:
    """One small form per column, numbered: their names may hold any character."""

    def __init__(self, data: Any = None, *, dataset: Dataset) -> None:
        self._dataset = dataset
        # A post without them leaves what is stored as it is.
        bound = data if data is not None and "c0-type" in data else None
        self.forms = [
            ColumnForm(bound, prefix=f"c{index}", column=column, dataset=dataset)
            for index, column in enumerate(dataset.columns)
        ]

    def is_valid(self) -> bool:
        return all(form.is_valid() for form in self.forms if form.is_bound)

    @property
    def changed_types(self) -> dict[str, ColumnType]:
        """Types by column name, where the guess was wrong; what is no type is left out."""
        if not any(form.is_bound for form in self.forms):
            return {name: ColumnType(kind) for name, kind in self._dataset.column_types.items()}
        return {
            form.column["name"]: ColumnType(form.cleaned_data["type"])
            for form in self.forms
            if form.is_valid() and form.cleaned_data["type"] not in {"", form.column["type"]}
        }

    @property
    def names_with_order(self) -> set[str]:
        """Columns that are numbers or dates, as the facilitator says that they are."""
        columns = tuple(Column.model_validate(form.column) for form in self.forms)
        return {column.name for column in retype(columns, self.changed_types) if column.has_order}

    @property
    def dropped(self) -> list[str] | None:
        """Columns that are left out; None where the post does not say it."""
        bound = [form for form in self.forms if form.is_bound]
        if not bound:
            return None
        return [form.column["name"] for form in bound if form.cleaned_data.get("drop")]

    @property
    def leaks(self) -> list[str]:
        if not any(form.is_bound for form in self.forms):
            return list(self._dataset.leak_columns)
        return [
            form.column["name"]
            for form in self.forms
            if form.is_bound and form.cleaned_data["leak"]
        ]
