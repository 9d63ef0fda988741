"""Page objects of a participant's workspace. Templates only lay them out."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from classrooms.models import Seat
from experiments.models import Experiment, Framing
from experiments.submit.rules import experiments_left


@dataclass(frozen=True)
class NextAction:
    """The one thing to do now: what, why and where."""

    title: str
    reason: str
    url: str
    label: str


def next_action(
    seat: Seat, framing: Framing | None, experiments: list[Experiment]
) -> NextAction | None:
    """The next step of the way; None when there is nothing but to wait or the Dojo is over."""
    dojo_id = seat.dojo.public_id
    if seat.dojo.has_ended:
        return NextAction(
            _("Take your work home"),
            _("The Dojo has ended. Your log, notebook and data are ready."),
            reverse("experiments:take_home", args=[dojo_id]),
            _("Take home"),
        )
    if framing is None:
        return NextAction(
            _("Frame the problem"),
            _("Before any model: which decision, on which data, measured how, compared with what?"),
            reverse("experiments:framing", args=[dojo_id]),
            _("Write the framing"),
        )
    if not seat.dojo.has_started:
        return NextAction(
            _("Get to know the data"),
            _("Your framing is written. What does a row say, and which columns would you trust?"),
            reverse("classrooms:data", args=[dojo_id]),
            _("Look at the data"),
        )
    new = reverse("experiments:experiment_new", args=[dojo_id])
    if not experiments:
        return NextAction(
            _("Run a baseline"),
            _("Start with a simple model: without it, how will you know that another is better?"),
            new,
            _("First experiment"),
        )
    open_ones = [experiment for experiment in experiments if experiment.awaits_decision]
    if open_ones:
        last = open_ones[-1]
        return NextAction(
            _("Conclude experiment #%(number)s") % {"number": last.number},
            _(
                "Analyse its errors, say why, decide: an experiment without a "
                "decision teaches little."
            ),
            last.get_absolute_url(),
            _("Analyse and decide"),
        )
    if experiments[-1].run.is_unfinished:
        return None
    if experiments_left(seat) == 0:
        return NextAction(
            _("Write up what you learned"),
            _("You have run all the experiments that this Dojo allows."),
            reverse("experiments:take_home", args=[dojo_id]),
            _("Take home"),
        )
    return NextAction(
        _("Test the next hypothesis"),
        _("One hypothesis, one change, one experiment."),
        new,
        _("New experiment"),
    )
