"""What can be told of an experiment while it is typed: of its forecast, and of its run's time."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from classrooms.access import Request, participant_view
from classrooms.models import Seat
from engine.spec.config import ExperimentConfig
from experiments.forecasts.before import what_it_can_tell
from experiments.forecasts.duration import may_take_long
from experiments.submit.changes_bar import changes_bar
from experiments.submit.config.form import ConfigForm
from experiments.submit.config.yaml import YamlForm, read_config
from experiments.submit.hypothesis import HypothesisForm
from experiments.submit.quick_look import quick_look


@participant_view
@require_POST
def ruler(request: Request, seat: Seat) -> HttpResponse:
    """The ruler before the run, for the form as it stands; stores nothing."""
    config = _config_typed(request, seat)
    hypothesis = HypothesisForm(request.POST, seat=seat)
    hypothesis.is_valid()
    reference = hypothesis.cleaned_data.get("compared_to")
    told = what_it_can_tell(seat.dojo, hypothesis.typed, reference, config)
    changes = changes_bar(seat, reference, config)
    context = {
        "claim": hypothesis.cleaned_data.get("claim", ""),
        "look": quick_look(hypothesis.typed, changes, told),
        "told": told,
        "changes": changes,
        "changes_are_new": True,
    }
    return render(request, "experiments/forecast/before.html", context)


@participant_view
@require_POST
def duration(request: Request, seat: Seat) -> HttpResponse:
    """That the run may not fit its time, where it may not; stores nothing."""
    config = _config_typed(request, seat)
    told = may_take_long(seat.dojo, config) if config else ""
    return render(request, "experiments/forecast/duration.html", {"told": told})


@participant_view
@require_POST
def yaml_check(request: Request, seat: Seat) -> JsonResponse:
    """What is wrong with a config as it is typed, by line; stores nothing."""
    text, rules = request.POST.get("yaml", ""), seat.dojo.rules
    _config, problems = read_config(text, seat.dojo.schema, rules.allowed_models)
    return JsonResponse({"problems": [asdict(problem) for problem in problems]})


def _config_typed(request: Request, seat: Seat) -> ExperimentConfig | None:
    """The config as it stands in the form, if it is valid."""
    schema, allowed = seat.dojo.schema, seat.dojo.rules.allowed_models
    config_form: ConfigForm | YamlForm
    if "yaml" in request.POST:
        config_form = YamlForm(request.POST, schema=schema, allowed=allowed)
    else:
        config_form = ConfigForm.posted(request.POST, schema, allowed)
    return config_form.config if config_form.is_valid() else None
