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


class Visibility(models.TextChoices):
    """What participants see of each other."""

    NAMES = "names", _("Names and scores")
    RANKS = "ranks", _("Scores without names")
    NOTHING = "nothing", _("Nothing: only their own score")


class BaselineRule(models.TextChoices):
    ASK = "ask", _("Asked for: who skips it confirms")
    REQUIRE = "require", _("Required: nothing else runs before it")


class Scene(models.TextChoices):
    """What the projector shows."""

    AUTOMATIC = "automatic", _("What the phase needs")
    CLOCK = "clock", _("Phase and clock")
    SLIDES = "slides", _("Slides")
    LEADERBOARD = "leaderboard", _("Leaderboard")
    TALK = "talk", _("Presentation")
    JOIN = "join", _("How to join")


class DojoQuerySet(models.QuerySet["Dojo"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(memberships__user_id=user.pk)

    def facilitated_by(self, user: User) -> Self:
        seats = Membership.objects.filter(role=Membership.Role.FACILITATOR)
        return self.filter(pk__in=seats.filter(user=user).values("dojo"))


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
    scheduled_for = models.DateTimeField(_("scheduled for"), null=True, blank=True)
    # An IANA name: in which the start is announced and the agenda told.
    time_zone = models.CharField(_("time zone"), max_length=40, default=settings.TIME_ZONE)

    # The rules of this Dojo.
    visibility = models.CharField(
        _("what participants see of each other"),
        max_length=8,
        choices=Visibility.choices,
        default=Visibility.NAMES,
    )
    baseline_rule = models.CharField(
        _("baseline first"), max_length=8, choices=BaselineRule.choices, default=BaselineRule.ASK
    )
    max_experiments = models.PositiveSmallIntegerField(
        _("experiments per person"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
    )
    max_unfinished_runs = models.PositiveSmallIntegerField(
        _("runs at once per person"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )
    # Names of the engine's models; all where empty.
    allowed_models = models.JSONField(_("models allowed"), default=list, blank=True)
    # Public scores move only on a significant improvement (Blum and Hardt 2015).
    uses_ladder = models.BooleanField(_("scores move on significant progress only"), default=False)
    join_is_open = models.BooleanField(_("open to who has the code"), default=True)

    # What is shown now.
    slide = models.PositiveSmallIntegerField(_("slide"), default=0)
    scene = models.CharField(
        _("on the projector"), max_length=11, choices=Scene.choices, default=Scene.AUTOMATIC
    )
    board_frozen_at = models.DateTimeField(_("leaderboard frozen at"), null=True, blank=True)
    # How many rows of the leaderboard, from the last, have their hidden score told.
    revealed_rows = models.PositiveSmallIntegerField(_("rows revealed"), default=0)
    # Since when simulated participants rehearse it; their work is wiped at the end.
    rehearsed_since = models.DateTimeField(_("rehearsed since"), null=True, blank=True)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)

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
    def is_rehearsed(self) -> bool:
        return self.rehearsed_since is not None

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def board_is_frozen(self) -> bool:
        return self.board_frozen_at is not None

    @property
    def has_jury(self) -> bool:
        """Whether presentations are formal: the variant of eight hours."""
        return self.variant == Variant.ADVANCED

    @property
    def is_solo(self) -> bool:
        return self.variant == Variant.SOLO

    @property
    def holdout_is_revealed(self) -> bool:
        return self.holdout_revealed_at is not None

    @property
    def moment(self) -> str:
        """Where the agenda stands: the same until somebody moves it or stops the clock."""
        phase = self.current_phase
        return f"{self.state}-{phase.position if phase else 0}"

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
    # When they last did something that counts: wrote, submitted, noted, answered.
    active_at = models.DateTimeField(_("active at"), default=timezone.now)
    # For the facilitators only.
    facilitator_note = models.TextField(_("private note"), max_length=2000, blank=True)
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
