"""What a participant takes home."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from classrooms.access import Request, participant_view
from classrooms.models import Membership
from classrooms.presentation import dojo_context
from experiments.exports.archive import archive_name, build_archive
from experiments.exports.log import experiment_log
from experiments.models import Framing
from experiments.presentation import take_home_checklist
from experiments.selectors import experiments_of


@participant_view
@require_safe
def take_home(request: Request, membership: Membership) -> HttpResponse:
    """What is complete, what is missing, and the download."""
    context = dojo_context(membership, "take_home")
    framing = Framing.objects.filter(membership=membership).first()
    context["checklist"] = take_home_checklist(framing, experiments_of(membership))
    return render(request, "experiments/take_home.html", context)


@participant_view
@require_safe
def log(request: Request, membership: Membership) -> HttpResponse:
    """The experiment log as Markdown."""
    return HttpResponse(experiment_log(membership), content_type="text/markdown; charset=utf-8")


@participant_view
@require_safe
def archive(request: Request, membership: Membership) -> FileResponse:
    """Log, notebook, data and exact requirements in one ZIP."""
    return FileResponse(
        build_archive(membership),
        as_attachment=True,
        filename=archive_name(membership),
        content_type="application/zip",
    )
