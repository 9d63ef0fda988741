"""Decide about values before the split."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from classrooms.access import Request, opener_view
from classrooms.datasets.values.services import choose_division, decide, open_merges, settle, undo
from classrooms.exceptions import NotNow
from classrooms.models import Dataset
from posting.once import made_once


@opener_view
@require_POST
@made_once
def dataset_values(request: Request, dataset_id: str) -> HttpResponse:
    """Merge or read as missing as one question proposes, or as all open merges do; keep the
    values as they are; undo either; or split as a column suggests."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), public_id=dataset_id)
    key, action = request.POST.get("key", ""), request.POST.get("action", "")
    try:
        match action:
            case "accept":
                decide(dataset, [key])
            case "all":
                decide(dataset, open_merges(dataset))
            case "keep":
                settle(dataset, key)
            case "group" | "time":
                choose_division(dataset, action, key)
            case "undo":
                undo(dataset, key)
            case _:
                raise NotNow
    except NotNow:
        messages.warning(request, _("Not changed: the data is split, or being read."))
    address = reverse("classrooms:dataset", args=[dataset.public_id])
    place = "split" if action in {"group", "time"} else "values"
    return HttpResponseRedirect(f"{address}#{place}")
