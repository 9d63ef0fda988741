"""A dataset: looked at once, split once, then read only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id
from classrooms.models.jobs import Job, JobQuerySet, JobStatus
from experiments.engine.bundled import BUNDLED, BundledDataset
from experiments.engine.schema import Schema

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class DatasetQuerySet(JobQuerySet["Dataset"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A dataset belongs to who prepared it; staff see all in the admin only."""
        return self.filter(owner_id=user.pk)

    def ready(self) -> Self:
        """What a Dojo can be opened on."""
        return self.filter(step=Dataset.Step.PREPARE, status=JobStatus.SUCCEEDED)


def upload_path(dataset: Dataset, filename: str) -> str:
    """A path that owes nothing to the name that the user's file had."""
    return f"uploads/{dataset.public_id}"


class Dataset(Job):
    class Step(models.TextChoices):
        INSPECT = "inspect", _("reading the file")
        PREPARE = "prepare", _("splitting the data")

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="datasets", verbose_name=_("owner")
    )
    title = models.CharField(_("title"), max_length=120)
    bundled_key = models.CharField(_("bundled dataset"), max_length=40, blank=True)
    upload = models.FileField(_("uploaded file"), upload_to=upload_path, blank=True)
    upload_name = models.CharField(_("name of the file"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    step = models.CharField(_("step"), max_length=10, choices=Step.choices, default=Step.INSPECT)
    # What inspection found: columns (engine Column dicts), the first rows, and the
    # values of every column that could be a binary target.
    columns = models.JSONField(_("columns"), default=list, blank=True)
    preview = models.JSONField(_("first rows"), default=list, blank=True)
    targets = models.JSONField(_("possible targets"), default=list, blank=True)
    row_count = models.PositiveIntegerField(_("rows"), default=0)

    target = models.CharField(_("target"), max_length=255, blank=True)
    positive_class = models.CharField(_("positive class"), max_length=255, blank=True)
    split_seed = models.PositiveIntegerField(_("seed of the split"), default=20)
    # What preparation made.
    data_schema = models.JSONField(_("schema"), default=dict, blank=True)
    content_hash = models.CharField(_("hash of the content"), max_length=64, blank=True)
    split_column = models.CharField(_("name of the split column"), max_length=255, blank=True)
    part_sizes = models.JSONField(_("rows per part"), default=dict, blank=True)
    class_counts = models.JSONField(_("rows per class"), default=dict, blank=True)
    # Test metrics of a model that ignores the features: the leaderboard's line.
    baseline_metrics = models.JSONField(_("metrics without a model"), default=dict, blank=True)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_ready(self) -> bool:
        return self.step == self.Step.PREPARE and self.has_succeeded

    @property
    def awaits_target(self) -> bool:
        """The file was read, and the facilitator has yet to say what to predict."""
        return self.step == self.Step.INSPECT and self.has_succeeded

    @property
    def bundled(self) -> BundledDataset | None:
        return BUNDLED.get(self.bundled_key)

    @property
    def schema(self) -> Schema:
        return Schema.model_validate(self.data_schema)

    @property
    def positive_rate(self) -> float:
        """Share of the positive class, 0 to 1, over all rows."""
        return self.class_counts.get(self.positive_class, 0) / max(self.row_count, 1)

    @property
    def table_path(self) -> str:
        """Content-addressed: the same content is stored once."""
        return f"datasets/{self.content_hash}.parquet"

    @property
    def participant_csv_path(self) -> str:
        """The CSV that participants take home: train and test rows only."""
        return f"datasets/{self.public_id}.csv"
