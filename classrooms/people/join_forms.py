"""Forms for joining a Dojo."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.accounts.claims import account_with, new_account
from classrooms.intake.names import NameField
from classrooms.models import Seat, User


class JoinCodeForm(forms.Form):
    code = forms.CharField(label=_("Join code"), max_length=12)

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split()).upper()


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
            "Choose one, 8 characters or more: with it you come back. If you have an account, "
            "enter its password, or log in first."
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
        self.accounts: list[User | None] = []
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
        if not self.user and not self.errors and email and password:
            self._find_or_judge(User.objects.normalize_email(email), password)
        return cleaned

    def _find_or_judge(self, email: str, password: str) -> None:
        """The account that the two open; else whether a new one may have this password.

        Whether the e-mail has an account changes nothing: not the answer, not its time.
        """
        if not ratelimit.consume(self.request, action="claim", key=email, dry_run=True):
            words = gettext("Too many attempts with this email. Try again in five minutes.")
            self.add_error(None, words)
            return
        self.accounts = User.objects.who_may_log_in(email)
        self.user = account_with(self.request, email, password)
        if self.user is None:
            ratelimit.consume(self.request, action="claim", key=email)
            self._judge(email, password)
        elif is_mfa_enabled(self.user):
            # A password alone opens no account that asks for more.
            words = gettext("Log in first: your account has a second factor.")
            self.add_error("password", words)

    def _judge(self, email: str, password: str) -> None:
        try:
            validate_password(password, User(email=email))
        except forms.ValidationError as error:
            self.add_error("password", error)

    def read_again(self) -> JoinForm:
        """The same form, by what is known now."""
        return JoinForm(self.data, request=self.request, only_for=self.only_for)

    def add_errors_of(self, other: JoinForm) -> None:
        for field, errors in other.errors.as_data().items():
            self.add_error(field if field in self.fields else None, errors)

    def account(self) -> User:
        """The account that takes the seat, made now when it is new."""
        if self.user is not None:
            return self.user
        email = User.objects.normalize_email(self.cleaned_data["email"])
        password: str = self.cleaned_data["password"]
        # The same form, sent twice at once, may have made it meanwhile.
        is_same = User.objects.who_may_log_in(email) == self.accounts
        found = None if is_same else account_with(self.request, email, password)
        return found or new_account(email, password)


def tell_new_account(request: HttpRequest) -> None:
    """Tell everybody whose account is new, since a mistyped password makes one, too."""
    words = gettext(
        "You have joined with a new account. If you had one already, log out, then log in with "
        "its password."
    )
    messages.info(request, words)


def tell_number(request: HttpRequest, seat: Seat, wanted: str) -> None:
    """Tell somebody why they are not called as they typed."""
    if seat.display_name != wanted:
        words = gettext("Somebody here is called “%(wanted)s” already: you appear as “%(name)s”.")
        messages.info(request, words % {"wanted": wanted, "name": seat.display_name})
