"""What a participant does next with a result, and the way there."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from experiments.analysis.page import address_of
from experiments.pages.run_page import RunPage


@dataclass(frozen=True)
class NextLink:
    """One way on from a result; the likeliest is primary."""

    label: str
    address: str
    is_primary: bool = False


def next_links(result: RunPage) -> list[NextLink]:
    """Ways on for the author of a finished run, in the order in which to take them.

    First its errors, then what a colleague would look at, then the decision; after the decision
    another experiment.
    """
    experiment = result.experiment
    found: list[NextLink] = []
    if experiment.awaits_decision:
        if experiment.run.has_succeeded:
            found.append(NextLink(_("Look at its errors"), address_of(experiment, "errors")))
        if count := result.checks_found:
            words = ngettext("%(count)s check to read", "%(count)s checks to read", count)
            found.append(NextLink(words % {"count": count}, address_of(experiment, "checks")))
        found.append(NextLink(_("Conclude"), "#conclusion", is_primary=True))
    if experiment.seat.dojo.takes_experiments:
        another = reverse("experiments:experiment_new", args=[experiment.seat.dojo.public_id])
        found.append(
            NextLink(
                _("Next experiment, based on this one"),
                f"{another}?from={experiment.public_id}",
                is_primary=experiment.is_closed,
            )
        )
    return found
