"""Correct how a file is read."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classrooms.access import Request, opener_view
from classrooms.datasets.reading.page import format_form, reading_page
from classrooms.datasets.services import correct_format
from classrooms.exceptions import NotNow
from classrooms.models import Dataset


@opener_view
@require_http_methods(["GET", "HEAD", "POST"])
def dataset_format(request: Request, dataset_id: str) -> HttpResponse:
    """Correct how the file is read."""
    dataset = get_object_or_404(
        Dataset.objects.visible_to(request.user).correctable(), public_id=dataset_id
    )
    form = format_form(dataset, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            correct_format(dataset, form.table_format)
        except NotNow:
            tell_unchanged(request)
        return redirect("classrooms:dataset", dataset.public_id)
    context = {"dataset": dataset, "form": form, "read": reading_page(dataset)}
    return render(request, "classrooms/dataset_format.html", context)


def tell_unchanged(request: Request) -> None:
    """A second click, or a second window, came too late."""
    messages.warning(request, _("Not changed: the dataset is still being read or split."))
