"""What has to be there before a Dojo starts, and the way to mend what is not.

What a higher app brings to a Dojo, it adds itself: it answers `checks_are_asked_for`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.dispatch import Signal
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classrooms import health
from classrooms.models import Dojo

# Sent with `dojo`; a receiver answers with a list of checks.
checks_are_asked_for = Signal()


@dataclass(frozen=True)
class Check:
    """One thing, whether it is ready, and where to mend it."""

    label: str
    is_ready: bool
    detail: str
    url: str = ""


def checklist(dojo: Dojo) -> list[Check]:
    """The brief's material and the room, each ready or with a way to mend it."""
    people = dojo.memberships.participants().count()
    phases = [phase for phase in dojo.phases.all() if not phase.is_skipped]
    alive, answers = health.worker_seen_lately(), health.broker_answers()

    def at(name: str) -> str:
        return reverse(f"classrooms:{name}", args=[dojo.public_id])

    return [
        Check(
            _("Dataset"),
            dojo.dataset.is_ready,
            dojo.dataset.title
            if dojo.dataset.is_ready
            else _("It is not split yet: finish its preparation."),
            reverse("classrooms:dataset", args=[dojo.dataset.public_id]),
        ),
        Check(
            _("Agenda"),
            bool(phases),
            ngettext("%(count)s phase", "%(count)s phases", len(phases)) % {"count": len(phases)}
            if phases
            else _("Every phase is skipped: take one in again."),
            at("agenda"),
        ),
        Check(
            _("Log template"),
            True,
            _("In the brief's format, in the Dojo's language."),
            at("log_template"),
        ),
        _starter_notebook(dojo),
        *_of_higher_apps(dojo),
        Check(
            _("Workers"),
            alive and answers,
            _("A worker gave a sign of life within the last half minute.")
            if alive and answers
            else _("No worker answers: start one, or ask who runs the server."),
        ),
        Check(
            _("Room link"),
            dojo.join_is_open or dojo.invitations.exists(),
            _("Open to who has the code %(code)s.") % {"code": dojo.join_code}
            if dojo.join_is_open
            else _("Joining by code is closed; links of their own let people in."),
            at("people"),
        ),
        Check(
            _("People"),
            people > 0,
            ngettext("%(count)s participant is there", "%(count)s participants are there", people)
            % {"count": people}
            if people
            else _("Nobody has joined yet: show the code, or send the links."),
            at("people"),
        ),
    ]


def _of_higher_apps(dojo: Dojo) -> list[Check]:
    answers: list[tuple[Any, Any]] = checks_are_asked_for.send(sender=Dojo, dojo=dojo)
    return [check for _receiver, checks in answers for check in checks]


def _starter_notebook(dojo: Dojo) -> Check:
    """It is made of the dataset, by the app above: named by its URL."""
    dataset = dojo.dataset
    if not dataset.is_ready:
        to_mend = reverse("classrooms:dataset", args=[dataset.public_id])
        words = _("It is made of the dataset: finish the dataset's preparation.")
        return Check(_("Starter notebook"), False, words, to_mend)
    return Check(
        _("Starter notebook"),
        True,
        _("The data, the split, a baseline, the config as a pipeline and back."),
        reverse("experiments:starter", args=[dojo.public_id]),
    )
