"""Forms of the connections to other tools."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.models import TrackingSettings


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


class TrackingForm(forms.ModelForm):
    """Switch that sends a Dojo's runs to this server's tracking tools."""

    class Meta:
        model = TrackingSettings
        fields = ("is_enabled",)
        labels = {"is_enabled": _("Send this Dojo's runs to these tools")}
        help_texts = {
            "is_enabled": _("Runs already sent stay there: you can't recall them from this page."),
        }
