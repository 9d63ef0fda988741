"""The scientific record: framings and experiments."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id
from classrooms.models import Seat
from classrooms.models.dojos import whole_dojo
from engine.spec.config import ExperimentConfig
from engine.spec.models import MODELS, ModelSpec

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from experiments.models.runs import Run


class Framing(models.Model):
    """A participant's framing: the log's context, written before anything is tried."""

    seat = models.OneToOneField(Seat, models.CASCADE, related_name="framing")
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
        help_text=_("Why this metric fits the decision, and which score counts as a success."),
    )
    baseline = models.TextField(
        _("Baseline"),
        max_length=1000,
        help_text=_("What is done today, or the simplest model: the performance to beat."),
    )
    updated_at = models.DateTimeField(_("updated on"), auto_now=True)

    class Meta:
        verbose_name = _("framing")
        verbose_name_plural = _("framings")

    def __str__(self) -> str:
        return str(self.seat)


class ExperimentQuerySet(models.QuerySet["Experiment"]):
    """Nothing that was registered is written here: `Experiment.register` does, once."""

    def update(self, **fields: Any) -> int:
        frozen = {name for name in fields if {name, f"{name}_id"} & Experiment.FROZEN}
        if frozen:
            raise ValueError(f"Pre-registered fields never change: {', '.join(sorted(frozen))}.")
        return super().update(**fields)

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ValueError("Experiments are registered one by one.")

    def delete(self) -> NoReturn:
        raise ValueError("Experiments go with their participant or their Dojo.")

    def wipe(self) -> None:
        """Forget the experiments of a rehearsal."""
        # A hypothesis may name another one: those that compare go first.
        super().exclude(compared_to=None)._unlinked()
        super().delete()

    def _unlinked(self) -> None:
        super().update(compared_to=None)

    def visible_to(self, seat: Seat) -> Self:
        """The person's own; a facilitator sees everyone's in the Dojo."""
        mine = self.filter(seat__dojo_id=seat.dojo_id)
        return mine if seat.is_facilitator else mine.filter(seat=seat)

    def with_results(self) -> Self:
        """Everything that a list or a log shows, in a constant number of queries."""
        from experiments.models.runs import Run  # noqa: PLC0415 (the two models name each other)

        runs = Run.objects.select_related("reused_from__experiment__seat", "holdout_result")
        runs = runs.defer("holdout_result__predictions").order_by("pk")
        return self.select_related(*whole_dojo("seat__dojo"), "compared_to").prefetch_related(
            Prefetch("runs", queryset=runs), "row_notes"
        )

    def with_outcomes(self) -> Self:
        """Load what the rules need for many records at once, and nothing that only a page shows."""
        from experiments.models.runs import Run  # noqa: PLC0415 (the two models name each other)

        runs = Run.objects.order_by("pk").defer(
            "search", "holdout_metrics", "versions", "failure_context"
        )
        return self.prefetch_related(Prefetch("runs", queryset=runs), "row_notes")

    def for_ranking(self) -> Self:
        """Load what decides which run ranks, of hundreds of people after each run."""
        from experiments.models.runs import Run  # noqa: PLC0415 (the two models name each other)

        fields = ("experiment", "reproduces", "metrics", "finished_at", "warnings", "alarms")
        runs = Run.objects.order_by("pk").only("public_id", *fields)
        own = ("seat", "number", "config", "decision", "submitted_at", "concluded_at", "chosen_at")
        return self.only(*own).prefetch_related(Prefetch("runs", queryset=runs), "versions")


class Experiment(models.Model):
    """One hypothesis, one config, one run of it, one decision.

    Hypothesis and config are pre-registered: they are written once, with the
    submission, and never change. A new idea is a new experiment.
    """

    class Decision(models.TextChoices):
        KEEP = "keep", _("Keep")
        REJECT = "reject", _("Reject")
        ITERATE = "iterate", _("Iterate")

    class ColumnClaim(models.TextChoices):
        LEAKS = "leaks", _("knows the answer (leak)")
        NOTHING = "nothing", _("adds nothing")
        MATTERS = "matters", _("matters")
        TOGETHER = "together", _("matters together with")

    class SubgroupClaim(models.TextChoices):
        HARDER = "harder", _("is harder to predict")
        NOT_HARDER = "not_harder", _("is not harder to predict")

    class ForecastKind(models.TextChoices):
        RISES = "rises", _("It rises")
        FALLS = "falls", _("It falls")
        STAYS = "stays", _("It stays the same")
        SCORE = "score", _("A score")

    # What somebody said before the run; all empty where nothing was forecast.
    FORECAST = (
        "expected_effect",
        "forecast_metric",
        "forecast_kind",
        "forecast_low",
        "forecast_high",
        "forecast_chance",
        "forecast_margin",
        "guardrail_metric",
        "guardrail_allowed",
    )
    CLAIMS = (
        "claimed_column",
        "column_claim",
        "claimed_with",
        "claimed_subgroup",
        "subgroup_claim",
    )
    FROZEN = frozenset(
        {
            "public_id",
            "seat_id",
            "number",
            "submitted_at",
            "claim",
            "rationale",
            *FORECAST,
            "compared_to_id",
            "config",
        }
    )

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    seat = models.ForeignKey(
        Seat, models.CASCADE, related_name="experiments", verbose_name=_("participant")
    )
    number = models.PositiveIntegerField(_("number"))
    claim = models.TextField(_("Claim"), max_length=1000)
    rationale = models.TextField(_("Rationale"), max_length=2000)
    expected_effect = models.FloatField(
        _("Expected effect"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-10.0), MaxValueValidator(10.0)],
    )
    forecast_metric = models.CharField(_("metric of the forecast"), max_length=20, blank=True)
    forecast_kind = models.CharField(
        _("kind of forecast"), max_length=6, choices=ForecastKind.choices, blank=True
    )
    # Ends of the 80 % range, of a difference or of a score.
    forecast_low = models.FloatField(_("forecast, low end"), null=True, blank=True)
    forecast_high = models.FloatField(_("forecast, high end"), null=True, blank=True)
    # 0 to 1, that the difference lies on the forecast side; empty where not said.
    forecast_chance = models.FloatField(_("how sure"), null=True, blank=True)
    # Of "stays": as little as this is no change.
    forecast_margin = models.FloatField(_("margin"), null=True, blank=True)
    guardrail_metric = models.CharField(_("guardrail"), max_length=20, blank=True)
    guardrail_allowed = models.FloatField(_("allowed loss"), null=True, blank=True)
    # Kept as long as another one is measured against it; the two may go together.
    compared_to = models.ForeignKey(
        "self",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="compared_by",
        verbose_name=_("Reference"),
    )
    config = models.JSONField(_("config"))
    submitted_at = models.DateTimeField(_("submitted on"), default=timezone.now)

    analysis = models.TextField(_("Analysis"), max_length=4000, blank=True)
    # What the conclusion claims, in a form that rules can read; each is optional.
    claimed_column = models.CharField(_("This column"), max_length=255, blank=True)
    column_claim = models.CharField(
        _("what it does"), max_length=10, choices=ColumnClaim.choices, blank=True
    )
    claimed_with = models.CharField(_("this other column"), max_length=255, blank=True)
    # Conditions of a subgroup as the interpretation found them, as JSON.
    claimed_subgroup = models.CharField(_("This subgroup"), max_length=2000, blank=True)
    subgroup_claim = models.CharField(
        _("how hard it is"), max_length=10, choices=SubgroupClaim.choices, blank=True
    )
    decision = models.CharField(_("Decision"), max_length=8, choices=Decision.choices, blank=True)
    next_step = models.TextField(_("Next"), max_length=2000, blank=True)
    # Where a column of its run seems to know the outcome: what they say to that.
    alarm_answer = models.TextField(_("answer to the leak alarm"), max_length=1000, blank=True)
    limits = models.TextField(_("Limitations"), max_length=4000, blank=True)
    concluded_at = models.DateTimeField(_("concluded on"), null=True, blank=True)
    # Of several that were kept, the one chosen last is what the participant submits.
    chosen_at = models.DateTimeField(_("chosen on"), null=True, blank=True)

    objects = ExperimentQuerySet.as_manager()

    _registered: Mapping[str, Any] = MappingProxyType({})
    _is_registering = False

    class Meta:
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")
        ordering = ["seat_id", "number"]
        # Related managers write by this one.
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["seat", "number"], name="one_experiment_per_number")
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.claim[:60]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding and not self._is_registering:
            raise ValueError("An experiment is registered by `submit_experiment`.")
        changed = [name for name in self.FROZEN if self._differs(name)]
        if changed:
            raise ValueError(f"Pre-registered fields never change: {', '.join(changed)}.")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("experiments:experiment", args=[self.seat.dojo.public_id, self.public_id])

    def _differs(self, name: str) -> bool:
        """Whether a registered field is not as it was loaded, or was set without being loaded."""
        if self._is_registering or name not in self.__dict__:
            return False
        return name not in self._registered or self._registered[name] != self._now(name)

    @classmethod
    def register(cls, **fields: Any) -> Self:
        """Write what is registered, once. `submit_experiment` does, and nothing else."""
        experiment = cls(**fields)
        experiment._is_registering = True
        experiment.save(force_insert=True)
        experiment._is_registering = False
        experiment._remember()
        return experiment

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any
    ) -> Self:
        """Remember what was registered, so that `save` can refuse to change it."""
        instance = super().from_db(db, field_names, values, **kwargs)
        instance._remember()
        return instance

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self._remember()

    def _remember(self) -> None:
        """Keep what is registered, as far as it is loaded; a config could be changed in place."""
        loaded = self.FROZEN & self.__dict__.keys()
        self._registered = {name: self._now(name) for name in loaded}

    def _now(self, name: str) -> Any:
        """A field's value; of a dictionary its text, since it could be changed in place."""
        value = self.__dict__[name]
        return json.dumps(value) if isinstance(value, dict) else value

    @property
    def claims(self) -> dict[str, str]:
        """What the conclusion claims, by field."""
        return {name: getattr(self, name) for name in self.CLAIMS}

    @property
    def forecast_fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.FORECAST}

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
        return self.concluded_at is not None

    @property
    def awaits_decision(self) -> bool:
        return not self.is_closed and not self.run.is_unfinished

    @property
    def may_be_restarted(self) -> bool:
        """Its run failed through no fault of its participant, who has not concluded it."""
        return not self.is_closed and self.run.is_lost

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
        """A simple model that is compared with none: what others are measured against. The same
        model with another setting is an idea like any other."""
        return self.model_class.is_baseline and self.compared_to_id is None
