"""Sentences for why a submission was refused, on the form and in the API."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classrooms.agenda.wording import waiting_words
from classrooms.exceptions import NotNow, NotStarted
from classrooms.models import Dojo
from classrooms.models.rules import BaselineRule
from experiments.submit.services import ModelRefused, NoneLeft, NotABaseline, TooManyQueued

REFUSALS = (NotNow, NoneLeft, ModelRefused, NotABaseline, TooManyQueued)


def refusal_words(refusal: Exception, dojo: Dojo) -> str:
    """What to do about one of `REFUSALS`."""
    match refusal:
        case NoneLeft():
            return none_left_words(dojo)
        case ModelRefused():
            return _("Your facilitator has just changed the models on offer.")
        case TooManyQueued():
            return ngettext(
                "You have %(count)s run in the queue. Let it finish, or cancel it, then submit.",
                "You have %(count)s runs in the queue. Let one finish, or cancel one, then submit.",
                dojo.rules.max_unfinished_runs,
            ) % {"count": dojo.rules.max_unfinished_runs}
        case NotABaseline():
            return baseline_words(dojo)
        case NotStarted():
            return waiting_words(dojo)
        case _:
            return _("Not submitted: this Dojo has just ended.")


def baseline_words(dojo: Dojo) -> str:
    """Why a baseline comes first."""
    if dojo.rules.baseline_rule == BaselineRule.REQUIRE:
        return _(
            "In this Dojo, a baseline comes first. Run a dummy or a logistic "
            "regression: it takes a minute and gives every later experiment a score "
            "to beat."
        )
    return _(
        "Your first experiment isn't a baseline. Run a dummy or a logistic "
        "regression first: it takes a minute and gives every later experiment a "
        "score to beat."
    )


def none_left_words(dojo: Dojo) -> str:
    """What to do when no experiments are left."""
    most = dojo.rules.max_experiments or 0
    return ngettext(
        "You have run the %(count)s experiment that this Dojo allows. Conclude it, and write up "
        "what you learned.",
        "You have run all %(count)s experiments that this Dojo allows. Conclude them, and write "
        "up what you learned.",
        most,
    ) % {"count": most}
