"""Accounts, identified by email."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from classrooms.intake.names import tidy_name


class UserManager(BaseUserManager["User"]):
    """E-mails are stored in lower case, and found however they are typed."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=self.normalize_email(username))

    def with_email(self, email: str) -> User | None:
        """The account of this e-mail, if there is one."""
        return self.filter(email=self.normalize_email(email)).first()

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
    email = models.EmailField(_("email"), unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_email")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = type(self).objects.normalize_email(self.email)
        super().save(*args, **kwargs)

    @property
    def proposed_name(self) -> str:
        """Proposed display name: the person's name, or the email up to the @."""
        return tidy_name(self.get_full_name()) or self.email.partition("@")[0]
