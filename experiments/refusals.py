"""Why a submission was refused, in words: the same on the form and from outside."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classrooms.exceptions import NotNow
from classrooms.models import Dojo
from classrooms.models.dojos import BaselineRule
from experiments.services import ModelRefused, NoneLeft, NotABaseline, TooManyQueued

REFUSALS = (NotNow, NoneLeft, ModelRefused, NotABaseline, TooManyQueued)


def refusal_words(refusal: Exception, dojo: Dojo) -> str:
    """What to do about one of `REFUSALS`."""
    match refusal:
        case NoneLeft():
            return none_left_words(dojo)
        case ModelRefused():
            return _("Your facilitator has just changed which models there are.")
        case TooManyQueued():
            return ngettext(
                "You have %(count)s run waiting. Let it finish, or cancel it, then submit.",
                "You have %(count)s runs waiting. Let one finish, or cancel one, then submit.",
                dojo.max_unfinished_runs,
            ) % {"count": dojo.max_unfinished_runs}
        case NotABaseline():
            return baseline_words(dojo)
        case _:
            return _("This Dojo has just ended; the run was not submitted.")


def baseline_words(dojo: Dojo) -> str:
    """Why a baseline comes first."""
    if dojo.baseline_rule == BaselineRule.REQUIRE:
        return _(
            "In this Dojo a baseline comes first: nothing else runs before it. A dummy or a "
            "logistic regression takes a minute, and everything after it has something to beat."
        )
    return _(
        "Your first experiment is not a baseline. A dummy or a logistic regression takes a "
        "minute, and everything after it has something to beat."
    )


def none_left_words(dojo: Dojo) -> str:
    """What to do when all experiments are used."""
    most = dojo.max_experiments or 0
    return ngettext(
        "You have run the %(count)s experiment that this Dojo allows. Conclude it, and write up "
        "what you learned.",
        "You have run all %(count)s experiments that this Dojo allows. Conclude them, and write "
        "up what you learned.",
        most,
    ) % {"count": most}
