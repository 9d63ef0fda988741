"""What the test set can tell of a forecast, while it is typed."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from classrooms.access import Request, participant_view
from classrooms.models import Seat
from experiments.forecasts.before import what_it_can_tell
from experiments.submit.changes_bar import changes_bar
from experiments.submit.config.form import ConfigForm
from experiments.submit.config.yaml import YamlForm
from experiments.submit.hypothesis import HypothesisForm


@participant_view
@require_POST
def ruler(request: Request, seat: Seat) -> HttpResponse:
    """The ruler before the run, for the form as it stands; stores nothing."""
    schema, allowed = seat.dojo.schema, seat.dojo.rules.allowed_models
    config_form: ConfigForm | YamlForm
    if "yaml" in request.POST:
        config_form = YamlForm(request.POST, schema=schema, allowed=allowed)
    else:
        config_form = ConfigForm.posted(request.POST, schema, allowed)
    config = config_form.config if config_form.is_valid() else None
    hypothesis = HypothesisForm(request.POST, seat=seat)
    hypothesis.is_valid()
    reference = hypothesis.cleaned_data.get("compared_to")
    told = what_it_can_tell(seat.dojo, hypothesis.typed, reference, config)
    changes = changes_bar(seat, reference, config)
    context = {"told": told, "changes": changes, "changes_are_new": True}
    return render(request, "experiments/forecast/before.html", context)
