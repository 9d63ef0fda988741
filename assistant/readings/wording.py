"""The questions to a reader, and what each number of points looks like."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assistant.facts.rubric import Criterion

QUESTIONS: dict[Criterion, Promise] = {
    Criterion.HYPOTHESIS: _("Is there a reason that could turn out wrong?"),
    Criterion.ERRORS: _("Does the analysis say what numbers and errors show, and no more?"),
    Criterion.DECISION: _("Does the next step follow from what was learned?"),
}

# In the order of the points, 0 to 3.
ANCHORS: dict[Criterion, tuple[Promise, ...]] = {
    Criterion.HYPOTHESIS: (
        _("No reason: “a feeling”, “to see”."),
        _("A general one: “forests are better”."),
        _("About this data, but not where it was seen."),
        _("Something seen, such as a row, a chart or an error, and what it should change."),
    ),
    Criterion.ERRORS: (
        _("No number, or more than the result shows: “proven”, “makes them leave”."),
        _("The score alone."),
        _("The score and how uncertain it is, or the errors."),
        _("Both, and what stays open."),
    ),
    Criterion.DECISION: (
        _("None, or “improve it”."),
        _("A next step that has nothing to do with this result."),
        _("One that comes from this result."),
        _("One change that comes from this result, with what to expect of it."),
    ),
}
