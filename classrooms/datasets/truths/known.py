"""Truths of a dataset that a conclusion can claim: planted with it, added to it, or declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classrooms.models import Dataset


class TruthKind(models.TextChoices):
    """In the words of a conclusion's claims, by which they are recognised."""

    LEAKS = "leaks", gettext_lazy("knows the answer (leak)")
    NOTHING = "nothing", gettext_lazy("adds nothing")
    TOGETHER = "together", gettext_lazy("two columns matter together")
    HARDER = "harder", gettext_lazy("a subgroup is harder to predict")


# Of a bundled dataset, the traps that a claim can name.
OF_TRAPS = {
    "leak": TruthKind.LEAKS,
    "noise": TruthKind.NOTHING,
    "id": TruthKind.NOTHING,
    "interaction": TruthKind.TOGETHER,
    "subgroup": TruthKind.HARDER,
}
OF_PLANTED = {"leak": TruthKind.LEAKS, "noise": TruthKind.NOTHING}


@dataclass(frozen=True)
class Truth:
    """Something that is true of the data.

    Attributes:
        value: of a subgroup, the value that its column has in it; empty where any will do.
        note: how the facilitator knows.
        key: by which a declared one is taken back; empty of others.
    """

    kind: TruthKind
    columns: tuple[str, ...]
    value: str = ""
    note: str = ""
    key: str = ""

    @property
    def sentence(self) -> str:
        names = [_("“%(value)s”") % {"value": name} for name in self.columns]
        told = {"columns": get_text_list(names, _("and")), "value": self.value}
        match self.kind:
            case TruthKind.LEAKS:
                words = _("Knows the answer: %(columns)s.")
            case TruthKind.NOTHING:
                words = _("Adds nothing: %(columns)s.")
            case TruthKind.TOGETHER:
                words = _("Matter together: %(columns)s.")
            case TruthKind.HARDER if self.value:
                words = _("Harder to predict where %(columns)s is “%(value)s”.")
            case _subgroup:
                words = _("Harder to predict in a part of %(columns)s.")
        return words % told


def truths_of(dataset: Dataset) -> list[Truth]:
    """Everything that is known of a dataset in a form that can be claimed."""
    traps = dataset.bundled.traps if dataset.bundled else ()
    bundled = [
        Truth(OF_TRAPS[trap.key], trap.columns, note=_(trap.title))
        for trap in traps
        if trap.key in OF_TRAPS
    ]
    return [*bundled, *own_truths(dataset)]


def own_truths(dataset: Dataset) -> list[Truth]:
    """Those that its facilitator brought: columns added to the data, and what they declared."""
    planted = [
        Truth(OF_PLANTED[one["kind"]], (one["name"],), note=_("Added to the data by you."))
        for one in dataset.planted_columns
    ]
    return [*planted, *declared_truths(dataset)]


def declared_truths(dataset: Dataset) -> list[Truth]:
    """Those that the facilitator wrote."""
    return [_declared(one) for one in dataset.truths]


def _declared(stored: dict[str, Any]) -> Truth:
    return Truth(
        TruthKind(stored["kind"]),
        tuple(stored["columns"]),
        stored["value"],
        stored["note"],
        stored["key"],
    )
