"""Forms of the connections to other tools."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class TokenForm(forms.Form):
    """A new access token."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("Where you will use it, such as “my laptop”."),
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        choices=[(7, _("a week")), (90, _("three months")), (365, _("a year"))],
        initial=90,
        coerce=int,
    )
