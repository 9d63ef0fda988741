"""A facilitator says what they know of their data, and adds columns for others to find out."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classrooms.access import Request, opener_view
from classrooms.datasets.truths.forms import PlantForm, TruthForm
from classrooms.datasets.truths.known import declared_truths
from classrooms.datasets.truths.services import declare_truth, plant, uproot, withdraw_truth
from classrooms.exceptions import NotNow
from classrooms.knowledge import hiding_dojos
from classrooms.models import Dataset
from posting.once import made_once


@opener_view
@require_http_methods(["GET", "HEAD", "POST"])
@made_once
def dataset_truths(request: Request, dataset_id: str) -> HttpResponse:
    """List and declare truths; before the split, add columns, too."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), public_id=dataset_id)
    if not dataset.columns or hiding_dojos([request.user], dataset).exists():
        raise Http404
    posted = request.POST or None
    planting = "planted" in request.POST
    truth_form = TruthForm(None if planting else posted, dataset=dataset)
    plant_form = PlantForm(posted if planting else None, dataset=dataset)
    if posted and _was_done(request, dataset, truth_form, plant_form):
        return redirect("classrooms:dataset_truths", dataset.public_id)
    context = {
        "dataset": dataset,
        "declared": declared_truths(dataset),
        "truth_form": truth_form,
        "plant_form": plant_form,
    }
    return render(request, "classrooms/truths/page.html", context)


def _was_done(
    request: Request, dataset: Dataset, truth_form: TruthForm, plant_form: PlantForm
) -> bool:
    """Do what was posted; False where the form has errors."""
    try:
        match request.POST.get("action"):
            case "withdraw":
                withdraw_truth(dataset, request.POST.get("key", ""))
            case "uproot":
                uproot(dataset, request.POST.get("key", ""))
            case _add if plant_form.is_bound and plant_form.is_valid():
                cleaned = plant_form.cleaned_data
                plant(dataset, name=cleaned["name"], kind=cleaned["planted"])
            case _add if truth_form.is_bound and truth_form.is_valid():
                declare_truth(dataset, **truth_form.truth)
            case _wrong:
                return False
    except NotNow:
        messages.warning(request, _("Not changed: there are too many, or the data is split."))
    return True
