"""The check of a sentence: quotations, numbers, claims, language, and what stays hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.checking.claims import wrong_claims
from assistant.checking.known import Known
from assistant.checking.numbers import told_in, wrong_numbers
from assistant.checking.sentences import FENCE
from assistant.retrieval.languages import leaning
from assistant.retrieval.tokens import folded

_QUOTED = re.compile(r"“([^”]+)”|«\s*([^»]+?)\s*»|\"([^\"\n]+)\"")
_CODE = re.compile(r"`[^`]*`")
# As few words may be a term or a column rather than somebody's sentence.
SHORT = 2
# From so many small words more on, a sentence is in the other language.
LEAD = 2
# A setting and its value stand as near as this.
NEAR = 24


@dataclass(frozen=True)
class Fault:
    """Why a sentence is not shown.

    Attributes:
        code: quote, number, claim, language or hidden.
        what: the words that it is about.
    """

    code: str
    what: str


def faults_of(sentence: str, known: Known) -> list[Fault]:
    """What the record does not bear out; nothing where a sentence may be shown.

    A quotation is checked as such: its numbers and claims are the participant's.
    """
    if sentence.lstrip().startswith(FENCE):
        return [Fault("hidden", "draft")] if known.is_hints_only else []
    return list(_faults(sentence, known))


def _faults(sentence: str, known: Known) -> Iterator[Fault]:
    for quoted in quotations(sentence):
        if not _was_written(quoted, known):
            yield Fault("quote", quoted)
    own = _QUOTED.sub("“”", sentence)
    for number in wrong_numbers(own, known):
        yield Fault("number", number)
    for claim in wrong_claims(own, known):
        yield Fault("claim", claim)
    if _is_other_language(own, known.language):
        yield Fault("language", known.language)
    if known.is_hints_only:
        for name in _given_away(sentence, known):
            yield Fault("hidden", name)


# --- Quotations -------------------------------------------------------------------------
def quotations(sentence: str) -> list[str]:
    """What stands between quotation marks."""
    return [next(filter(None, groups)) for groups in _QUOTED.findall(sentence)]


def _was_written(quoted: str, known: Known) -> bool:
    """Whether the participant wrote it; a part left out may stand in for more."""
    parts = [plain for part in re.split(r"…|\.\.\.|\[…\]", quoted) if (plain := _plain(part))]
    written = [_plain(text) for text in known.texts]
    if all(any(_holds(text, part) for text in written) for part in parts):
        return True
    short = _plain(quoted)
    return len(short.split()) <= SHORT + 1 and short in known.words


def _holds(text: str, part: str) -> bool:
    return f" {part} " in f" {text} "


def _plain(text: str) -> str:
    """Without what a quotation may change: capitals, accents, marks."""
    return " ".join(re.findall(r"[\w.,]*\w", folded(text).replace("’", "'")))


# --- Language ---------------------------------------------------------------------------
def _is_other_language(sentence: str, language: str) -> bool:
    lead = leaning(_CODE.sub(" ", sentence))
    return lead <= -LEAD if language == "fr" else lead >= LEAD


# --- What stays hidden --------------------------------------------------------------------
def _given_away(sentence: str, known: Known) -> Iterator[str]:
    plain = folded(sentence)
    for column in known.hidden_columns:
        spelt = rf"(?<!\w){re.escape(folded(column))}(?!\w)"
        spaced = spelt.replace("_", "[ _]")
        if re.search(spaced, plain):
            yield column
    for name, chosen in known.settings.items():
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", plain):
            around = plain[match.end() : match.end() + NEAR]
            before = plain[max(0, match.start() - NEAR // 2) : match.start()]
            for told in (*told_in(f" {around}"), *told_in(f" {before}")):
                if all(value not in chosen for value, _decimals in told.readings):
                    yield f"{name} {told.text}"
