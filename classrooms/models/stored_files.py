"""What each stored file is to be, so that a damaged one is not taken for whole."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """Size and digest of a file of the storage, noted when it was written."""

    name = models.CharField(_("name"), max_length=255, primary_key=True)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")

    def __str__(self) -> str:
        return self.name
