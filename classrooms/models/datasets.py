"""A dataset: read, corrected where it was misread, split once, then read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id
from engine.bundled import BUNDLED, BundledDataset
from engine.reading.cleaning.decisions import Decision, Question
from engine.reading.table_format import TableFormat
from engine.spec.schema import Schema, SplitPolicy
from jobs.models import FINISHED, Job, JobQuerySet, JobStatus

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from classrooms.models.users import User


class DatasetQuerySet(JobQuerySet["Dataset"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A dataset belongs to who prepared it; staff see all in the admin only."""
        return self.filter(owner_id=user.pk)

    def ready(self) -> Self:
        """Datasets with which a Dojo can be created."""
        return self.filter(step=Dataset.Step.PREPARE, status=JobStatus.SUCCEEDED)

    def correctable(self) -> Self:
        """Uploads that are not split yet, and that no worker is busy with."""
        idle = Q(step=Dataset.Step.INSPECT, status__in=FINISHED) | Q(
            step=Dataset.Step.PREPARE, status__in=FINISHED - {JobStatus.SUCCEEDED}
        )
        return self.filter(idle, bundled_key="")


def upload_path(dataset: Dataset, filename: str) -> str:
    """A path that owes nothing to the name that the user's file had."""
    return f"uploads/{dataset.public_id}"


class Dataset(Job):
    class Step(models.TextChoices):
        INSPECT = "inspect", _("reading the file")
        PREPARE = "prepare", _("splitting the data")

    class SplitKind(models.TextChoices):
        STRATIFIED = "stratified", _("At random, with the same share of each class in each part")
        TIME = "time", _("By time: the latest rows are the holdout")
        GROUP = "group", _("By group: all rows of a group in the same part")

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="datasets", verbose_name=_("owner")
    )
    title = models.CharField(_("title"), max_length=120)
    bundled_key = models.CharField(_("bundled dataset"), max_length=40, blank=True)
    upload = models.FileField(_("uploaded file"), upload_to=upload_path, blank=True)
    upload_bytes = models.PositiveBigIntegerField(_("file size"), default=0, editable=False)
    upload_name = models.CharField(_("file name"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("created on"), auto_now_add=True)

    # The data card of an upload; a bundled dataset brings its own.
    description = models.TextField(_("description"), max_length=2000, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    licence = models.CharField(_("licence"), max_length=300, blank=True)
    period = models.CharField(_("period"), max_length=300, blank=True)
    column_meanings = models.JSONField(_("column descriptions"), default=dict, blank=True)
    # What pages call a column; configs, files and code keep its own name.
    column_labels = models.JSONField(_("display names"), default=dict, blank=True)

    step = models.CharField(_("step"), max_length=10, choices=Step.choices, default=Step.INSPECT)
    # How the facilitator says that the file is written (an engine TableFormat); empty
    # as long as the detection is trusted.
    corrected_format = models.JSONField(_("corrected format"), default=dict, blank=True)
    # What inspection found: how the file was read, what of it is no row, columns (engine
    # Column dicts), the first rows, and for every column its classes or why it is no target.
    table_format = models.JSONField(_("format"), default=dict, blank=True)
    left_out = models.JSONField(_("skipped lines"), default=dict, blank=True)
    missing_words = models.JSONField(_("texts that mean missing"), default=dict, blank=True)
    columns = models.JSONField(_("columns"), default=list, blank=True)
    preview = models.JSONField(_("first rows"), default=list, blank=True)
    targets = models.JSONField(_("possible targets"), default=list, blank=True)
    # What of the columns had to be decided, as `engine.reading.columns.writing` says it.
    readings = models.JSONField(_("ways to read columns"), default=list, blank=True)
    # Splits that the columns suggest ("kind", "column", and the numbers that say why).
    divisions = models.JSONField(_("suggested splits"), default=list, blank=True)
    row_count = models.PositiveIntegerField(_("rows"), default=0)

    # What the facilitator decides before the split.
    target = models.CharField(_("target"), max_length=255, blank=True)
    positive_class = models.CharField(_("positive class"), max_length=255, blank=True)
    # Of a target with more than two classes: what all but the positive one are called.
    rest_label = models.CharField(_("name of the other classes"), max_length=300, blank=True)
    split_kind = models.CharField(
        _("split"),
        max_length=10,
        choices=SplitKind.choices,
        default=SplitKind.STRATIFIED,
    )
    split_by = models.CharField(_("time or group column"), max_length=255, blank=True)
    split_seed = models.PositiveIntegerField(_("split seed"), default=20)
    column_types = models.JSONField(_("corrected types"), default=dict, blank=True)
    leak_columns = models.JSONField(
        _("columns recorded after the outcome"), default=list, blank=True
    )
    # What was mended: columns that are left out, rows that are ("duplicates",
    # "conflicts"), and by finding what was answered where nothing needs mending ("columns",
    # "reason").
    dropped_columns = models.JSONField(_("columns left out"), default=list, blank=True)
    dropped_rows = models.JSONField(_("rows left out"), default=list, blank=True)
    leak_answers = models.JSONField(_("answers at the leak desk"), default=dict, blank=True)
    # What inspection asks about values (engine Question dicts), what is decided of it (engine
    # Decision dicts), and the keys of questions whose values are right as they are.
    questions = models.JSONField(_("questions about values"), default=list, blank=True)
    decisions = models.JSONField(_("merged or missing values"), default=list, blank=True)
    settled = models.JSONField(_("values left as they are"), default=list, blank=True)
    # Consent that rows without a value of the target are left out.
    drops_unlabelled = models.BooleanField(_("leave out rows without a target"), default=False)
    # What the facilitator knows of the data ("kind", "columns", "value", "note", "key"), and
    # columns that the split adds for others to find ("name", "kind", "seed"). Secret, both.
    truths = models.JSONField(_("declared truths"), default=list, blank=True)
    planted_columns = models.JSONField(_("added columns"), default=list, blank=True)
    # By which people are not to be treated differently; a Dojo may change its mind.
    sensitive_columns = models.JSONField(_("sensitive columns"), default=list, blank=True)
    # What preparation made; the recipe (engine Step dicts) is what it cleaned.
    recipe = models.JSONField(_("what was cleaned"), default=list, blank=True)
    data_schema = models.JSONField(_("schema"), default=dict, blank=True)
    content_hash = models.CharField(_("content hash"), max_length=64, blank=True)
    split_column = models.CharField(_("name of the split column"), max_length=255, blank=True)
    part_sizes = models.JSONField(_("rows per part"), default=dict, blank=True)
    class_counts = models.JSONField(_("rows per class"), default=dict, blank=True)
    # Test metrics of a model that ignores the features: the leaderboard's line.
    baseline_metrics = models.JSONField(_("dummy scores"), default=dict, blank=True)
    # By metric, of a plain model's test scores; empty where none could be fitted.
    reference_errors = models.JSONField(_("standard errors"), default=dict, blank=True)

    objects = DatasetQuerySet.as_manager()

    class Meta(Job.Meta):
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_ready(self) -> bool:
        return self.step == self.Step.PREPARE and self.has_succeeded

    @property
    def is_correctable(self) -> bool:
        """Whether the format, the target, the leaks and the split can still be changed."""
        return not self.bundled_key and not self.is_unfinished and not self.is_ready

    @property
    def awaits_target(self) -> bool:
        """The file was read, and the facilitator must choose the target, or another split if the
        last one failed."""
        return self.is_correctable and (self.step == self.Step.PREPARE or self.has_succeeded)

    @property
    def bundled(self) -> BundledDataset | None:
        return BUNDLED.get(self.bundled_key)

    @property
    def table_columns(self) -> list[dict[str, Any]]:
        """The columns (engine Column dicts) of the table that was split, or still those of the
        file: the leak desk leaves some out, and others are added."""
        found: list[dict[str, Any]] = self.data_schema["columns"] if self.is_ready else self.columns
        return found

    @property
    def columns_answered_for(self) -> set[str]:
        """Columns of which the facilitator said at the leak desk that they are known when one
        predicts."""
        known = [said for said in self.leak_answers.values() if said["code"] != "groups"]
        return {name for said in known for name in said["columns"]}

    @property
    def proposed_measure(self) -> dict[str, Any]:
        """By what a Dojo on it is proposed to be measured, as `create_dojo` takes it."""
        card = self.bundled
        if card is None:
            return {"primary_metric": "roc_auc", "success_threshold": 0.8}
        return {
            "primary_metric": card.primary_metric,
            "success_threshold": card.success_threshold,
        }

    @property
    def cleaning(self) -> list[Decision]:
        """What is decided about the values of single columns."""
        return [Decision.model_validate(one) for one in self.decisions]

    @property
    def asked(self) -> list[Question]:
        """What is asked about the values of single columns, answered or not."""
        return [Question.model_validate(one) for one in self.questions]

    @property
    def schema(self) -> Schema:
        return Schema.model_validate(self.data_schema)

    @property
    def format(self) -> TableFormat | None:
        """The format in which the file was or will be read, were it in vain; None before the
        first reading."""
        context = self.failure_context if self.has_failed else {}
        tried = context.get("tried", {}).get("format") or context.get("read_as")
        stored = self.corrected_format or self.table_format or tried
        return TableFormat.model_validate(stored) if stored else None

    @property
    def split_policy(self) -> SplitPolicy:
        return SplitPolicy.model_validate(
            {"kind": self.split_kind, "column": self.split_by or None, "seed": self.split_seed}
        )

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


class HealthReport(models.Model):
    """The data checks of a dataset. A separate table, because only two pages show them."""

    dataset = models.OneToOneField(
        Dataset, models.CASCADE, related_name="health", verbose_name=_("dataset")
    )
    # As `engine.health.health_report` returns it.
    content = models.JSONField(_("content"))

    class Meta:
        verbose_name = _("data check")
        verbose_name_plural = _("data checks")

    def __str__(self) -> str:
        return str(self.dataset)


class TrainRows(models.Model):
    """The first rows of the training set, to look at."""

    dataset = models.OneToOneField(
        Dataset, models.CASCADE, related_name="train_rows", verbose_name=_("dataset")
    )
    # As `engine.reading.sample.train_sample` returns it.
    content = models.JSONField(_("content"))

    class Meta:
        verbose_name = _("rows to look at")
        verbose_name_plural = _("rows to look at")

    def __str__(self) -> str:
        return str(self.dataset)
