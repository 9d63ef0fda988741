"""Files that workers create: pictures of charts, PDFs, executed notebooks, Dojo exports."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id
from classrooms.models import Dojo, Seat
from experiments.models.runs import Run
from jobs.models import Job, JobQuerySet


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
        EXECUTION = "execution", _("Executed notebook")

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="exports")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    # Of what it is made from: it is out of date once that has changed.
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    content = models.JSONField(_("result"), default=dict, blank=True)
    # In the database, so that it goes with the seat.
    file = models.BinaryField(_("file"), default=b"", blank=True)

    objects = JobQuerySet["Export"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["seat", "kind"], name="one_export_per_kind")]

    def __str__(self) -> str:
        return f"{self.seat}: {self.get_kind_display()}"


class DojoArchive(Job):
    """The ZIP of a whole Dojo, with names or without; the latest of each is kept."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="archives")
    is_anonymous = models.BooleanField(_("without names"), default=False)

    objects = JobQuerySet["DojoArchive"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("Dojo export")
        verbose_name_plural = _("Dojo exports")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["dojo", "is_anonymous"], name="one_archive_per_kind")
        ]

    def __str__(self) -> str:
        return str(self.dojo)

    @property
    def path(self) -> str:
        """Path of its file in the storage."""
        return f"archives/{self.public_id}.zip"
