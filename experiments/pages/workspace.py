"""Page objects of a participant's workspace. Templates only lay them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from classrooms.models import Phase, Seat
from classrooms.models.agenda import PhaseKind
from classrooms.models.dojos import Variant
from classrooms.theory.page import slide_page
from experiments.leaderboard.entries import Entry
from experiments.models import Experiment, Framing
from experiments.pages.progress_chart import ProgressChart, progress_chart
from experiments.pages.run_page import RunPage, run_page
from experiments.submit.rules import experiments_left


@dataclass(frozen=True)
class NextAction:
    """The one thing to do now: what, why and where."""

    title: str
    reason: str
    url: str
    label: str


@dataclass(frozen=True)
class Way:
    """A participant's experiments as a story: each with what became of it."""

    seat: Seat
    experiments: Sequence[Experiment]
    entry: Entry

    @cached_property
    def results(self) -> list[RunPage]:
        """First to last."""
        return [run_page(experiment) for experiment in self.experiments]

    @property
    def chart(self) -> ProgressChart | None:
        """The scores in one picture, from two on."""
        ended = [result for result in self.results if not result.run.is_unfinished]
        ranked = self.entry.experiment
        found = next((one for one in ended if ranked and one.experiment.pk == ranked.pk), None)
        if len(ended) < 2:
            return None
        return progress_chart(ended, found, threshold=self.seat.dojo.success_threshold)


def next_action(
    seat: Seat, framing: Framing | None, experiments: Sequence[Experiment], phase: Phase | None
) -> NextAction | None:
    """The next step of the way, which follows the phase; None when there is nothing but to wait.

    Args:
        phase: the Dojo's current one.
    """
    if seat.dojo.has_ended:
        return _take_home(seat, _("The Dojo has ended. Your log, notebook and data are ready."))
    if not seat.dojo.has_started:
        return _look_at_the_data(seat) if framing else _frame(seat)
    kind = phase.kind if phase else ""
    if kind == PhaseKind.THEORY and not seat.dojo.is_solo and not experiments:
        return _follow_the_slides(seat)
    if kind == PhaseKind.PRESENTATION and not seat.dojo.is_solo and experiments:
        return _present(seat)
    return _experiment(seat, framing, experiments)


def _experiment(
    seat: Seat, framing: Framing | None, experiments: Sequence[Experiment]
) -> NextAction | None:
    """The step of who experiments: baseline, framing while it runs, decision, next hypothesis."""
    if framing is None and (experiments or seat.dojo.variant == Variant.DISCOVERY):
        return _frame(seat)
    if not experiments:
        return _new(
            seat,
            _("Run a baseline"),
            _("Start with a simple model: without it, how will you know that another is better?"),
            _("First experiment"),
        )
    open_ones = [experiment for experiment in experiments if experiment.awaits_decision]
    if open_ones:
        return _conclude(open_ones[-1])
    if experiments[-1].run.is_unfinished:
        return None
    if experiments_left(seat) == 0:
        return _take_home(
            seat,
            _("You have run all the experiments that this Dojo allows."),
            title=_("Write up what you learned"),
        )
    return _new(
        seat,
        _("Test the next hypothesis"),
        _("One hypothesis, one change, one experiment."),
        _("New experiment"),
    )


def _take_home(seat: Seat, reason: str, title: str = "") -> NextAction:
    return NextAction(
        title or _("Take your work home"),
        reason,
        reverse("experiments:take_home", args=[seat.dojo.public_id]),
        _("Take home"),
    )


def _frame(seat: Seat) -> NextAction:
    return NextAction(
        _("Frame the problem"),
        _("Which decision, on which data, measured how, compared with what?"),
        reverse("experiments:framing", args=[seat.dojo.public_id]),
        _("Write the framing"),
    )


def _look_at_the_data(seat: Seat) -> NextAction:
    return NextAction(
        _("Get to know the data"),
        _("Your framing is written. What does a row say, and which columns would you trust?"),
        reverse("classrooms:data", args=[seat.dojo.public_id]),
        _("Look at the data"),
    )


def _follow_the_slides(seat: Seat) -> NextAction:
    """The slides; a question on them that waits for an answer first."""
    page = slide_page(seat.dojo, seat, None)
    asks = page.slide.question is not None and not page.slide.is_answer
    if asks and page.own_choice is None:
        title, label = _("A question is waiting for your answer"), _("Answer")
    else:
        title, label = _("Follow the slides"), _("Open the slides")
    return NextAction(
        title,
        _("The theory is on now. Your first experiment comes after it."),
        reverse("classrooms:slides", args=[seat.dojo.public_id]),
        label,
    )


def _present(seat: Seat) -> NextAction:
    return NextAction(
        _("Present what you learned"),
        _("Your slides are made from your log. Say what surprised you, too."),
        reverse("experiments:learnings", args=[seat.dojo.public_id]),
        _("My presentation"),
    )


def _conclude(experiment: Experiment) -> NextAction:
    return NextAction(
        _("Conclude experiment #%(number)s") % {"number": experiment.number},
        _("Analyse its errors, say why, decide: an experiment without a decision teaches little."),
        experiment.get_absolute_url(),
        _("Analyse and decide"),
    )


def _new(seat: Seat, title: str, reason: str, label: str) -> NextAction:
    return NextAction(
        title, reason, reverse("experiments:experiment_new", args=[seat.dojo.public_id]), label
    )
