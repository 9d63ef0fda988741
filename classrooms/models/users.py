"""Accounts, identified by email."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from classrooms.intake.names import tidy_name

# How many of the accounts that claim an e-mail its password may open: who has mistyped theirs
# once, and so joined with a new account, still comes back to the one before.
CLAIMS = 2


class UserManager(BaseUserManager["User"]):
    """E-mails are stored in lower case, and found however they are typed. Several accounts may
    claim one; at most one has proven it."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> User:
        if found := self.with_email(username or ""):
            return found
        raise self.model.DoesNotExist

    def with_email(self, email: str) -> User | None:
        """The account that holds this e-mail; without one, the latest that claims it."""
        return next(filter(None, self.who_may_log_in(email)), None)

    def who_may_log_in(self, email: str) -> list[User | None]:
        """The account that holds an e-mail, and the latest that claim it.

        Returns:
            Always as many: None for each that is not there. Staff hold theirs unproven, since
            they are made by the server's own commands or the admin.
        """
        proven = Q(proof__isnull=False)
        accounts = self._with_proof().filter(email=self.normalize_email(email))
        held = accounts.filter(proven | Q(is_staff=True))
        claims = accounts.exclude(is_staff=True).exclude(proven).order_by("-pk")[:CLAIMS]
        found = [held.order_by(F("proof").asc(nulls_last=True), "pk").first(), *claims]
        return [*found, *[None] * (1 + CLAIMS - len(found))]

    def _with_proof(self) -> QuerySet[User]:
        proves = Q(emailaddress__verified=True, emailaddress__email=F("email"))
        return self.annotate(proof=FilteredRelation("emailaddress", condition=proves))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make an account; without a password nobody logs in until one is set."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make an account that may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    username = None  # type: ignore[assignment]
    # Not unique: joining needs no proof, and turns nobody away because of another account.
    email = models.EmailField(_("email"), db_index=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["email", "pk"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = type(self).objects.normalize_email(self.email)
        super().save(*args, **kwargs)

    @property
    def proposed_name(self) -> str:
        """Proposed display name: the person's name, or the email up to the @."""
        return tidy_name(self.get_full_name()) or self.email.partition("@")[0]
