"""What goes with a Dojo's data when they are replaced by others."""

from __future__ import annotations

from django.utils.translation import gettext as _

from classrooms.models import Dataset, Dojo


def kept_marks(dojo: Dojo, dataset: Dataset) -> dict[str, bool]:
    """The marks that facilitators of this Dojo made, of columns that the dataset has, too."""
    names = dataset.schema.by_name
    return {name: mark for name, mark in dojo.column_marks.items() if name in names}


def consequences(dojo: Dojo, before: Dataset, after: Dataset) -> list[str]:
    """Rules of a Dojo that name columns, and that do not outlive these other data: in words."""
    found = []
    if (before.target, before.positive_class) != (after.target, after.positive_class):
        found.append(
            _("What is predicted changes from “%(before)s” to “%(after)s”.")
            % {
                "before": f"{before.target} = {before.positive_class}",
                "after": f"{after.target} = {after.positive_class}",
            }
        )
    if lost := sorted(dojo.column_marks.keys() - kept_marks(dojo, after).keys()):
        found.append(
            _(
                "What you marked in this Dojo is dropped, as the new data lacks the columns: "
                "%(names)s."
            )
            % {"names": ", ".join(lost)}
        )
    if less := sorted(set(before.sensitive_columns) - set(after.sensitive_columns)):
        found.append(
            _("Sensitive before, and not in the new data: %(names)s.") % {"names": ", ".join(less)}
        )
    return found
