"""Forms of the connections to other tools."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.models import TrackingSettings
from connections.tracking import is_permitted


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
    """Which tools are told of a Dojo's runs; the server's field only where one may be named."""

    class Meta:
        model = TrackingSettings
        fields = ("is_enabled", "mlflow_uri")
        labels = {"is_enabled": _("Send the runs of this Dojo to these tools")}
        help_texts = {
            "is_enabled": _("What was sent stays there: this page cannot take it back."),
            "mlflow_uri": _("Such as https://mlflow.example.org. Empty: the installation's own."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.MLFLOW_DOJO_HOSTS:
            del self.fields["mlflow_uri"]

    def clean_mlflow_uri(self) -> str:
        address: str = self.cleaned_data["mlflow_uri"].strip()
        if address and not is_permitted(address):
            raise forms.ValidationError(
                gettext("Only these servers may be named here, by http or https: %(hosts)s.")
                % {"hosts": ", ".join(settings.MLFLOW_DOJO_HOSTS)}
            )
        return address
