"""What allauth's forms do otherwise here."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import AddEmailForm, RequestLoginCodeForm, SignupForm
from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from classrooms.models import User


class NewAccountForm(SignupForm):
    """An answer takes as long whether there is an account already or not, and an account that
    only asks to change to an e-mail keeps it from nobody."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = gettext("8 characters or more, and no common one.")

    def validate_unique_email(self, value: str) -> str:
        email: str = super().validate_unique_email(value)
        proven = EmailAddress.objects.filter(email=email, verified=True)
        self.account_already_exists = bool(User.objects.with_email(email)) or proven.exists()
        return email

    def save(self, request: HttpRequest) -> Any:
        user = super().save(request)
        # allauth leaves it out where another account asks for the same.
        EmailAddress.objects.get_or_create(
            user=user, email=user.email, defaults={"primary": True, "verified": False}
        )
        return user

    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            User().set_password(self.cleaned_data["password1"])
        return super().try_save(request)


class ChangeEmailForm(AddEmailForm):
    """The old e-mail stays until the new one is proven, also where the old one never was: allauth
    takes that for a change that was not finished, and removes it."""

    @transaction.atomic
    def save(self, request: HttpRequest) -> Any:
        email = self.user.email
        added = super().save(request)
        User.objects.filter(pk=self.user.pk).update(email=email)
        return added


class LoginCodeForm(RequestLoginCodeForm):
    """A code opens the account that has the e-mail, never one that asks to change to it: logging
    in by a code proves the e-mail."""

    def clean_email(self) -> str:
        email: str = super().clean_email()
        user = User.objects.with_email(email)
        self._user = user if user and user.is_active else None
        return email
