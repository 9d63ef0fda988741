"""Page objects of a Dojo's settings. Templates only lay them out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from classrooms.dojos.settings.margins import margin_of
from classrooms.models import Dojo
from engine.spec.metrics import METRICS
from engine.spec.models import MODELS


@dataclass(frozen=True)
class StepLink:
    """One step of opening a Dojo, as the row of steps shows it."""

    name: str
    label: str
    number: int
    is_current: bool
    is_behind: bool


def step_links(current: str) -> list[StepLink]:
    """The steps of opening a Dojo; the last one, inviting, comes once it is open."""
    labels = {
        "dataset": _("Dataset"),
        "variant": _("Variant"),
        "agenda": _("Agenda"),
        "rules": _("Rules"),
        "invite": _("Invitations"),
    }
    place = list(labels).index(current)
    return [
        StepLink(name, label, number + 1, number == place, number < place)
        for number, (name, label) in enumerate(labels.items())
    ]


@dataclass(frozen=True)
class RuleRow:
    """A rule in words."""

    label: str
    value: str


def rule_rows(dojo: Dojo) -> list[RuleRow]:
    """The rules of a Dojo, as its facilitator reads them."""
    allowed = [_(MODELS[name].label) for name in MODELS if name in dojo.rules.allowed_models]
    return [
        RuleRow(_("Primary metric"), _(METRICS[dojo.primary_metric].label)),
        RuleRow(_("Success threshold"), _number(dojo.success_threshold)),
        RuleRow(_("Costs of errors"), _costs(dojo)),
        RuleRow(_("Smallest difference that matters"), _margin(dojo)),
        RuleRow(_("What participants see of each other"), dojo.rules.get_visibility_display()),
        RuleRow(_("How large a lead luck alone would give"), _yes_or_no(dojo.rules.tells_luck)),
        RuleRow(_("Sealed record"), _("Kept") if dojo.rules.seals_record else _("Not kept")),
        RuleRow(_("Checks of a careful colleague"), _yes_or_no(dojo.rules.makes_checks)),
        RuleRow(_("Which claims hold on the holdout rows"), _yes_or_no(dojo.rules.tells_claims)),
        RuleRow(_("Models"), ", ".join(allowed) or pgettext("models", "All")),
        RuleRow(_("Baseline first"), dojo.rules.get_baseline_rule_display()),
        RuleRow(_("Experiments per person"), str(dojo.rules.max_experiments or _("No limit"))),
        RuleRow(_("Concurrent runs per person"), str(dojo.rules.max_unfinished_runs)),
    ]


def _yes_or_no(is_told: bool) -> str:
    return _("Shown") if is_told else _("Not shown")


def _margin(dojo: Dojo) -> str:
    """Of the primary metric."""
    return _number(margin_of(dojo, dojo.primary_metric))


def _costs(dojo: Dojo) -> str:
    if not dojo.costs:
        return _("Not set")
    return _("False alarm %(alarm)s €, missed case %(missed)s €") % {
        "alarm": _number(dojo.costs["false_positive"]),
        "missed": _number(dojo.costs["false_negative"]),
    }


def _number(value: float) -> str:
    """Without a tail of zeros, with the decimal sign of the language."""
    return str(number_format(Decimal(f"{value:g}")))
