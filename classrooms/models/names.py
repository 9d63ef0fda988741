"""Columns of people's names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models

from classrooms.intake import names


class NameField(models.CharField):
    """A person's name, tidy whoever stores it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": names.MAX_NAME} | kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        name = names.tidy_name(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, name)
        return name

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": names.NameField} | kwargs)


class NameKeyField(models.TextField):
    """What names that look alike have in common, kept beside the name: SQLite folds the case
    of ASCII only, and a database's own rules differ from the next one's."""

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"editable": False} | kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = names.name_key(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, key)
        return key
