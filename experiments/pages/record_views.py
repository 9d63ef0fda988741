"""Views of a participant's workspace and framing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from classrooms.access import Request, participant_view
from classrooms.agenda.wording import waiting_words
from classrooms.dojos.page import dojo_context, pace_buttons, render_page_or_part
from classrooms.knowledge import record_tells_truths
from classrooms.models import Phase, Seat
from experiments.findings import Finding, Record, findings_of, most_pressing, setting_of
from experiments.forecasts.record import forecast_record
from experiments.leaderboard.entries import entry_of
from experiments.models import Experiment, Framing
from experiments.pages.reads import experiments_of
from experiments.pages.workspace import Way, next_action
from experiments.participants.deliverables import own_progress
from experiments.sealing.page import latest_root
from experiments.submit.forms import FramingForm
from experiments.submit.rules import experiments_left
from experiments.submit.services import save_framing
from posting.edits import edited_alone

# More would be read by nobody.
QUESTIONS_AT_ONCE = 3


@participant_view
@require_safe
def workspace(request: Request, seat: Seat) -> HttpResponse:
    """The way through the Dojo: framing, experiments, what to do next."""
    context = dojo_context(seat, "work")
    framing = Framing.objects.filter(seat=seat).first()
    experiments = experiments_of(seat)
    entry = entry_of(experiments, seat.dojo.primary_metric)
    phase = context["clock"].current
    context |= {
        "pace_buttons": pace_buttons(context["clock"]) if seat.dojo.is_solo else [],
        "framing": framing,
        "experiments": experiments,
        "entry": entry,
        "way": Way(seat, experiments, entry),
        "next_action": next_action(seat, framing, experiments, phase),
        "progress": own_progress(seat, framing, experiments),
        "questions": _questions(seat, framing, experiments),
        "experiments_left": (left := experiments_left(seat)),
        "may_go_on": seat.dojo.takes_experiments and left != 0,
        "forecasts": forecast_record(experiments),
        "root": latest_root(seat.dojo),
        "waiting": "" if seat.dojo.has_started else waiting_words(seat.dojo),
        "late_in": _late_in(seat, phase, experiments),
    }
    return render_page_or_part(request, "experiments/workspace.html", "work", context)


def _late_in(seat: Seat, phase: Phase | None, experiments: list[Experiment]) -> Phase | None:
    """The phase in which a latecomer joined, until they have started."""
    if experiments or phase is None or phase.position == 1 or phase.started_at is None:
        return None
    return phase if seat.joined_at > phase.started_at else None


def _questions(seat: Seat, framing: Framing | None, experiments: list[Experiment]) -> list[Finding]:
    """Questions that a facilitator would ask; without any, participants ask themselves."""
    if not seat.dojo.is_solo:
        return []
    setting = setting_of(seat.dojo, names_columns=record_tells_truths(seat.dojo))
    record = Record(setting, tuple(experiments), framing is not None)
    found = most_pressing(findings_of(record))
    # To frame the problem is the next step already.
    return [finding for finding in found if finding.code != "no_framing"][:QUESTIONS_AT_ONCE]


@participant_view
@require_http_methods(["GET", "HEAD", "POST"])
@edited_alone
def framing(request: Request, seat: Seat) -> HttpResponse:
    """The log's context: problem, data, metric, baseline."""
    instance = Framing.objects.filter(seat=seat).first()
    form = FramingForm(request.POST or None, instance=instance)
    if request.method == "POST" and form.is_valid():
        save_framing(seat, **form.cleaned_data)
        messages.success(request, _("Framing saved."))
        return redirect("experiments:workspace", seat.dojo.public_id)
    context = dojo_context(seat, "work") | {"form": form}
    return render(request, "experiments/framing.html", context)
