"""Numbers as people write them: a comma or a point before the decimals, spaces anywhere."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.widgets import TextInput
from django.utils.formats import get_format
from django.utils.functional import lazystr
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LONGEST = 40
NUMBER = re.compile(r"[+-]?(?:\d+[.]?\d*|[.]\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
# U+2212 and the dashes that keyboards and word processors put in its place.
MINUSES = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013", "-"))
EXAMPLE = 0.02


def plain_number(typed: str) -> str:
    """What was typed as Python writes it: "−1 234,5" → "-1234.5".

    Raises:
        ValidationError: it is no number, or has two signs that could be the decimal one.
    """
    text = "".join(typed.split()).translate(MINUSES).replace(",", ".")
    if text.count(".") > 1:
        raise forms.ValidationError(
            gettext("Write one decimal sign and nothing between the thousands, as in %(example)s."),
            code="two_signs",
            params={"example": number_text(EXAMPLE)},
        )
    if len(text) > LONGEST or not NUMBER.fullmatch(text):
        raise forms.ValidationError(forms.FloatField.default_error_messages["invalid"], "invalid")
    return text


def number_text(value: float | Decimal) -> str:
    """A number with all its digits and the reader's decimal sign, as it can be typed."""
    text = f"{value:f}" if isinstance(value, Decimal) else repr(value)
    return text.removesuffix(".0").replace(".", str(get_format("DECIMAL_SEPARATOR")))


class TypedNumber(forms.Field):
    """What all number fields share: how they are typed, and how they are shown back."""

    widget = TextInput
    keyboard = "decimal"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("autocomplete", "off")
        self._name_bounds()

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": self.keyboard}

    def _name_bounds(self) -> None:
        """Say the bounds in the reader's language; Django would write Python's."""
        for validator in self.validators:
            limit = getattr(validator, "limit_value", None)
            if isinstance(validator, MinValueValidator):
                words, code = _("Write %(limit)s or more."), "min_value"
            elif isinstance(validator, MaxValueValidator):
                words, code = _("Write %(limit)s or less."), "max_value"
            else:
                continue
            self.error_messages.setdefault(code, _with_limit(words, limit))

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.strip():
            try:
                value = plain_number(value)
            except forms.ValidationError as error:
                # What is no number at all is told in the field's own words.
                words = self.error_messages["invalid"] if error.code == "invalid" else error
                raise forms.ValidationError(words, "invalid") from error
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        """As it was understood, where it was."""
        if isinstance(value, str):
            try:
                value = self.to_python(value)
            except forms.ValidationError:
                return value
        return number_text(value) if isinstance(value, int | float | Decimal) else value


def _with_limit(words: Any, limit: Any) -> Any:
    return lazystr(_Bound(words, limit))


class _Bound:
    """A bound's message, written when it is read: then the language is known."""

    def __init__(self, words: Any, limit: Any) -> None:
        self.words, self.limit = words, limit

    def __str__(self) -> str:
        return str(self.words) % {"limit": number_text(self.limit)}


class NumberField(TypedNumber, forms.FloatField):
    """A number with decimals."""


class WholeNumberField(TypedNumber, forms.IntegerField):
    """A number without."""

    keyboard = "numeric"


class AmountField(TypedNumber, forms.DecimalField):
    """A number with decimals that is stored exactly, such as a price."""
