"""What a participant takes home."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms.access import Request, participant_view
from classrooms.models import Membership
from classrooms.presentation import dojo_context
from experiments.documenting import Incomplete, mark_final, reopen
from experiments.exports.archive import archive_name, build_archive
from experiments.exports.log import experiment_log
from experiments.exports.record import record_of
from experiments.models import Documentation, Framing
from experiments.presentation import take_home_checklist
from experiments.selectors import experiments_of


@participant_view
@require_safe
def take_home(request: Request, membership: Membership) -> HttpResponse:
    """What is complete, what is missing, and the download."""
    context = dojo_context(membership, "take_home")
    framing = Framing.objects.filter(membership=membership).first()
    checklist = take_home_checklist(framing, experiments_of(membership))
    context |= {
        "checklist": checklist,
        "is_complete": all(item.done for item in checklist),
        "documentation": Documentation.objects.filter(membership=membership).first(),
    }
    return render(request, "experiments/take_home.html", context)


@participant_view
@require_POST
def final(request: Request, membership: Membership) -> HttpResponse:
    """Say that this is one's final version, or that it is not after all."""
    if request.POST.get("action") == "reopen":
        reopen(membership)
        messages.info(request, _("Your version is open again."))
    else:
        try:
            mark_final(membership, gaps_accepted="gaps_accepted" in request.POST)
        except Incomplete:
            messages.warning(request, _("Something is still missing: see the list."))
        else:
            messages.success(request, _("Marked as your final version."))
    return redirect("experiments:take_home", membership.dojo.public_id)


@participant_view
@require_safe
def log(request: Request, membership: Membership) -> HttpResponse:
    """The experiment log as Markdown."""
    return HttpResponse(
        experiment_log(record_of(membership)), content_type="text/markdown; charset=utf-8"
    )


@participant_view
@require_safe
def archive(request: Request, membership: Membership) -> FileResponse:
    """Log, notebook, data and exact requirements in one ZIP."""
    return FileResponse(
        build_archive(record_of(membership)),
        as_attachment=True,
        filename=archive_name(membership),
        content_type="application/zip",
    )
