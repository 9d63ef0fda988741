"""Forms of who joins; those of a Dojo are in dojo_forms.py."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import SignupForm
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo, Membership


class JoinCodeForm(forms.Form):
    code = forms.CharField(label=_("Join code"), max_length=12)

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split()).upper()


class JoinForm(forms.Form):
    """One form to take a seat: a name and, without a login, an account old or new."""

    display_name = forms.CharField(
        label=_("Your name in this Dojo"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "autofocus": True}),
    )
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_(
            "With an account: its password. Without one: choose it now, 8 characters or more."
        ),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}, render_value=True),
    )

    def __init__(self, *args: Any, request: HttpRequest, dojo: Dojo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.dojo = request, dojo
        self.user: User | None = None
        self.signup: SignupForm | None = None
        if request.user.is_authenticated:
            self.user = request.user
            del self.fields["email"], self.fields["password"]

    def clean_display_name(self) -> str:
        name = " ".join(self.cleaned_data["display_name"].split())
        taken = Membership.objects.filter(dojo=self.dojo, display_name__iexact=name)
        if self.user:
            taken = taken.exclude(user=self.user)
        if taken.exists():
            raise forms.ValidationError(name_taken_message())
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        email, password = cleaned.get("email"), cleaned.get("password")
        if self.user or self.errors or not (email and password):
            return cleaned
        if get_user_model().objects.filter(email__iexact=email).exists():
            self._log_in(email, password)
        else:
            self.signup = SignupForm({"email": email, "password1": password})
            for field, errors in self.signup.errors.items():
                self.add_error("password" if field == "password1" else "email", errors)
        return cleaned

    def _log_in(self, email: str, password: str) -> None:
        try:
            self.user = get_adapter().authenticate(self.request, email=email, password=password)
        except forms.ValidationError as error:
            self.add_error("password", error)
            return
        if self.user is None:
            self.add_error(
                "password", gettext("This e-mail has an account, and this is not its password.")
            )

    def account(self) -> User:
        """The account that takes the seat, made now when it is new."""
        if self.user is None and self.signup is not None:
            return self.signup.save(self.request)
        if self.user is None:
            raise ValueError("Only a valid form has an account.")
        return self.user


def name_taken_message() -> str:
    return gettext("Someone in this Dojo already has this name. Add an initial, for example.")
