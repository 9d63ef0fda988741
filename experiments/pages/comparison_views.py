"""Compare two to six of a participant's own runs."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from classrooms.access import Request, participant_view
from classrooms.dojos.page import dojo_context, render_page_or_part
from classrooms.models import Seat
from experiments.analysis.questions import TooManyQuestions, ask_for_overview, ask_to_compare
from experiments.models import Run
from experiments.pages.comparison_page import FEWEST, MOST, ComparisonForm, ComparisonPage
from experiments.pages.reads import experiments_of


@participant_view
@require_safe
def compare(request: Request, seat: Seat) -> HttpResponse:
    """Choose runs, and see what differs: config, scores, rows, curves."""
    context = dojo_context(seat, "work")
    comparable = set(Run.objects.comparable_of(seat).values_list("pk", flat=True))
    finished = [one for one in experiments_of(seat) if one.run.pk in comparable]
    form = ComparisonForm(request.GET or None, experiments=finished)
    if form.is_valid():
        chosen = form.chosen()
        try:
            question = ask_to_compare([one.run for one in chosen])
            overview = ask_for_overview([one.run for one in finished])
        except TooManyQuestions:
            form.add_error(
                None, _("Several of your questions are already queued. Reload in a moment.")
            )
        else:
            context["page"] = ComparisonPage(chosen, question, overview)
    context |= {"form": form, "finished": finished, "fewest": FEWEST, "most": MOST}
    return render_page_or_part(request, "experiments/compare.html", "comparison", context)
