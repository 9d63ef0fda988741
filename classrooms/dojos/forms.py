"""Forms of a Dojo: details, schedule, rules."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.dojos.schedule import NoSuchTime, Schedule, is_zone, local_moment
from classrooms.dojos.settings.margins import basis_sentence
from classrooms.dojos.settings.replacing import consequences
from classrooms.dojos.settings.rules import BASELINE_MODELS
from classrooms.intake.names import NameField
from classrooms.models import Dataset, Dojo, DojoRules, User
from classrooms.models.dojos import Variant
from classrooms.models.rules import BaselineRule
from engine.spec.metrics import METRICS
from engine.spec.models import MODELS, SINGLE_MODELS
from engine.spec.schema import Costs
from posting.numbers import NumberField, WholeNumberField

MARGIN = "margin_"
COST_BOUNDS: dict[str, Any] = {"min_value": -1_000_000, "max_value": 1_000_000, "required": False}


VARIANT_SUMMARIES = {
    Variant.DISCOVERY: _("A dataset that is ready, three models, one complete experiment."),
    Variant.STANDARD: _("The whole workflow: a baseline, two or three experiments, a notebook."),
    Variant.ADVANCED: _(
        "An open problem, your own hypotheses, formal presentations. Designed for "
        "it: the bundled datasets Support tickets (text) and Charging demand (a time "
        "series)."
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
    """The dataset and the title of a Dojo."""

    class Meta:
        model = Dojo
        fields = ("dataset", "title", "language")
        labels = {"dataset": _("Dataset")}
        help_texts = {
            "title": _("Leave empty to use the dataset's."),
            "language": _(
                "For the agenda, the log and the notebook; everyone chooses the "
                "language of their own pages."
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

    display_name = NameField(
        label=_("Your name in this Dojo"),
        help_text=_("As participants will see it."),
    )


class ScheduleFields(forms.Form):
    """A planned start as people on the spot read their clocks."""

    starts_on = forms.DateField(
        label=_("Start date"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts_at = forms.TimeField(
        label=_("Start time"),
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=40,
        help_text=_(
            "Continent and city, such as Europe/Paris. Every page shows the start in "
            "this time zone."
        ),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        if not is_zone(zone):
            raise forms.ValidationError(
                gettext("Unknown time zone “%(zone)s”. Enter one such as Europe/Paris.")
                % {"zone": zone}
            )
        return zone

    def clean_schedule(self, cleaned: dict[str, Any]) -> Schedule | None:
        """The start, from its three fields; None if one of them is invalid."""
        day, clock = cleaned.get("starts_on"), cleaned.get("starts_at")
        zone = cleaned.get("time_zone")
        if self.errors.keys() & {"starts_on", "starts_at", "time_zone"} or zone is None:
            return None
        if day is None and clock is None:
            return Schedule(None, zone)
        if day is None or clock is None:
            self.add_error(
                "starts_on" if day is None else "starts_at",
                gettext("Enter both the date and the time, or neither."),
            )
            return None
        try:
            moment = local_moment(day, clock, zone)
        except NoSuchTime:
            self.add_error(
                "starts_at",
                gettext(
                    "This time doesn't exist on that day: clocks in %(zone)s go "
                    "forward. Choose an hour later."
                )
                % {"zone": zone},
            )
            return None
        if moment < timezone.now() and {"starts_on", "starts_at"} & set(self.changed_data):
            self.add_error("starts_on", gettext("This start is in the past."))
            return None
        return Schedule(moment, zone)


class VariantForm(ScheduleFields):
    """The variant and the start of a Dojo."""

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
    """The title, dataset and start of an existing Dojo.

    Attributes:
        consequences: of the other dataset that was chosen, in words; they are to be confirmed.
    """

    replaces = forms.BooleanField(label=_("Replace the data all the same"), required=False)

    def __init__(self, *args: Any, is_measured: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dojo, self._data_before = copy(self.instance), self.instance.dataset
        self.consequences: list[str] = []
        if is_measured:
            self.fields["dataset"].disabled = True
            self.fields["dataset"].help_text = gettext(
                "You can't change the dataset: runs already use it."
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["schedule"] = self.clean_schedule(cleaned)
        dataset = cleaned.get("dataset")
        if dataset and dataset != self._data_before:
            self.consequences = consequences(self._dojo, self._data_before, dataset)
        if self.consequences and not cleaned.get("replaces"):
            self.add_error("dataset", gettext("Read what this changes, and confirm it below."))
        return cleaned


class RulesForm(forms.ModelForm):
    """By what is measured, and what participants may do."""

    primary_metric = forms.ChoiceField(
        label=_("Primary metric"),
        choices=metric_choices,
        help_text=_("The metric that ranks the leaderboard."),
    )
    success_threshold = NumberField(
        label=_("Success threshold"),
        min_value=0.0,
        max_value=10.0,
        help_text=_("The score at which the business problem counts as solved."),
    )
    false_positive = NumberField(
        label=_("Cost of a false alarm (€)"),
        help_text=_(
            "A negative row predicted as positive (false positive). Costs are "
            "optional: enter both or neither."
        ),
        **COST_BOUNDS,
    )
    false_negative = NumberField(
        label=_("Cost of a missed case (€)"),
        help_text=_("A positive row predicted as negative (false negative)."),
        **COST_BOUNDS,
    )
    allowed_models = forms.MultipleChoiceField(
        label=_("Models that participants may use"),
        choices=model_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one model.")},
    )

    class Meta:
        model = DojoRules
        # The margins have a field for each metric.
        fields = tuple(name for name in DojoRules.CHOSEN if name != "margins")
        field_classes = {
            "max_experiments": WholeNumberField,
            "max_unfinished_runs": WholeNumberField,
        }
        widgets = {
            "visibility": forms.RadioSelect,
            "baseline_rule": forms.RadioSelect,
        }
        help_texts = {
            "max_experiments": _(
                "Empty: no limit. A low limit makes people think before they run. Failed "
                "and cancelled runs don't count."
            ),
            "max_unfinished_runs": _("Queued or running at the same time."),
            "tells_luck": _(
                "Among many configs the best is also the luckiest. The leaderboard then says how "
                "many were tried, and who leads by more than luck."
            ),
            "seals_record": _(
                "Digests of what everyone registers, finds and decides form a chain. Its root is "
                "shown at the end of each phase; with it anyone can check later, offline, that "
                "nothing was changed since."
            ),
            "makes_checks": _(
                "Nine questions to each result: no better than the baseline? one fold unlike the "
                "others? a column without use? Each has a page that explains it."
            ),
            "tells_claims": _(
                "Before the scores, the reveal says how many of the forecasts that people kept "
                "hold on the holdout rows, and how many would if all were true."
            ),
        }

    def __init__(
        self,
        *args: Any,
        dataset: Dataset,
        measure: Mapping[str, Any],
        is_measured: bool = False,
        **kwargs: Any,
    ) -> None:
        """
        Args:
            dataset: that of the Dojo.
            measure: primary metric, success threshold and costs as they are, or are proposed.
            is_measured: whether there are runs, so that metric and costs stay.
        """
        super().__init__(*args, **kwargs)
        self.margin_basis = basis_sentence(dataset)
        costs = measure.get("costs") or {}
        self.initial = dict(self.initial) | {
            "primary_metric": measure["primary_metric"],
            "success_threshold": measure["success_threshold"],
            "false_positive": costs.get("false_positive"),
            "false_negative": costs.get("false_negative"),
            "allowed_models": self.instance.allowed_models or list(MODELS),
        }
        for name, metric in METRICS.items():
            field = NumberField(
                label=gettext(metric.label), min_value=0, max_value=10, required=False
            )
            self.fields[MARGIN + name] = field
            self.initial[MARGIN + name] = self.instance.margins.get(name)
        if is_measured:
            why = gettext("You can't change this: existing runs were measured by it.")
            self._freeze(why, "primary_metric", "false_positive", "false_negative")
            why = gettext("You can't change this: there are experiments already.")
            self._freeze(why, "seals_record")

    def _freeze(self, why: str, *names: str) -> None:
        """Show what no longer changes, and why."""
        for name in names:
            self.fields[name].disabled = True
            self.fields[name].help_text = why

    def clean_allowed_models(self) -> list[str]:
        """The names in the engine's order; empty where all are chosen."""
        chosen = [name for name in MODELS if name in self.cleaned_data["allowed_models"]]
        if not set(chosen) & set(SINGLE_MODELS):
            raise forms.ValidationError(
                gettext("Ensembles combine other models: choose at least one of those.")
            )
        return [] if len(chosen) == len(MODELS) else chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        metric, threshold = cleaned.get("primary_metric"), cleaned.get("success_threshold")
        if metric and threshold is not None and METRICS[metric].higher_is_better and threshold > 1:
            self.add_error(
                "success_threshold",
                gettext("This metric lies between 0 and 1; enter 0.8 for 80%."),
            )
        self._clean_costs(cleaned)
        given = {name: cleaned.pop(MARGIN + name, None) for name in METRICS}
        self.instance.margins = {
            name: margin for name, margin in given.items() if margin is not None
        }
        models = cleaned.get("allowed_models")
        requires = cleaned.get("baseline_rule") == BaselineRule.REQUIRE
        if requires and models and not BASELINE_MODELS & set(models):
            self.add_error(
                "allowed_models",
                gettext("You require a baseline: keep the dummy or the logistic regression."),
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
                self.add_error(
                    name, gettext("Enter both costs, or choose a metric that doesn't need them.")
                )
        complete = not any(value is None for value in given.values())
        cleaned["costs"] = Costs.model_validate(given) if complete else None

    @property
    def margin_fields(self) -> list[forms.BoundField]:
        """Of each metric the smallest difference that matters."""
        return [self[MARGIN + name] for name in METRICS]

    @property
    def has_margins(self) -> bool:
        """Whether one of them is set, or is to mend."""
        return any(field.errors or field.value() for field in self.margin_fields)

    @property
    def chosen(self) -> dict[str, Any]:
        """The choices, as arguments of `create_dojo` and `change_rules`."""
        measure = ("primary_metric", "success_threshold", "costs")
        return {name: self.cleaned_data[name] for name in measure} | {"rules": self.instance}
