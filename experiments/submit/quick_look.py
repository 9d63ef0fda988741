"""A short look at a hypothesis while it can still change; it blocks nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from experiments.forecasts.before import Told
from experiments.forecasts.registering import Typed
from experiments.submit.changes_bar import ChangesBar
from experiments.templatetags.experiments import percent

# From here on a test is worth its run: as often right as wrong is no test.
SEEN_OFTEN, SEEN_SELDOM = 0.8, 0.5


@dataclass(frozen=True)
class Point:
    """One thing to look at.

    Attributes:
        is_fine: None of what rules cannot judge, or what is neither good nor bad.
    """

    is_fine: bool | None
    text: str


def quick_look(typed: Typed, changes: ChangesBar | None, told: Told | None) -> list[Point]:
    """One change? Can it be wrong? A reason? Can this test see it?

    Args:
        changes: None without a reference, or where the config cannot be read.
        told: what the test set can tell; None where there is nothing to compare with.
    """
    points = [_can_be_wrong(typed), _reason()]
    # That nothing has changed yet, the bar of the changes says.
    if changes is not None and changes.count:
        points.insert(0, _one_change(changes))
    if told is not None and told.chance is not None:
        points.append(_can_be_seen(told.chance, of_no_change=told.of_no_change))
    return points


def _one_change(changes: ChangesBar) -> Point:
    text = ngettext(
        "One change from #%(number)s: if the score moves, you know why.",
        "%(count)s changes from #%(number)s: if the score moves, which one was it?",
        changes.count,
    )
    told = {"count": changes.count, "number": changes.reference.number}
    return Point(changes.count == 1, text % told)


def _can_be_wrong(typed: Typed) -> Point:
    if typed.size is None:
        return Point(False, _("No number yet, so no result could prove it wrong."))
    return Point(True, _("It can be wrong: there is a number."))


def _reason() -> Point:
    return Point(None, _("A reason: which row, chart or earlier error shows it?"))


def _can_be_seen(chance: float, *, of_no_change: bool) -> Point:
    told = {"chance": percent(chance)}
    if of_no_change:
        text = _("If nothing changes, this test can show it in %(chance)s of cases.")
        return Point(_rating(chance), text % told)
    if chance < SEEN_SELDOM:
        text = _("If the effect is there, this test sees it in only %(chance)s of cases.")
        return Point(False, text % told)
    text = _("If the effect is there, this test sees it in %(chance)s of cases.")
    return Point(_rating(chance), text % told)


def _rating(chance: float) -> bool | None:
    if chance < SEEN_SELDOM:
        return False
    return True if chance >= SEEN_OFTEN else None
