"""What workers make for documents: pictures of charts, PDFs, notebooks that were executed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id
from classrooms.models import Dojo, Membership
from classrooms.models.jobs import Job, JobQuerySet
from experiments.models.runs import Run


class Picture(models.Model):
    """A stored chart of a run, drawn once for each language, for documents without script."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="pictures")
    view = models.CharField(_("view"), max_length=20)
    language = models.CharField(_("language"), max_length=5)
    # Of the chart that was drawn: an interpretation may be computed anew.
    digest = models.CharField(_("digest"), max_length=64)
    svg = models.TextField(_("for pages"))
    png = models.BinaryField(_("for notebooks"))

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "view", "language"], name="one_picture_per_view_and_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run}: {self.view}"


class Export(Job):
    """A document that takes a worker; the latest of each kind is kept."""

    class Kind(models.TextChoices):
        PDF = "pdf", _("Log as PDF")
        EXECUTION = "execution", _("Notebook, executed")

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="exports")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    # Of what it is made from: it is out of date once that has changed.
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    content = models.JSONField(_("result"), default=dict, blank=True)
    # In the database, so that it goes with the membership.
    file = models.BinaryField(_("file"), default=b"", blank=True)

    objects = JobQuerySet["Export"].as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["pk"]
        indexes = [models.Index(fields=["status"], name="export_by_status")]
        constraints = [
            models.UniqueConstraint(fields=["membership", "kind"], name="one_export_per_kind")
        ]

    def __str__(self) -> str:
        return f"{self.membership}: {self.get_kind_display()}"

    @property
    def time_limit_seconds(self) -> int:
        return settings.EXPORT_TIME_LIMIT_SECONDS


class DojoArchive(Job):
    """The ZIP of a whole Dojo, with names or without; the latest of each is kept."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="archives")
    is_anonymous = models.BooleanField(_("without names"), default=False)

    objects = JobQuerySet["DojoArchive"].as_manager()

    class Meta:
        verbose_name = _("archive of a Dojo")
        verbose_name_plural = _("archives of Dojos")
        ordering = ["pk"]
        indexes = [models.Index(fields=["status"], name="archive_by_status")]
        constraints = [
            models.UniqueConstraint(fields=["dojo", "is_anonymous"], name="one_archive_per_kind")
        ]

    def __str__(self) -> str:
        return str(self.dojo)

    @property
    def time_limit_seconds(self) -> int:
        return settings.EXPORT_TIME_LIMIT_SECONDS

    @property
    def path(self) -> str:
        """Where its file is in the storage."""
        return f"archives/{self.public_id}.zip"
