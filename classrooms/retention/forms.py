"""Forms that ask for a confirmation before anything is deleted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo, User


class DeleteDojoForm(forms.Form):
    title = forms.CharField(
        label=_("Type the title of this Dojo"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    with_dataset = forms.BooleanField(
        label=_("Also delete its dataset"),
        required=False,
        help_text=_(
            "Deletes the uploaded file and everything computed from it. No other Dojo uses it."
        ),
    )

    def __init__(self, *args: Any, dojo: Dojo, has_its_own_dataset: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dojo = dojo
        if not has_its_own_dataset:
            del self.fields["with_dataset"]

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        if " ".join(title.split()).casefold() != " ".join(self.dojo.title.split()).casefold():
            raise forms.ValidationError(
                gettext("The title doesn't match: “%(title)s”.") % {"title": self.dojo.title}
            )
        return title


class DeleteAccountForm(forms.Form):
    """The password again; who never had one types the e-mail."""

    secret = forms.CharField(max_length=254, strip=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        field = self.fields["secret"]
        if user.has_usable_password():
            field.label = gettext("Your password")
            field.widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        else:
            field.label = gettext("Your email")

    def clean_secret(self) -> str:
        secret: str = self.cleaned_data["secret"]
        if self.user.has_usable_password():
            if not self.user.check_password(secret):
                raise forms.ValidationError(gettext("Wrong password."))
        elif secret.strip().casefold() != self.user.email.casefold():
            raise forms.ValidationError(gettext("This isn't the email of this account."))
        return secret
