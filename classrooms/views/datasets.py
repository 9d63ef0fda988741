"""Preparing a dataset: choose or upload, look, name the target, wait for the split."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from classrooms.access import Request, opener_view
from classrooms.dataset_services import add_bundled_dataset, choose_target, upload_dataset
from classrooms.forms import BundledDatasetForm, TargetForm, UploadForm
from classrooms.models import Dataset
from classrooms.presentation import dataset_context, dataset_failure, page_or_part, trap_rows
from experiments.engine.bundled import BUNDLED


@opener_view
@require_safe
def dataset_list(request: Request) -> HttpResponse:
    datasets = Dataset.objects.visible_to(request.user)
    return render(request, "classrooms/dataset_list.html", {"datasets": datasets})


@opener_view
@require_http_methods(["GET", "HEAD", "POST"])
def dataset_new(request: Request) -> HttpResponse:
    """Two forms on one page: a bundled dataset, or a file of one's own."""
    bundled_form, upload_form = BundledDatasetForm(), UploadForm()
    if request.method == "POST" and "bundled_key" in request.POST:
        bundled_form = BundledDatasetForm(request.POST)
        if bundled_form.is_valid():
            dataset = add_bundled_dataset(request.user, bundled_form.cleaned_data["bundled_key"])
            return redirect("classrooms:dataset", dataset.public_id)
    elif request.method == "POST":
        upload_form = UploadForm(request.POST, request.FILES)
        if upload_form.is_valid():
            dataset = upload_dataset(request.user, **upload_form.cleaned_data)
            return redirect("classrooms:dataset", dataset.public_id)
    context = {
        "bundled": [
            {
                "key": dataset.key,
                "title": _(dataset.title),
                "summary": _(dataset.summary),
                "traps": len(dataset.traps),
            }
            for dataset in BUNDLED.values()
        ],
        "bundled_form": bundled_form,
        "upload_form": upload_form,
    }
    return render(request, "classrooms/dataset_new.html", context)


@opener_view
@require_http_methods(["GET", "HEAD", "POST"])
def dataset_detail(request: Request, dataset_id: str) -> HttpResponse:
    """What is in the dataset; its live part renders alone while a worker reads it."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), public_id=dataset_id)
    form = TargetForm(request.POST or None, dataset=dataset)
    if request.method == "POST" and dataset.awaits_target and form.is_valid():
        target, positive_class = form.chosen
        choose_target(dataset, target=target, positive_class=positive_class)
        return redirect("classrooms:dataset", dataset.public_id)
    context = dataset_context(dataset) | {
        "form": form,
        "failure": dataset_failure(dataset) if dataset.has_failed else "",
        "traps": trap_rows(dataset),
    }
    template = page_or_part(request, "classrooms/dataset_detail.html", "live")
    return render(request, template, context)
