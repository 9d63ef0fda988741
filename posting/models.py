from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT_FOR = timedelta(days=1)


class SentFormQuerySet(models.QuerySet["SentForm"]):
    def forgettable(self) -> "SentFormQuerySet":
        """Those that nobody sends a second time any more."""
        return self.filter(sent_at__lt=timezone.now() - KEPT_FOR)


class SentForm(models.Model):
    """A form that made something, so that its second arrival finds what the first one made."""

    owner = models.CharField(_("sent by"), max_length=40, blank=True)
    path = models.CharField(_("address"), max_length=300)
    key = models.CharField(_("one-time key"), max_length=255)
    digest = models.CharField(_("digest of the body"), max_length=64)
    made = models.CharField(_("what it made"), max_length=500, blank=True)
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now, db_index=True)

    objects = SentFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("sent form")
        verbose_name_plural = _("sent forms")
        constraints = [
            models.UniqueConstraint(fields=["owner", "path", "key"], name="one_form_per_key")
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.key[:8]}"


class Tally(models.Model):
    """How often something has happened within a while that is not over."""

    key = models.CharField(_("key"), max_length=200, unique=True)
    count = models.PositiveIntegerField(_("count"), default=0)
    ends_at = models.DateTimeField(_("ends at"), db_index=True)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


class SharedCacheEntry(models.Model):
    """The table of Django's database cache: limits that each process kept for itself would be as
    many times as high as there are processes. Only the cache reads and writes it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "shared_cache"
        verbose_name = verbose_name_plural = _("shared cache")

    def __str__(self) -> str:
        return self.cache_key


def forget_sent_forms() -> None:
    """Delete one-time keys that are a day old, and tallies that are over."""
    SentForm.objects.forgettable().delete()
    Tally.objects.filter(ends_at__lt=timezone.now()).delete()
