"""Forms for joining a Dojo."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib import messages
from django.forms.utils import ErrorDict
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.accounts.forms import NewAccountForm
from classrooms.intake.names import NameField
from classrooms.models import Seat, User


def tidy_code(typed: str) -> str:
    """A join code as it is stored, however people write it."""
    return "".join(typed.split()).upper()


class JoinCodeForm(forms.Form):
    code = forms.CharField(label=_("Join code"), max_length=12)

    def clean_code(self) -> str:
        return tidy_code(self.cleaned_data["code"])


class JoinForm(forms.Form):
    """Form to join a Dojo."""

    display_name = NameField(
        label=_("Your name in this Dojo"),
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "autofocus": True}),
    )
    email = forms.EmailField(
        label=_("Email"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_(
            "If you have an account, enter its password. If not, choose one now, "
            "8 characters or more."
        ),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}, render_value=True),
    )

    def __init__(self, *args: Any, request: HttpRequest, only_for: str = "", **kwargs: Any) -> None:
        """The form for who asks.

        Args:
            only_for: the e-mail of whose account it is to be; "" for anybody's.
        """
        super().__init__(*args, **kwargs)
        self.request = request
        self.only_for = User.objects.normalize_email(only_for)
        self.user: User | None = None
        self.signup: NewAccountForm | None = None
        if request.user.is_authenticated:
            self.user = request.user
            del self.fields["email"], self.fields["password"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        email, password = cleaned.get("email"), cleaned.get("password")
        theirs = self.user.email if self.user else User.objects.normalize_email(email)
        if self.only_for and theirs and theirs != self.only_for:
            words = gettext("This place is kept for another email address: %(email)s.")
            self.add_error(
                "email" if "email" in self.fields else None, words % {"email": self.only_for}
            )
        if self.user or self.errors or not (email and password):
            return cleaned
        if User.objects.with_email(email):
            self._log_in(email, password)
        else:
            self.signup = NewAccountForm({"email": email, "password1": password})
            for field, errors in self.signup.errors.items():
                if field == "password1":
                    # As long as it takes to compare a password with that of an account.
                    User().set_password(password)
                    self._add_weaknesses(list(errors))
                else:
                    self.add_error("email", errors)
            if self.signup.account_already_exists:
                # The same form, sent twice at once, has made it meanwhile.
                self._log_in(email, password)
        return cleaned

    def _log_in(self, email: str, password: str) -> None:
        try:
            self.user = get_adapter().authenticate(self.request, email=email, password=password)
        except forms.ValidationError as error:
            self.add_error("password", error)
            return
        if self.user is None:
            self._refuse(password, email)
        elif is_mfa_enabled(self.user):
            # A password alone opens no account that asks for more.
            words = gettext("Log in first: your account has a second factor.")
            self.add_error("password", words)

    def _refuse(self, password: str, email: str) -> None:
        """By the same words as a new account with this password: which addresses have an account
        is nobody's business."""
        if errors := _weaknesses(password, email):
            self._add_weaknesses(errors)
            return
        words = gettext("This email and password don't go together. Check both, then try again.")
        self.add_error("password", words)

    def _add_weaknesses(self, errors: list[str]) -> None:
        words = gettext("If this address has an account, this isn't its password.")
        self.add_error("password", [*errors, words])

    def read_again(self) -> JoinForm:
        """The same form, by what is known now."""
        return JoinForm(self.data, request=self.request, only_for=self.only_for)

    def add_errors_of(self, other: JoinForm) -> None:
        for field, errors in other.errors.as_data().items():
            self.add_error(field if field in self.fields else None, errors)

    def account(self) -> User:
        """The account that takes the seat, made now when it is new."""
        if self.user is None and self.signup is not None:
            return self.signup.save(self.request)
        if self.user is None:
            raise ValueError("Only a valid form has an account.")
        return self.user


class JoinWithCodeForm(JoinForm):
    """The same with the code that is shown in the room: all of joining, at once."""

    code = forms.CharField(
        label=_("Join code"),
        max_length=12,
        help_text=_("Six letters, which your facilitator shows."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    field_order = ("code",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["display_name"].widget.attrs["autofocus"]

    def clean_code(self) -> str:
        return tidy_code(self.cleaned_data["code"])

    def refuse_code(self, words: str) -> None:
        """Say only what is wrong with the code: no account was looked at."""
        self._errors = ErrorDict()
        self.cleaned_data = {}
        self.add_error("code", words)


def _weaknesses(password: str, email: str) -> list[str]:
    """Why nobody would get a new account with this password."""
    try:
        get_adapter().clean_password(password, user=User(email=email))
    except forms.ValidationError as error:
        return list(error.messages)
    return []


def tell_number(request: HttpRequest, seat: Seat, wanted: str) -> None:
    """Tell somebody why they are not called as they typed."""
    if seat.display_name != wanted:
        words = gettext("Somebody here is called “%(wanted)s” already: you appear as “%(name)s”.")
        messages.info(request, words % {"wanted": wanted, "name": seat.display_name})
