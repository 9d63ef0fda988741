"""What is suspected of a dataset before it is split."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.models.datasets import Dataset
from jobs.models import Job, JobQuerySet


class LeakCheck(Job):
    """The search for leaks in an upload whose target is chosen; done beside the page."""

    dataset = models.OneToOneField(
        Dataset, models.CASCADE, related_name="leak_check", verbose_name=_("dataset")
    )
    # The choices that it looked at: another target is another question.
    about = models.JSONField(_("choices"), default=dict, blank=True)
    # As `engine.reading.leaks.desk.find_leaks` returns it.
    content = models.JSONField(_("content"), default=dict, blank=True)

    objects = JobQuerySet["LeakCheck"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("leak check")
        verbose_name_plural = _("leak checks")

    @property
    def is_current(self) -> bool:
        """Whether it looked at what is chosen now."""
        return all(getattr(self.dataset, name) == value for name, value in self.about.items())

    def __str__(self) -> str:
        return str(self.dataset)
