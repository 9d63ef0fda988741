"""How allauth treats the accounts of this product."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest

from classrooms.models import User

log = logging.getLogger(__name__)


class ProofStage(EmailVerificationStage):
    """Who signs up proves their e-mail before the first login. Who has a seat has come in by a
    join code, which needs no proof, and staff by the server's own commands or the admin."""

    def handle(self) -> Any:
        user = self.login.user
        if isinstance(user, User) and may_enter_unproven(user):
            return None, True
        return super().handle()


def may_enter_unproven(user: User) -> bool:
    """Whether a person may use their account before their e-mail is proven; rights that go to an
    e-mail wait for the proof all the same (`accounts.proof`)."""
    return user.is_staff or user.memberships.exists()


class AccountAdapter(DefaultAccountAdapter):
    def get_login_stages(self) -> list[str]:
        ours = f"{ProofStage.__module__}.{ProofStage.__qualname__}"
        theirs = "allauth.account.stages.EmailVerificationStage"
        return [ours if path == theirs else path for path in super().get_login_stages()]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is down stops nobody: the page says how to ask again."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:
            log.exception("The mail %s could not be sent.", template_prefix)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """No link moves an e-mail away from the account that has it."""
        holder = User.objects.with_email(email_address.email)
        if holder and holder != email_address.user:
            template = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, template, {"email": email_address.email})
            return False
        is_proven: bool = super().confirm_email(request, email_address)
        return is_proven


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Accounts that come from a provider of OpenID Connect."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """What the provider calls verified is proven only where the settings trust it with that:
        its word opens an account that is here."""
        if not settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION:
            for address in sociallogin.email_addresses:
                address.verified = False

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[AbstractUser, str] | None:
        """Open the account that has the e-mail, never one that asks to change to it."""
        found = super().authenticate_by_email(sociallogin)
        holder = User.objects.with_email(found[1]) if found else None
        return (holder, found[1]) if found and holder else None
