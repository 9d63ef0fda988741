"""What a column's name says: that it is an identifier, or that it speaks of the outcome."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from engine.reading.leaks.look import Look
from engine.reading.leaks.suspicion import Suspicion


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# In the languages of the product. A name must be one of these words, or hold it between
# separators.
OUTCOME_WORDS = _words(
    "after afterwards annulation annule apres cancel canceled cancellation cancelled chargeback "
    "closed closing closure cloture cloturee deceased deces decision definitif depart discharge "
    "etiquette exit final label leaving motif outcome predicted prediction predit proba reason "
    "recovered recovery refund refunded rembourse remboursement resiliation resilie resolution "
    "resolved result resultat sortie terminated termination"
)
# What is of an earlier time is known, whatever it is called.
EARLIER_WORDS = _words(
    "ago ancien ancienne avant before dernier derniere earlier historic historique history last "
    "passe past precedent precedente prev previous prior"
)
IDENTIFIER_WORDS = _words(
    "abonne account client code compte customer device dossier employee family guid household id "
    "identifiant ids key machine matricule member nbr no num number numero patient person "
    "personne record ref reference session student subject uid user uuid"
)
# Columns called after the outcome must know something of it, too.
SPEAKING_AUC = 0.6
SHORTEST_STEM = 5
SHORTEST_NAME = 4


def words_of(name: str) -> list[str]:
    """The words of a name, without capitals and accents: "dateOfChurn" is date, of, churn."""
    split = re.sub(r"(?<=[a-z\d])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", split).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z]+|\d+", plain)


def is_identifier(name: str) -> bool:
    """Whether a name is that of a number, a person or a thing."""
    return bool(IDENTIFIER_WORDS & set(words_of(name)))


def speaks_of(name: str, target: str) -> str:
    """The word by which a name speaks of the outcome; empty where it does not."""
    words = words_of(name)
    if EARLIER_WORDS & set(words):
        return ""
    for word in words:
        if word in OUTCOME_WORDS or any(_are_alike(word, other) for other in words_of(target)):
            return word
    return ""


def _are_alike(word: str, other: str) -> bool:
    """Whether two words are the same, or forms of one: "subscribed" and "subscription"."""
    if min(len(word), len(other)) < SHORTEST_NAME:
        return False
    if word == other:
        return True
    common = next(
        (n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b),
        min(len(word), len(other)),
    )
    return common >= SHORTEST_STEM and common >= min(len(word), len(other)) - 3


def speaking_names(look: Look) -> Iterator[Suspicion]:
    """Columns whose name speaks of the outcome, and which know something of it."""
    for column in look.schema.features:
        word = speaks_of(column.name, look.schema.target)
        auc = look.alone.get(column.name)
        if word and auc is not None and auc - 2 * look.error() >= 0.5 and auc >= SPEAKING_AUC:
            yield Suspicion("name", (column.name,), {"word": word, "auc": auc})
