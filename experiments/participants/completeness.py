"""Check a log for completeness, with links to what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from classrooms.models import Seat
from experiments.findings.conclusions import is_interpreted
from experiments.models import Experiment, Framing


@dataclass(frozen=True)
class Place:
    """A place where a missing item can be written."""

    label: str
    url: str


@dataclass(frozen=True)
class ChecklistItem:
    """One part of what is taken home, and whether it is complete."""

    label: str
    done: bool
    detail: str = ""
    places: tuple[Place, ...] = ()


def take_home_checklist(
    seat: Seat, framing: Framing | None, experiments: Sequence[Experiment]
) -> list[ChecklistItem]:
    """The parts of a complete log, first to last."""
    dojo_id = seat.dojo.public_id
    new = reverse("experiments:experiment_new", args=[dojo_id])
    framing_at = Place(_("Write"), reverse("experiments:framing", args=[dojo_id]))
    first_is_baseline = any(one.is_baseline for one in experiments[:1])
    return [
        ChecklistItem(
            _("The problem is framed"),
            framing is not None,
            places=() if framing else (framing_at,),
        ),
        ChecklistItem(
            _("The first experiment is a baseline"),
            first_is_baseline,
            places=() if experiments else (Place(_("First experiment"), new),),
        ),
        ChecklistItem(
            _("At least one experiment has been run"), bool(experiments), str(len(experiments))
        ),
        _of_each(
            _("Every experiment is analysed"),
            experiments,
            [one for one in experiments if not one.analysis.strip()],
        ),
        _of_each(
            _("Every experiment has a decision"),
            experiments,
            [one for one in experiments if not one.is_closed],
        ),
        _interpreted(experiments),
    ]


def _of_each(
    label: str, experiments: Sequence[Experiment], missing: Sequence[Experiment]
) -> ChecklistItem:
    """Something that every experiment has to have."""
    count = len(experiments)
    places = tuple(
        Place(f"#{one.number}", f"{one.get_absolute_url()}#conclusion") for one in missing
    )
    is_done = count > 0 and not missing
    return ChecklistItem(label, is_done, f"{count - len(missing)}/{count}", places)


def _interpreted(experiments: Sequence[Experiment]) -> ChecklistItem:
    """One model at least; without a result there are no errors to look at."""
    label = _("At least one model is interpreted: a note on an error, a claim, or a limitation")
    done = any(is_interpreted(one) for one in experiments)
    last = next((one for one in reversed(experiments) if one.run.has_succeeded), None)
    if done or last is None:
        return ChecklistItem(label, done)
    args = [last.seat.dojo.public_id, last.public_id, "errors"]
    words = _("Errors of #%(number)s") % {"number": last.number}
    return ChecklistItem(
        label, done, places=(Place(words, reverse("experiments:analysis", args=args)),)
    )
