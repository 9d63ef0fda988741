"""Forms of a Dojo: what it is about, how it runs, by which rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dataset, Dojo
from classrooms.models.dojos import BaselineRule, Variant
from classrooms.rules import BASELINE_MODELS, Rules
from classrooms.schedule import NoSuchTime, Schedule, is_zone, local_moment
from experiments.engine.metrics import METRICS
from experiments.engine.models import MODELS, SINGLE_MODELS
from experiments.engine.schema import Costs

COST_BOUNDS: dict[str, Any] = {"min_value": -1_000_000, "max_value": 1_000_000, "required": False}


VARIANT_SUMMARIES = {
    Variant.DISCOVERY: _("A dataset that is ready, three models, one complete experiment."),
    Variant.STANDARD: _("The whole workflow: a baseline, two or three experiments, a notebook."),
    Variant.ADVANCED: _(
        "An open problem, one's own hypotheses, formal presentations. Made for it: the bundled "
        "Support tickets (texts) and Charging demand (a time series)."
    ),
}


def variant_choices() -> list[tuple[str, str]]:
    return [
        (
            variant.value,
            format_html(
                '{}<span class="form-hint d-block">{}</span>',
                variant.label,
                VARIANT_SUMMARIES[variant],
            ),
        )
        for variant in VARIANT_SUMMARIES
    ]


def metric_choices() -> list[tuple[str, str]]:
    return [(name, gettext(metric.label)) for name, metric in METRICS.items()]


def model_choices() -> list[tuple[str, str]]:
    return [(name, gettext(model.label)) for name, model in MODELS.items()]


class DatasetForm(forms.ModelForm):
    """What the Dojo is about, and what it is called."""

    class Meta:
        model = Dojo
        fields = ("dataset", "title", "language")
        labels = {"dataset": _("Dataset")}
        help_texts = {
            "title": _("Left empty, it is that of the dataset."),
            "language": _(
                "Of the agenda, the log and the notebook; each person chooses their own pages'."
            ),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # One that the Dojo has already may be a co-facilitator's.
        usable = Q(owner_id=user.pk) | Q(pk=self.instance.dataset_id)
        dataset: Any = self.fields["dataset"]
        dataset.queryset = Dataset.objects.ready().filter(usable)
        dataset.empty_label = None
        dataset.to_field_name = "public_id"
        self.fields["title"].required = False


class OpeningForm(DatasetForm):
    """The first step: also how the facilitator is called."""

    display_name = forms.CharField(
        label=_("Your name in this Dojo"),
        max_length=60,
        help_text=_("As participants will see it."),
    )


class ScheduleFields(forms.Form):
    """A planned start as people on the spot read their clocks."""

    starts_on = forms.DateField(
        label=_("Day of the start"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts_at = forms.TimeField(
        label=_("Time of the start"),
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=40,
        help_text=_("Continent and city, such as Europe/Paris. Every page tells the start in it."),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        if not is_zone(zone):
            raise forms.ValidationError(
                gettext("There is no time zone “%(zone)s”. Write one such as Europe/Paris.")
                % {"zone": zone}
            )
        return zone

    def clean_schedule(self, cleaned: dict[str, Any]) -> Schedule | None:
        """The start, out of its three fields; None where one of them is to be mended."""
        day, clock = cleaned.get("starts_on"), cleaned.get("starts_at")
        zone = cleaned.get("time_zone")
        if self.errors.keys() & {"starts_on", "starts_at", "time_zone"} or zone is None:
            return None
        if day is None and clock is None:
            return Schedule(None, zone)
        if day is None or clock is None:
            self.add_error(
                "starts_on" if day is None else "starts_at",
                gettext("Give both the day and the time, or neither."),
            )
            return None
        try:
            moment = local_moment(day, clock, zone)
        except NoSuchTime:
            self.add_error(
                "starts_at",
                gettext(
                    "Clocks in %(zone)s are put forward over this time: it does not exist on that "
                    "day. Choose an hour later."
                )
                % {"zone": zone},
            )
            return None
        if moment < timezone.now() and {"starts_on", "starts_at"} & set(self.changed_data):
            self.add_error("starts_on", gettext("This start lies in the past."))
            return None
        return Schedule(moment, zone)


class VariantForm(ScheduleFields):
    """How long the Dojo is, and when it starts."""

    variant = forms.ChoiceField(
        label=_("Variant"),
        choices=variant_choices,
        widget=forms.RadioSelect,
    )
    field_order = ("variant", "starts_on", "starts_at", "time_zone")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["schedule"] = self.clean_schedule(cleaned)
        return cleaned


class DetailsForm(DatasetForm, ScheduleFields):
    """What a Dojo is called, about and when it starts, once it is open."""

    def __init__(self, *args: Any, is_measured: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_measured:
            self.fields["dataset"].disabled = True
            self.fields["dataset"].help_text = gettext(
                "There are runs on this dataset already: another one would make them worthless."
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["schedule"] = self.clean_schedule(cleaned)
        return cleaned


class RulesForm(forms.ModelForm):
    """By what is measured, and what participants may do."""

    false_positive = forms.FloatField(
        label=_("Cost of a false alarm (€)"),
        help_text=_("Predicted positive and is not. Costs are optional: give both or none."),
        **COST_BOUNDS,
    )
    false_negative = forms.FloatField(
        label=_("Cost of a missed case (€)"),
        help_text=_("Is positive and was not predicted."),
        **COST_BOUNDS,
    )
    allowed_models = forms.MultipleChoiceField(
        label=_("Models that participants may use"),
        choices=model_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Leave at least one model.")},
    )

    class Meta:
        model = Dojo
        fields = (
            "primary_metric",
            "success_threshold",
            "visibility",
            "uses_ladder",
            "baseline_rule",
            "max_experiments",
            "max_unfinished_runs",
        )
        widgets = {
            "visibility": forms.RadioSelect,
            "baseline_rule": forms.RadioSelect,
        }
        help_texts = {
            "primary_metric": _("What the leaderboard ranks by."),
            "success_threshold": _("The score from which the business problem counts as solved."),
            "uses_ladder": _(
                "Against a test set worn out by many tries: the leaderboard shows a new score "
                "only where it is better by more than chance."
            ),
            "max_experiments": _("Empty: as many as they like. Few make people think first."),
            "max_unfinished_runs": _("Waiting or running at the same time."),
        }

    def __init__(self, *args: Any, is_measured: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["primary_metric"].choices = metric_choices  # type: ignore[attr-defined]
        costs = self.instance.costs or {}
        self.initial = {
            "false_positive": costs.get("false_positive"),
            "false_negative": costs.get("false_negative"),
            "allowed_models": self.instance.allowed_models or list(MODELS),
        } | dict(self.initial)
        if is_measured:
            self._freeze("primary_metric", "false_positive", "false_negative")

    def _freeze(self, *names: str) -> None:
        """Show what no longer changes, and why."""
        for name in names:
            self.fields[name].disabled = True
            self.fields[name].help_text = gettext(
                "There are runs already: they were measured by this, so it stays."
            )

    def clean_allowed_models(self) -> tuple[str, ...]:
        """The names in the engine's order; empty where all are chosen."""
        chosen = tuple(name for name in MODELS if name in self.cleaned_data["allowed_models"])
        if not set(chosen) & set(SINGLE_MODELS):
            raise forms.ValidationError(
                gettext("Ensembles are made of other models: leave at least one of those.")
            )
        return () if len(chosen) == len(MODELS) else chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        metric, threshold = cleaned.get("primary_metric"), cleaned.get("success_threshold")
        if metric and threshold is not None and METRICS[metric].higher_is_better and threshold > 1:
            self.add_error(
                "success_threshold",
                gettext("This metric lies between 0 and 1; write 0.8 for 80 %."),
            )
        self._clean_costs(cleaned)
        models = cleaned.get("allowed_models")
        requires = cleaned.get("baseline_rule") == BaselineRule.REQUIRE
        if requires and models and not BASELINE_MODELS & set(models):
            self.add_error(
                "allowed_models",
                gettext("You require a baseline: leave the dummy or the logistic regression."),
            )
        return cleaned

    def _clean_costs(self, cleaned: dict[str, Any]) -> None:
        """Both costs or none, and both where the metric counts in them."""
        metric = cleaned.get("primary_metric")
        names = ("false_positive", "false_negative")
        given = {name: cleaned.pop(name, None) for name in names}
        needed = (metric and METRICS[metric].needs_costs) or any(
            value is not None for value in given.values()
        )
        for name in names:
            if needed and given[name] is None and name not in self.errors:
                self.add_error(name, gettext("Give both costs, or choose a metric without."))
        complete = not any(value is None for value in given.values())
        cleaned["costs"] = Costs.model_validate(given) if complete else None

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, as `create_dojo` and `change_rules` take it."""
        cleaned = dict(self.cleaned_data)
        measure = {
            name: cleaned.pop(name) for name in ("primary_metric", "success_threshold", "costs")
        }
        return {**measure, "rules": Rules(**cleaned)}
