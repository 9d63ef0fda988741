"""A participant's own record: where they are, and their framing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from classrooms.access import Request, participant_view
from classrooms.models import Membership, Phase
from classrooms.presentation import dojo_context, pace_buttons, render_page_or_part
from experiments.deliverables import own_progress
from experiments.findings import Finding, Record, findings_of, most_pressing, setting_of
from experiments.forms import FramingForm
from experiments.models import Experiment, Framing
from experiments.presentation import next_action
from experiments.rules import experiments_left
from experiments.selectors import experiments_of
from experiments.services import save_framing

# More would be read by nobody.
QUESTIONS_AT_ONCE = 3


@participant_view
@require_safe
def workspace(request: Request, membership: Membership) -> HttpResponse:
    """The way through the Dojo: framing, experiments, what to do next."""
    context = dojo_context(membership, "work")
    framing = Framing.objects.filter(membership=membership).first()
    experiments = experiments_of(membership)
    context |= {
        "pace_buttons": pace_buttons(context["clock"]) if membership.dojo.is_solo else [],
        "framing": framing,
        "experiments": experiments,
        "next_action": next_action(membership, framing, experiments),
        "progress": own_progress(membership, framing, experiments),
        "questions": _questions(membership, framing, experiments),
        "experiments_left": experiments_left(membership),
        "late_in": _late_in(membership, context["clock"].current, experiments),
    }
    return render_page_or_part(request, "experiments/workspace.html", "work", context)


def _late_in(
    membership: Membership, phase: Phase | None, experiments: list[Experiment]
) -> Phase | None:
    """The phase in which somebody came late, until they have begun."""
    if experiments or phase is None or phase.position == 1 or phase.started_at is None:
        return None
    return phase if membership.joined_at > phase.started_at else None


def _questions(
    membership: Membership, framing: Framing | None, experiments: list[Experiment]
) -> list[Finding]:
    """What a facilitator would ask; where there is none, the person asks themselves."""
    if not membership.dojo.is_solo:
        return []
    metric = framing.metric if framing else ""
    record = Record(setting_of(membership.dojo), tuple(experiments), framing is not None, metric)
    found = most_pressing(findings_of(record))
    # To frame the problem is the next step already.
    return [finding for finding in found if finding.code != "no_framing"][:QUESTIONS_AT_ONCE]


@participant_view
@require_http_methods(["GET", "HEAD", "POST"])
def framing(request: Request, membership: Membership) -> HttpResponse:
    """The log's context: problem, data, metric, baseline."""
    instance = Framing.objects.filter(membership=membership).first()
    form = FramingForm(request.POST or None, instance=instance)
    if request.method == "POST" and form.is_valid():
        save_framing(membership, **form.cleaned_data)
        messages.success(request, _("Your framing is saved."))
        return redirect("experiments:workspace", membership.dojo.public_id)
    context = dojo_context(membership, "work") | {"form": form}
    return render(request, "experiments/framing.html", context)
