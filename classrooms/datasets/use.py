"""Which Dojos use a dataset, and whether they let it change."""

from __future__ import annotations

from classrooms.dojos.settings.rules import has_runs
from classrooms.models import Dataset, Dojo


def lets_change(dojo: Dojo) -> bool:
    """Whether a Dojo's data can still be others: it has not started, and nothing ran on them."""
    return not dojo.has_started and not has_runs(dojo)


def dojos_that_hold(dataset: Dataset) -> list[Dojo]:
    """Dojos that need the dataset as it is.

    In a transaction that has locked the dataset: the Dojos are locked, too, so that none of
    them starts meanwhile.
    """
    using = Dojo.objects.select_for_update(no_key=True).filter(dataset=dataset).order_by("pk")
    return [dojo for dojo in using if not lets_change(dojo)]
