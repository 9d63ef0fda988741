"""What the group sees of itself."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from classrooms.access import Request, member_view
from classrooms.models import Membership
from classrooms.presentation import dojo_context, render_page_or_part
from experiments.selectors import leaderboard_with_baseline


@member_view
@require_safe
def leaderboard(request: Request, membership: Membership) -> HttpResponse:
    """Everyone's best test score on the primary metric."""
    context = dojo_context(membership, "leaderboard")
    dojo = membership.dojo
    context |= {
        "rows": leaderboard_with_baseline(dojo),
        "metric_label": dojo.get_primary_metric_display(),
    }
    return render_page_or_part(request, "experiments/leaderboard.html", "board", context)
