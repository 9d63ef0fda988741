"""The leak desk of a dataset: fetched while a worker checks, and told what to do about findings."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classrooms.access import Request, opener_view
from classrooms.datasets.desk.forms import FINE, UNDO, AnswerForm
from classrooms.datasets.desk.page import DeskPage, desk_page
from classrooms.datasets.desk.services import answer, mark_after_split, mend, undo
from classrooms.exceptions import NotNow
from classrooms.knowledge import hiding_dojos
from classrooms.models import Dataset
from engine.reading.leaks.repairs import Repair
from posting.once import made_once


@opener_view
@require_http_methods(["GET", "HEAD", "POST"])
@made_once
def dataset_leaks(request: Request, dataset_id: str) -> HttpResponse:
    """The desk alone, as its page fetches it; posted to, it mends, keeps an answer or undoes."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), public_id=dataset_id)
    desk = None if hiding_dojos([request.user], dataset).exists() else desk_page(dataset)
    if request.method != "POST":
        # Nothing to say is no error of who fetches: the check may have been made obsolete.
        return render(request, "classrooms/desk/desk.html", {"desk": desk, "dataset": dataset})
    if desk is None:
        raise Http404
    form = AnswerForm(request.POST, check=desk.check)
    if not form.is_valid():
        messages.error(request, form.problem)
    else:
        try:
            _act(desk, form)
        except NotNow:
            messages.warning(request, _("Not changed: the data is split, or being split."))
    address = reverse("classrooms:dataset", args=[dataset.public_id])
    return HttpResponseRedirect(f"{address}#leak-desk")


def _act(desk: DeskPage, form: AnswerForm) -> None:
    dataset, action, finding = desk.dataset, form.cleaned_data["action"], form.finding
    if not desk.is_before_split:
        if action not in (Repair.MARK, UNDO):
            raise NotNow
        mark_after_split(dataset, finding["columns"], marked=action == Repair.MARK)
    elif action == UNDO:
        undo(dataset, finding)
    elif action == FINE:
        answer(dataset, finding, form.cleaned_data["reason"].strip())
    else:
        mend(dataset, finding, Repair(action))
