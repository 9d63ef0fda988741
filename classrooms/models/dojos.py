"""A Dojo: what it is about, and its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_join_code, new_public_id
from classrooms.models.datasets import Dataset
from engine.spec.metrics import METRICS
from engine.spec.schema import Costs, Schema

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from classrooms.models.agenda import Phase
    from classrooms.models.users import User


class Variant(models.TextChoices):
    DISCOVERY = "discovery", _("Discovery, 2 hours")
    STANDARD = "standard", _("Dojo, 4 hours")
    ADVANCED = "advanced", _("Advanced, 8 hours")
    SOLO = "solo", _("Solo, at your own pace")


def whole_dojo(path: str) -> list[str]:
    """Arguments for `select_related` of a Dojo at the end of this path: its dataset, rules and
    stage, which every page reads."""
    return [f"{path}__{part}" for part in ("dataset", "rules", "stage")]


class DojoQuerySet(models.QuerySet["Dojo"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(memberships__user_id=user.pk)

    def facilitated_by(self, user: User) -> Self:
        seats = user.seats.filter(role="facilitator")
        return self.filter(pk__in=seats.values("dojo"))


class Dojo(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("Not started")
        RUNNING = "running", _("In progress")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    join_code = models.CharField(
        _("join code"), max_length=6, unique=True, default=new_join_code, editable=False
    )
    title = models.CharField(_("title"), max_length=120)
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    variant = models.CharField(
        _("variant"), max_length=12, choices=Variant.choices, default=Variant.STANDARD
    )
    dataset = models.ForeignKey(
        Dataset, models.PROTECT, related_name="dojos", verbose_name=_("dataset")
    )
    primary_metric = models.CharField(
        _("primary metric"),
        max_length=20,
        choices=[(name, metric.label) for name, metric in METRICS.items()],
        default="roc_auc",
    )
    success_threshold = models.FloatField(
        _("success threshold"),
        default=0.8,
        validators=[MinValueValidator(0.0), MaxValueValidator(10.0)],
    )
    # What errors cost in euros per row (engine Costs); empty where nobody said.
    costs = models.JSONField(_("costs of errors"), default=dict, blank=True)
    # By column: whether a facilitator of this Dojo says that it is recorded after the outcome,
    # whatever its dataset says.
    column_marks = models.JSONField(_("marked columns"), default=dict, blank=True)
    # By marked column: whether a first experiment has it ticked, for its participant to find.
    # Unsaid, planted leaks are such traps, and what facilitators marked is not.
    column_traps = models.JSONField(_("columns left as traps"), default=dict, blank=True)
    scheduled_for = models.DateTimeField(_("scheduled for"), null=True, blank=True)
    # An IANA name: in which the start is announced and the agenda told.
    time_zone = models.CharField(_("time zone"), max_length=40, default=settings.TIME_ZONE)

    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField(_("created on"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended on"), null=True, blank=True)
    archived_at = models.DateTimeField(_("archived on"), null=True, blank=True)

    objects = DojoQuerySet.as_manager()

    class Meta:
        verbose_name = _("Dojo")
        verbose_name_plural = _("Dojos")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("classrooms:dojo", args=[self.public_id])

    @property
    def schema(self) -> Schema:
        """The problem of this Dojo: its dataset's columns as marked here, and what errors cost."""
        costs = Costs.model_validate(self.costs) if self.costs else None
        found, marks = self.dataset.schema, self.column_marks
        columns = tuple(
            column.model_copy(update={"leak": marks.get(column.name, column.leak)})
            for column in found.columns
        )
        return found.model_copy(update={"costs": costs, "columns": columns})

    @property
    def measure(self) -> dict[str, Any]:
        """By what its experiments are measured."""
        names = ("primary_metric", "success_threshold", "costs")
        return {name: getattr(self, name) for name in names}

    @property
    def has_started(self) -> bool:
        return self.state != self.State.DRAFT

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def is_paused(self) -> bool:
        return self.state == self.State.PAUSED

    @property
    def has_ended(self) -> bool:
        return self.state == self.State.ENDED

    @property
    def takes_experiments(self) -> bool:
        """Between its start and its end; a pause of the clock stops nobody's work."""
        return self.has_started and not self.has_ended

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def has_jury(self) -> bool:
        """Whether presentations are formal: in the eight-hour variant."""
        return self.variant == Variant.ADVANCED

    @property
    def is_solo(self) -> bool:
        return self.variant == Variant.SOLO

    @property
    def moment(self) -> str:
        """Key of the agenda's state: unchanged until someone moves it or stops the clock."""
        phase = self.current_phase
        return f"{self.state}-{phase.position if phase else 0}"

    @property
    def current_phase(self) -> Phase | None:
        """The phase that has begun and not ended, if any."""
        return next((phase for phase in self.phases.all() if phase.is_current), None)
