"""The scientific record: what was asked, what was tried, what was concluded."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id
from classrooms.models import Membership
from experiments.engine.config import ExperimentConfig
from experiments.engine.models import MODELS, ModelSpec

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from experiments.models.runs import Run


class Framing(models.Model):
    """A participant's framing: the log's context, written before anything is tried."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="framing")
    problem = models.TextField(
        _("Problem"),
        max_length=2000,
        help_text=_("Which business decision should the model help, and for whom?"),
    )
    data = models.TextField(
        _("Data"),
        max_length=2000,
        help_text=_("Where it comes from, how much there is, which period, what a row is."),
    )
    metric = models.TextField(
        _("Metric"),
        max_length=1000,
        help_text=_("Why this metric fits the decision, and from which score it is a success."),
    )
    baseline = models.TextField(
        _("Baseline"),
        max_length=1000,
        help_text=_("What is done today, or the simplest model: the performance to beat."),
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("framing")
        verbose_name_plural = _("framings")

    def __str__(self) -> str:
        return str(self.membership)


class ExperimentQuerySet(models.QuerySet["Experiment"]):
    def visible_to(self, membership: Membership) -> Self:
        """One's own; a facilitator sees everyone's in the Dojo."""
        mine = self.filter(membership__dojo_id=membership.dojo_id)
        return mine if membership.is_facilitator else mine.filter(membership=membership)

    def with_results(self) -> Self:
        """Everything that a list or a log shows, in a constant number of queries."""
        from experiments.models.runs import Run  # noqa: PLC0415 (the two models name each other)

        runs = Run.objects.select_related("reused_from__experiment__membership").order_by("pk")
        return self.select_related("membership__dojo__dataset", "compared_to").prefetch_related(
            Prefetch("runs", queryset=runs), "row_notes"
        )

    def with_outcomes(self) -> Self:
        """What judging many records at once needs, and nothing that only a page tells."""
        from experiments.models.runs import Run  # noqa: PLC0415 (the two models name each other)

        runs = Run.objects.order_by("pk").defer(
            "search", "holdout_metrics", "warnings", "versions", "failure_context"
        )
        return self.prefetch_related(Prefetch("runs", queryset=runs), "row_notes")


class Experiment(models.Model):
    """One hypothesis, one config, one run of it, one decision.

    Hypothesis and config are pre-registered: they are written once, with the
    submission, and never change. A new idea is a new experiment.
    """

    class Decision(models.TextChoices):
        KEEP = "keep", _("Keep")
        REJECT = "reject", _("Reject")
        ITERATE = "iterate", _("Iterate")

    FROZEN = frozenset(
        {
            "membership_id",
            "number",
            "claim",
            "rationale",
            "expected_effect",
            "compared_to_id",
            "config",
        }
    )

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    membership = models.ForeignKey(
        Membership, models.CASCADE, related_name="experiments", verbose_name=_("participant")
    )
    number = models.PositiveIntegerField(_("number"))
    claim = models.TextField(_("What is tested"), max_length=1000)
    rationale = models.TextField(_("Why"), max_length=2000)
    expected_effect = models.FloatField(
        _("Expected effect"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-10.0), MaxValueValidator(10.0)],
    )
    # Kept as long as another one is measured against it; the two may go together.
    compared_to = models.ForeignKey(
        "self",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="compared_by",
        verbose_name=_("Compared to"),
    )
    config = models.JSONField(_("config"))
    submitted_at = models.DateTimeField(_("submitted at"), default=timezone.now)

    analysis = models.TextField(_("Analysis"), max_length=4000, blank=True)
    decision = models.CharField(_("Decision"), max_length=8, choices=Decision.choices, blank=True)
    next_step = models.TextField(_("Next"), max_length=2000, blank=True)
    limits = models.TextField(_("Limits"), max_length=4000, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = ExperimentQuerySet.as_manager()

    _registered: Mapping[str, Any] = MappingProxyType({})

    class Meta:
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")
        ordering = ["membership_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "number"], name="one_experiment_per_number"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.claim[:60]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        stored = self._registered.items()
        changed = [name for name, value in stored if getattr(self, name) != value]
        if changed:
            raise ValueError(f"Pre-registered fields never change: {', '.join(changed)}.")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse(
            "experiments:experiment", args=[self.membership.dojo.public_id, self.public_id]
        )

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any
    ) -> Self:
        """Remember what was registered, so that `save` can refuse to change it."""
        instance = super().from_db(db, field_names, values, **kwargs)
        instance._registered = {
            name: value
            for name, value in zip(field_names, values, strict=False)
            if name in cls.FROZEN
        }
        return instance

    @property
    def run(self) -> Run:
        """The execution whose result is the experiment's; repetitions are beside it."""
        return next(run for run in reversed(self.runs.all()) if run.reproduces_id is None)

    @property
    def repetition(self) -> Run | None:
        """The latest repetition from scratch, if any."""
        return next((run for run in reversed(self.runs.all()) if run.reproduces_id), None)

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def awaits_decision(self) -> bool:
        return not self.is_closed and not self.run.is_unfinished

    @property
    def parsed_config(self) -> ExperimentConfig:
        return ExperimentConfig.model_validate(self.config)

    @property
    def model_class(self) -> type[ModelSpec]:
        return MODELS[self.config["model"]["name"]]

    @property
    def model_label(self) -> str:
        return gettext(self.model_class.label)

    @property
    def is_baseline(self) -> bool:
        return self.model_class.is_baseline
