"""Sentences about values, for somebody who is no engineer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from classrooms.datasets.recipe import listed, shown
from classrooms.datasets.wording import number_text
from engine.reading.cleaning.decisions import MERGES, Kind, Question

SHOWN_SPELLINGS = 8

TITLES: dict[Kind, Promise] = {
    Kind.SPELLINGS: gettext_lazy("%(column)s: the same value in several spellings"),
    Kind.ACCENTS: gettext_lazy("%(column)s: values that differ only in their accents"),
    Kind.SYNONYMS: gettext_lazy("%(column)s: yes and no in several words"),
    Kind.NUMBER: gettext_lazy("%(column)s: does %(value)s mean “no value”?"),
    Kind.WORD: gettext_lazy("%(column)s: words that may mean “no value”"),
}
ACCEPT: dict[Kind, Promise] = {
    Kind.SPELLINGS: gettext_lazy("Merge them"),
    Kind.ACCENTS: gettext_lazy("Merge them"),
    Kind.SYNONYMS: gettext_lazy("Merge them"),
    Kind.NUMBER: gettext_lazy("Read as missing"),
    Kind.WORD: gettext_lazy("Read as missing"),
}
KEEP: dict[Kind, Promise] = {
    Kind.SPELLINGS: gettext_lazy("They are different"),
    Kind.ACCENTS: gettext_lazy("They are different"),
    Kind.SYNONYMS: gettext_lazy("They are different"),
    Kind.NUMBER: gettext_lazy("It is a real value"),
    Kind.WORD: gettext_lazy("They are real values"),
}
DECIDED: dict[Kind, Promise] = {
    Kind.SPELLINGS: gettext_lazy("Merged"),
    Kind.ACCENTS: gettext_lazy("Merged"),
    Kind.SYNONYMS: gettext_lazy("Merged"),
    Kind.NUMBER: pgettext_lazy("state", "Read as missing"),
    Kind.WORD: pgettext_lazy("state", "Read as missing"),
}
KEPT = gettext_lazy("Left as it is")
DIVIDE: dict[str, Promise] = {
    "group": gettext_lazy("Split by group"),
    "time": gettext_lazy("Split by time"),
}


def title_of(question: Question) -> str:
    spellings = question.groups[0][1]
    value = number_text(float(spellings[0][0])) if question.kind == Kind.NUMBER else ""
    return str(TITLES[question.kind]) % {"column": shown(question.column), "value": value}


def lines_of(question: Question) -> list[str]:
    """Of a merge, what becomes what; else the words."""
    if question.kind == Kind.NUMBER:
        return []
    if question.kind not in MERGES:
        return [listed(spellings[:SHOWN_SPELLINGS]) for _kept, spellings in question.groups]
    return [
        _("%(values)s become %(kept)s")
        % {"values": listed(spellings[:SHOWN_SPELLINGS]), "kept": shown(kept)}
        for kept, spellings in question.groups
    ]


def evidence_of(question: Question) -> str:
    """Why that is asked, with the numbers."""
    evidence = question.evidence
    if question.kind == Kind.NUMBER:
        told = {
            "count": _number(sum(count for _text, count in question.groups[0][1])),
            "rows": _number(evidence["rows"]),
            "least": number_text(evidence["least"]),
            "most": number_text(evidence["most"]),
        }
        return (
            _("%(count)s of %(rows)s rows; all other values are between %(least)s and %(most)s.")
            % told
        )
    if question.kind == Kind.WORD and evidence.get("rule") == "stray":
        return _("All other values are numbers or dates.")
    if question.kind == Kind.SYNONYMS:
        return _("Only if they are answers to the same question: 1 may also be a number.")
    return ""


def division_sentence(division: dict[str, Any]) -> str:
    """Why a split by this column is worth a thought."""
    column = shown(division["column"])
    if division["kind"] == "group":
        words = _(
            "%(column)s has %(groups)s different values in %(rows)s rows. If each is one person or "
            "thing, keep its rows together: a model would recognise it in the test set."
        )
        told = {"groups": _number(division["groups"]), "rows": _number(division["rows"])}
    else:
        words = _(
            "%(column)s goes from %(first)s to %(last)s. If the model will predict what comes "
            "later, test it on the latest rows."
        )
        told = {
            end: date_format(date.fromisoformat(division[end]), "DATE_FORMAT")
            for end in ("first", "last")
        }
    return words % {"column": column, **told}


def _number(count: int) -> str:
    return number_format(count, use_l10n=True, force_grouping=True)
