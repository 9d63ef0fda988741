"""A Dojo, and who takes part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_join_code, new_public_id
from classrooms.models.datasets import Dataset
from experiments.engine.metrics import METRICS
from experiments.engine.schema import Costs, Schema

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

    from classrooms.models.phases import Phase


class Variant(models.TextChoices):
    DISCOVERY = "discovery", _("Discovery, 2 hours")
    STANDARD = "standard", _("Dojo, 4 hours")
    ADVANCED = "advanced", _("Advanced, 8 hours")
    SOLO = "solo", _("Solo, at your own pace")


class DojoQuerySet(models.QuerySet["Dojo"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(memberships__user_id=user.pk)


class Dojo(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("Not started")
        RUNNING = "running", _("Under way")
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
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    holdout_revealed_at = models.DateTimeField(_("holdout revealed at"), null=True, blank=True)

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
        """The problem of this Dojo: its dataset's columns, and what errors cost here."""
        costs = Costs.model_validate(self.costs) if self.costs else None
        return self.dataset.schema.model_copy(update={"costs": costs})

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
    def is_solo(self) -> bool:
        return self.variant == Variant.SOLO

    @property
    def holdout_is_revealed(self) -> bool:
        return self.holdout_revealed_at is not None

    @property
    def current_phase(self) -> Phase | None:
        """The phase that has begun and not ended, if any."""
        return next((phase for phase in self.phases.all() if phase.is_current), None)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def participants(self) -> Self:
        """Who does experiments: participants, and the person alone in a solo Dojo."""
        return self.filter(
            models.Q(role=Membership.Role.PARTICIPANT) | models.Q(dojo__variant=Variant.SOLO)
        )


class Membership(models.Model):
    """One person in one Dojo; roles exist nowhere else."""

    class Role(models.TextChoices):
        FACILITATOR = "facilitator", _("Facilitator")
        PARTICIPANT = "participant", _("Participant")

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(
        _("role"), max_length=11, choices=Role.choices, default=Role.PARTICIPANT
    )
    display_name = models.CharField(_("display name"), max_length=60)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now)
    # Whose part the simulation plays; empty for a person.
    simulated_as = models.CharField(_("simulated as"), max_length=30, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dojo", "user"], name="one_membership_per_person"),
            models.UniqueConstraint(
                models.F("dojo"),
                Lower("display_name"),
                name="display_names_differ",
                violation_error_message=_("Someone in this Dojo already has this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_facilitator(self) -> bool:
        return self.role == self.Role.FACILITATOR

    @property
    def participates(self) -> bool:
        return self.role == self.Role.PARTICIPANT or self.dojo.is_solo

    @property
    def topic(self) -> str:
        """Name of the live topic that tells this person of their own things."""
        return f"member-{self.public_id}"
