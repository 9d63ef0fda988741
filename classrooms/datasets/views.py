"""Add a dataset: choose or upload it, review it, correct it, set the target, wait for the split."""

import logging

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classrooms.access import Request, opener_view
from classrooms.datasets.card_forms import CardForm, SensitiveForm
from classrooms.datasets.desk.page import desk_page
from classrooms.datasets.desk.services import choose_target
from classrooms.datasets.forms import BundledDatasetForm, UploadForm
from classrooms.datasets.page import (
    dataset_context,
    dataset_failure,
    dataset_use,
    trap_rows,
)
from classrooms.datasets.reading.page import reading_page
from classrooms.datasets.reading.views import tell_unchanged
from classrooms.datasets.services import (
    add_bundled_dataset,
    delete_dataset,
    mark_sensitive,
    prepare_dataset,
    undo_split,
    upload_dataset,
    write_card,
)
from classrooms.datasets.target_forms import ColumnFormSet, TargetForm
from classrooms.datasets.truths.known import own_truths
from classrooms.datasets.values.page import value_cards
from classrooms.datasets.values.services import open_merges
from classrooms.dojos.page import render_page_or_part
from classrooms.exceptions import NotNow, OverQuota
from classrooms.knowledge import hiding_dojos
from classrooms.messages import describe_quota, no_room_words
from classrooms.models import Dataset
from engine.bundled import BUNDLED
from posting.edits import edited_alone, lock_row
from posting.once import made_once

logger = logging.getLogger(__name__)


@opener_view
@require_safe
def dataset_list(request: Request) -> HttpResponse:
    datasets = Dataset.objects.visible_to(request.user)
    return render(request, "classrooms/dataset_list.html", {"datasets": datasets})


@opener_view
@require_http_methods(["GET", "HEAD", "POST"])
@made_once
def dataset_new(request: Request) -> HttpResponse:
    """Two forms on one page: a bundled dataset, or an upload."""
    bundled_form, upload_form = BundledDatasetForm(), UploadForm()
    if request.method == "POST" and "bundled_key" in request.POST:
        bundled_form = BundledDatasetForm(request.POST)
        if bundled_form.is_valid():
            key = bundled_form.cleaned_data["bundled_key"]
            try:
                dataset = add_bundled_dataset(request.user, key)
            except OverQuota as reason:
                bundled_form.add_error(None, describe_quota(reason))
            else:
                return redirect("classrooms:dataset", dataset.public_id)
    elif request.method == "POST":
        upload_form = UploadForm(request.POST, request.FILES)
        if upload_form.is_valid():
            try:
                dataset = upload_dataset(request.user, **upload_form.cleaned_data)
            except OverQuota as reason:
                upload_form.add_error("file", describe_quota(reason))
            except OSError:
                logger.exception("An upload cannot be stored")
                upload_form.add_error("file", no_room_words())
            else:
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
    """A dataset; its live part renders alone while a worker reads the file."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), public_id=dataset_id)
    posted = request.POST or None
    columns = ColumnFormSet(posted, dataset=dataset)
    form = TargetForm(posted, dataset=dataset, columns=columns)
    if posted and dataset.awaits_target and form.is_valid() and columns.is_valid():
        checks = request.POST.get("action") == "check"
        try:
            (choose_target if checks else prepare_dataset)(dataset, form.preparation)
        except NotNow:
            tell_unchanged(request)
        return redirect("classrooms:dataset", dataset.public_id)
    hiding = hiding_dojos([request.user], dataset).first()
    context = dataset_context(dataset, for_facilitator=hiding is None) | {
        "hiding": hiding,
        "use": dataset_use(dataset),
        "form": form,
        "column_forms": zip(columns.forms, dataset.columns, strict=True),
        "failure": dataset_failure(dataset) if dataset.has_failed else "",
        "read": reading_page(dataset),
        "traps": [] if hiding else trap_rows(dataset),
        "own_truths": [] if hiding else own_truths(dataset),
        "desk": None if hiding else desk_page(dataset),
        "value_cards": value_cards(dataset) if dataset.awaits_target else [],
        "merges_open": len(open_merges(dataset)),
    }
    return render_page_or_part(request, "classrooms/dataset_detail.html", "live", context)


@opener_view
@require_http_methods(["GET", "HEAD", "POST"])
@edited_alone
def dataset_card(request: Request, dataset_id: str) -> HttpResponse:
    """Write the data card of an upload."""
    dataset = get_object_or_404(
        Dataset.objects.visible_to(request.user).filter(bundled_key=""), public_id=dataset_id
    )
    if request.method == "POST":
        lock_row(dataset)
        dataset.refresh_from_db()
    form, dictionary = CardForm(request.POST or None, instance=dataset), None
    if request.method == "POST" and "fill" in request.POST:
        filled, dictionary = form.filled_from(request.POST)
        form = CardForm(filled, instance=dataset)
    elif request.method == "POST" and form.is_valid():
        write_card(dataset, meanings=form.meanings, labels=form.labels, **form.texts)
        return redirect("classrooms:dataset", dataset.public_id)
    context = {"dataset": dataset, "form": form, "dictionary": dictionary}
    return render(request, "classrooms/dataset_card.html", context)


@opener_view
@require_POST
def dataset_delete(request: Request, dataset_id: str) -> HttpResponse:
    """Delete a dataset that no Dojo uses."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), public_id=dataset_id)
    try:
        delete_dataset(dataset)
    except NotNow:
        messages.warning(request, _("Not deleted: a Dojo uses this dataset, or it is being read."))
        return redirect("classrooms:dataset", dataset.public_id)
    messages.success(request, _("Dataset deleted."))
    return redirect("classrooms:datasets")


@opener_view
@require_POST
@made_once
def dataset_undo_split(request: Request, dataset_id: str) -> HttpResponse:
    """Go back before the split of an upload that no Dojo under way uses."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), public_id=dataset_id)
    try:
        if hiding_dojos([request.user], dataset).exists():
            raise NotNow
        undo_split(dataset)
    except NotNow:
        messages.warning(
            request, _("Not undone: a Dojo that uses it has started, or it isn't split.")
        )
    return redirect("classrooms:dataset", dataset.public_id)


@opener_view
@require_http_methods(["GET", "HEAD", "POST"])
def dataset_sensitive(request: Request, dataset_id: str) -> HttpResponse:
    """Mark the columns by which people are not to be treated differently."""
    dataset = get_object_or_404(
        Dataset.objects.visible_to(request.user).ready(), public_id=dataset_id
    )
    form = SensitiveForm(request.POST if request.method == "POST" else None, dataset=dataset)
    if request.method == "POST" and form.is_valid():
        mark_sensitive(dataset, form.cleaned_data["columns"])
        messages.success(request, _("Sensitive columns saved."))
        return redirect("classrooms:dataset", dataset.public_id)
    return render(request, "classrooms/dataset_sensitive.html", {"dataset": dataset, "form": form})
