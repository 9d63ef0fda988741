"""Page objects of Dojos. Templates only lay them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from classrooms.access import Request
from classrooms.agenda.readers import agenda_words
from classrooms.dojos.navigation import Navigation
from classrooms.dojos.reads import Clock, dojo_clock
from classrooms.models import Dojo, Seat


@dataclass(frozen=True)
class ClockButton:
    """One thing that the facilitator can do to the clock now."""

    name: str
    label: str
    is_primary: bool = False
    needs_care: bool = False


def clock_buttons(clock: Clock) -> list[ClockButton]:
    """Buttons that the Dojo's state allows, the likeliest marked as primary."""
    dojo = clock.dojo
    has_been = any(phase.is_over and not phase.is_skipped for phase in clock.phases)
    back = [ClockButton("back", _("Back"))] if has_been else []
    if dojo.state == Dojo.State.DRAFT:
        return [ClockButton("start", _("Start the Dojo"), is_primary=True)]
    if dojo.has_ended or clock.current is None:
        return back
    is_last = clock.following is None
    running = dojo.is_running
    return [
        ClockButton("pause", _("Pause"))
        if running
        else ClockButton("resume", _("Resume"), is_primary=True),
        ClockButton("extend", _("+ 5 min")),
        ClockButton("shorten", _("− 5 min")),
        *back,
        ClockButton(
            "next",
            _("End the Dojo") if is_last else _("Next phase"),
            is_primary=running,
            needs_care=is_last,
        ),
    ]


def pace_buttons(clock: Clock) -> list[ClockButton]:
    """Clock buttons of a solo session."""
    current, dojo = clock.current, clock.dojo
    if current is None:
        return [] if dojo.has_ended else [ClockButton("start", _("Start"))]
    buttons = [
        ClockButton("resume", _("Resume")) if dojo.is_paused else ClockButton("pause", _("Pause"))
    ]
    if any(phase.is_over and not phase.is_skipped for phase in clock.phases):
        buttons.insert(0, ClockButton("back", _("Back to the previous phase")))
    if clock.following:
        label = _("Go to %(phase)s") % {"phase": agenda_words(clock.following.title)}
    else:
        label = _("End the session")
    return [*buttons, ClockButton("next", label)]


def dojo_context(seat: Seat, tab: str) -> dict[str, Any]:
    """Context of every page of a Dojo. Ask for it first: its version is read before anything else,
    so a change made meanwhile is announced to the page."""
    clock = dojo_clock(seat.dojo)
    return {
        "clock": clock,
        "seat": seat,
        "dojo": seat.dojo,
        "navigation": Navigation(seat, clock, tab),
    }


def workflow_steps() -> list[str]:
    """The steps of every experiment, for the welcome page."""
    return [
        _("Frame the problem: which decision, which data, which metric, which baseline."),
        _("State a hypothesis: what you change, why, and the effect that you expect."),
        _("Run it: one change, a config instead of code, the same numbers every time."),
        _("Interpret the result: train vs test, what the model uses, where it is wrong."),
        _("Decide, log everything, failures too, and take home a notebook that re-runs."),
    ]


def render_page_or_part(
    request: Request, template: str, part: str, context: dict[str, Any]
) -> HttpResponse:
    """The page, or its live part alone if htmx asks for that.

    A boosted link or form asks for a whole page, though through htmx. Both have one
    address, so caches are told what the answer depends on: without it, the browser's
    back button shows the part for the page.
    """
    is_part = request.htmx and not request.htmx.boosted
    response = render(request, f"{template}#{part}" if is_part else template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Boosted"])
    return response
