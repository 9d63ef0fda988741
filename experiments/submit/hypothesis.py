"""The form of a hypothesis: what is tested, why, and what is forecast."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from classrooms.dojos.settings.margins import margin_of
from classrooms.models import Seat
from engine.judge.power import chance_of_range
from engine.spec.config import ExperimentConfig
from engine.spec.metrics import METRICS
from engine.spec.models import MODELS
from experiments.forecasts.registering import Typed, kind_of, registered
from experiments.models import Experiment
from experiments.submit.expectations import expectation_problem
from posting.numbers import EXAMPLE, NumberField, number_text

ENDS: dict[str, Any] = {"min_value": -10, "max_value": 10}


def proposed_baseline(config: ExperimentConfig) -> dict[str, str]:
    """Claim and reason of a baseline, which needs no idea: its forecast is its hypothesis."""
    columns = len(config.columns.include)
    claim = ngettext(
        "Baseline: a %(model)s on %(count)s column reaches the score that I predict.",
        "Baseline: a %(model)s on %(count)s columns reaches the score that I predict.",
        columns,
    )
    model = gettext(MODELS[config.model.name].label)
    return {
        "claim": claim % {"model": model[:1].lower() + model[1:], "count": columns},
        "rationale": gettext("The simplest model on offer: later ideas are measured against it."),
    }


class ExperimentChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, experiment: Any) -> str:
        return gettext("#%(number)s – %(claim)s") % {
            "number": experiment.number,
            "claim": experiment.claim[:70],
        }


class HypothesisForm(forms.Form):
    """Claim, rationale and expected effect: without them there is no run."""

    claim = forms.CharField(
        label=_("What are you testing?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One change, in one sentence: “Adding X will improve Y”."),
        error_messages={"required": _("No hypothesis, no run: write what you are testing.")},
    )
    rationale = forms.CharField(
        label=_("Why should it work?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What in the data or in the model makes you think so?"),
        error_messages={"required": _("Write why you expect it: a reason can be refuted.")},
    )
    compared_to = ExperimentChoiceField(
        label=_("Reference"),
        queryset=Experiment.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Nothing: this is the baseline"),
    )
    expected_effect = NumberField(
        label=_("Expected effect"), required=False, min_value=-10, max_value=10
    )
    forecast_metric = forms.ChoiceField(label=_("Metric"), required=False)
    forecast_kind = forms.ChoiceField(
        label=_("What it does"),
        required=False,
        choices=[
            ("", _("By the sign of the effect")),
            ("rises", _("It rises")),
            ("falls", _("It falls")),
            ("stays", _("It stays the same")),
        ],
        help_text=_(
            "“It stays the same”: write 0, or the largest difference that still counts as none."
        ),
    )
    forecast_low = NumberField(label=_("Range, low end"), required=False, **ENDS)
    forecast_high = NumberField(
        label=_("Range, high end"),
        required=False,
        help_text=_("Where the result lands 4 times in 5. Empty: half to one and a half of it."),
        **ENDS,
    )
    forecast_chance = NumberField(
        label=_("How sure (%)"),
        required=False,
        min_value=1,
        max_value=99,
        help_text=_("The chance that the measured difference is on your side."),
    )
    guardrail_metric = forms.ChoiceField(label=_("Guardrail"), required=False)
    guardrail_allowed = NumberField(
        label=_("Allowed loss"),
        required=False,
        min_value=0,
        max_value=10,
        help_text=_("By how much this metric may get worse."),
    )

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dojo = seat.dojo
        earlier = Experiment.objects.filter(seat=seat).with_results().order_by("-number")
        self.has_earlier = earlier.exists()
        metric = seat.dojo.get_primary_metric_display()
        self._offer_metrics()
        effect = self.fields["expected_effect"]
        if self.has_earlier:
            self.fields["compared_to"].queryset = earlier  # type: ignore[attr-defined]
            effect.help_text = gettext(
                "Your forecast: the change in %(metric)s on the test set, such as %(example)s."
            ) % {"metric": metric, "example": number_text(EXAMPLE)}
        else:
            for name in ("compared_to", "forecast_kind", "guardrail_metric", "guardrail_allowed"):
                del self.fields[name]
            self.fields["claim"].help_text = self.fields["rationale"].help_text = ""
            effect.label = gettext("Expected score")
            effect.help_text = gettext("Your forecast: the %(metric)s on the test set.") % {
                "metric": metric
            }
            self.fields["forecast_high"].help_text = gettext("Where it lands 4 times in 5.")
            del self.fields["forecast_chance"]

    def _offer_metrics(self) -> None:
        """Those of this Dojo, its own first."""
        own = self.dojo.primary_metric
        offered = [
            (name, gettext(metric.label))
            for name, metric in METRICS.items()
            if name != own and (self.dojo.costs or not metric.needs_costs)
        ]
        label = gettext("%(metric)s, as on the leaderboard") % {
            "metric": self.dojo.get_primary_metric_display()
        }
        self.fields["forecast_metric"].choices = [("", label), *offered]  # type: ignore[attr-defined]
        self.fields["guardrail_metric"].choices = [  # type: ignore[attr-defined]
            ("", gettext("None")),
            (own, self.dojo.get_primary_metric_display()),
            *offered,
        ]

    @property
    def is_baseline(self) -> bool:
        """Whether there is nothing yet to compare with."""
        return not self.has_earlier

    @property
    def folded(self) -> list[Any]:
        """What a beginner may leave as it is."""
        names = (
            "forecast_metric",
            "forecast_kind",
            "forecast_low",
            "forecast_high",
            "forecast_chance",
            "guardrail_metric",
            "guardrail_allowed",
        )
        return [self[name] for name in names if name in self.fields]

    @property
    def is_unfolded(self) -> bool:
        """Whether something in it was filled in, or is to mend."""
        return any(field.errors or field.value() for field in self.folded)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        reference, typed = cleaned.get("compared_to"), self.typed
        if typed.size is not None:
            self._check_size(typed, reference)
            self._check_kind(typed, has_reference=reference is not None)
            self._check_range(typed, has_reference=reference is not None)
        elif "expected_effect" not in self.errors and (reference or self._is_filled_in(typed)):
            self.add_error(
                "expected_effect",
                gettext("Enter a forecast: a number, even a rough one, can be checked."),
            )
        self._check_guardrail(typed)
        return cleaned

    @property
    def typed(self) -> Typed:
        """What was filled in; what is not a number is left out."""
        found = self.cleaned_data
        chance = found.get("forecast_chance")
        return Typed(
            size=found.get("expected_effect"),
            metric=found.get("forecast_metric") or "",
            kind=found.get("forecast_kind") or "",
            low=found.get("forecast_low"),
            high=found.get("forecast_high"),
            chance=None if chance is None else chance / 100,
            guardrail_metric=found.get("guardrail_metric") or "",
            guardrail_allowed=found.get("guardrail_allowed"),
        )

    @staticmethod
    def _is_filled_in(typed: Typed) -> bool:
        return bool(typed.metric or typed.kind) or any(
            value is not None for value in (typed.low, typed.high, typed.chance)
        )

    def _check_size(self, typed: Typed, reference: Experiment | None) -> None:
        metric = METRICS[typed.metric or self.dojo.primary_metric]
        if problem := expectation_problem(typed.size or 0.0, metric=metric, compared_to=reference):
            self.add_error("expected_effect", problem)

    def _check_kind(self, typed: Typed, *, has_reference: bool) -> None:
        size = typed.size or 0.0
        if not has_reference:
            return
        if (typed.kind == "rises" and size <= 0) or (typed.kind == "falls" and size >= 0):
            self.add_error(
                "forecast_kind",
                gettext("This is not what the sign of the expected effect says."),
            )
        if typed.kind == "stays" and size < 0:
            self.add_error("expected_effect", gettext("Write 0 or more: it counts both ways."))

    def _check_range(self, typed: Typed, *, has_reference: bool) -> None:
        """Its ends are in order, hold the size, and agree with how sure somebody is."""
        if self.errors.keys() & {"forecast_low", "forecast_high", "forecast_kind"}:
            return
        kind = kind_of(typed, has_reference=has_reference)
        fields = registered(typed, self.dojo, has_reference=has_reference)
        low, high, size = fields["forecast_low"], fields["forecast_high"], fields["expected_effect"]
        if low >= high:
            self.add_error("forecast_high", gettext("The high end must be above the low end."))
        elif not low <= size <= high:
            self.add_error(
                "forecast_high", gettext("The range must hold the effect that you expect.")
            )
        elif typed.chance is not None and kind != "score":
            margin = fields["forecast_margin"] or margin_of(self.dojo, fields["forecast_metric"])
            self._check_chance(kind, low, high, margin, typed.chance)

    def _check_chance(
        self, kind: str, low: float, high: float, margin: float, chance: float
    ) -> None:
        """The range leaves 10 % on each side; a chance that cannot go with that is told."""
        told = chance_of_range(kind, low, high, margin)
        least, most = _chances(kind, low, high, margin)
        if least <= chance <= most:
            return
        self.add_error(
            "forecast_chance",
            gettext(
                "Your range says about %(told)s %%: widen or narrow it, or change how sure you are."
            )
            % {"told": round(100 * told)},
        )

    def _check_guardrail(self, typed: Typed) -> None:
        if not self.errors.keys() & {"guardrail_metric", "guardrail_allowed"}:
            if typed.guardrail_metric and typed.guardrail_allowed is None:
                self.add_error(
                    "guardrail_allowed", gettext("Write by how much it may get worse, or 0.")
                )
            if typed.guardrail_allowed is not None and not typed.guardrail_metric:
                self.add_error("guardrail_metric", gettext("Choose the metric to guard."))


def _chances(kind: str, low: float, high: float, margin: float) -> tuple[float, float]:
    """The chances of the forecast side that can go with an 80 % range, whatever its shape."""
    if kind == "stays":
        inside = -margin <= low and high <= margin
        outside = low > margin or high < -margin
        return (0.8, 1.0) if inside else (0.0, 0.2) if outside else (0.0, 1.0)
    if kind == "falls":
        low, high = -high, -low
    if low >= 0:
        return 0.9, 1.0
    return (0.0, 0.1) if high <= 0 else (0.1, 0.9)
