"""The checklist before a Dojo starts, with a link to fix each item.

What a higher app brings to a Dojo, it adds itself: it answers `checks_are_asked_for`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.dispatch import Signal
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classrooms.models import Dojo
from jobs import health

# Sent with `dojo`; a receiver answers with a list of checks.
checks_are_asked_for = Signal()


@dataclass(frozen=True)
class Check:
    """One checklist item: its state, and where to fix it."""

    label: str
    is_ready: bool
    detail: str
    url: str = ""


def checklist(dojo: Dojo) -> list[Check]:
    """All checklist items, each ready or with a way to fix it."""
    people = dojo.seats.participants().count()
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
            else _("Not split yet: finish adding the dataset."),
            reverse("classrooms:dataset", args=[dojo.dataset.public_id]),
        ),
        Check(
            _("Agenda"),
            bool(phases),
            ngettext("%(count)s phase", "%(count)s phases", len(phases)) % {"count": len(phases)}
            if phases
            else _("Every phase is skipped. Restore at least one."),
            at("agenda"),
        ),
        Check(
            _("Log template"),
            True,
            _("Standard log template, in the Dojo's language."),
            at("log_template"),
        ),
        _starter_notebook(dojo),
        *_of_higher_apps(dojo),
        Check(
            _("Workers"),
            alive and answers,
            _("A worker responded in the last 30 seconds.")
            if alive and answers
            else _("No worker is responding. Start one, or ask your administrator."),
        ),
        Check(
            _("Join link"),
            dojo.rules.join_is_open or dojo.invitations.exists(),
            _("Anyone with the code %(code)s can join.") % {"code": dojo.join_code}
            if dojo.rules.join_is_open
            else _("Joining by code is closed; only personal links work."),
            at("people"),
        ),
        Check(
            _("People"),
            people > 0,
            ngettext(
                "%(count)s participant has joined", "%(count)s participants have joined", people
            )
            % {"count": people}
            if people
            else _("Nobody has joined yet. Show the code, or send the personal links."),
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
        words = _("Created from the dataset: finish adding the dataset first.")
        return Check(_("Starter notebook"), False, words, to_mend)
    return Check(
        _("Starter notebook"),
        True,
        _(
            "The data, the split, a baseline, and code that turns a config into a "
            "pipeline and back."
        ),
        reverse("experiments:starter", args=[dojo.public_id]),
    )
