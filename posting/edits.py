"""No text overwrites a newer one silently.

A form says by a digest what it was filled from. Where that has changed since, in another
tab or by somebody else on the same seat, nothing is stored: the page shows both texts, and
sending again is then a choice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext

SEEN = "seen"

if TYPE_CHECKING:
    Base = forms.Form
else:
    Base = object


def digest_of(texts: dict[str, str]) -> str:
    """By which a form says what it was filled from.

    A field that the form does not have yet, since there is nothing to choose, is as an empty one.
    """
    filled = sorted((name, text) for name, text in texts.items() if text)
    return hashlib.sha256(repr(filled).encode()).hexdigest()


class EditForm(Base):
    """Mixin of forms by which a stored text is edited.

    The view gives the form what is stored now, within `edited_alone`.
    """

    def stored_values(self) -> dict[str, Any]:
        """What is stored now, by field."""
        return {
            name: self.get_initial_for_field(field, name) for name, field in self.fields.items()
        }

    @cached_property
    def _stored(self) -> dict[str, str]:
        return {name: _as_text(value) for name, value in self.stored_values().items()}

    @property
    def seen_name(self) -> str:
        return self.add_prefix(SEEN)

    @property
    def seen(self) -> str:
        """What the next sending has seen: that which is stored now."""
        return digest_of(self._stored)

    @property
    def conflicts(self) -> list[tuple[forms.BoundField, str]]:
        """Fields that were changed elsewhere and are typed otherwise here, with the text that is
        stored now."""
        seen = self.data.get(self.seen_name) if self.is_bound else None
        if not seen or seen == self.seen:
            return []
        return [
            (self[name], self._in_words(name, stored))
            for name, stored in self._stored.items()
            if _as_text(self[name].data) != stored
        ]

    def _in_words(self, name: str, stored: str) -> str:
        """Of a choice, its label."""
        choices = getattr(self.fields[name], "choices", ())
        return next((str(label) for value, label in choices if str(value) == stored), stored)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.conflicts:
            raise forms.ValidationError(
                gettext(
                    "Not saved: this was changed in the meantime, in another window or by somebody "
                    "else. Nothing is lost: both texts are below."
                ),
                code="changed_since",
            )
        return cleaned


def _as_text(value: Any) -> str:
    """Browsers send line ends in their own way, and nothing for a box that is not ticked."""
    if value is None or value is False:
        return ""
    return "on" if value is True else str(value).replace("\r\n", "\n").strip()


View = Callable[..., HttpResponseBase]


def edited_alone(view: View) -> View:
    """For views whose POST stores an edited text: one at a time, from reading what is stored to
    writing. The first argument after the request (the seat) is whose texts they are."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            if args and isinstance(args[0], models.Model):
                lock_row(args[0])
            return view(request, *args, **kwargs)

    return guarded


def lock_row(instance: models.Model) -> None:
    """Keep others waiting until this transaction ends."""
    rows = type(instance)._default_manager.select_for_update(of=("self",))
    rows.get(pk=instance.pk)
