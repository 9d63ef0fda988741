"""Tell French from English in a few hasty words."""

from __future__ import annotations

import re

from assistant.retrieval.tokens import folded

# Words that one of the two languages uses all the time and the other hardly ever, shorthand too.
_FRENCH = """
afin ai alors apres au aucun aussi aux avant avec avez avoir bah bcp beaucoup bien bon bonjour c
ca ce cela ces cest cet cette chez combien comment comme d dans de deja depuis des dis dois doit
donc du elle en encore entre es est et etre faire fais fait faut il ils j jai je jsp koi l la
laquelle le lequel les leur lui ma mais mes meme merci mets mon n ne nos notre nous ou ouais
oui par pas peut peux pk pkoi pour pourquoi pq qu quand que quel quelle quelles quels qui quoi
rien s sa sais salut sans ses si sont stp suis sur svp ta tes tjrs toi ton toujours tout tps tres
trop tu un une va veut veux vos votre vous y ya
"""
_ENGLISH = """
about again an and any anything are at b4 be because been before but by can could did do does
doing don even for from get getting give good got had has have hello her here hi how i if im in
into is isn it its ive just know let like me much my need no not of off ok only or our out please
really rn say see should so some still tell than thanks that the their them then there these they
thing things this those to too u up us was we well were what whats when where which who why will
with would wtf you your
"""
_SMALL = {"fr": frozenset(_FRENCH.split()), "en": frozenset(_ENGLISH.split())}
_ACCENTS = re.compile("[àâçéèêëîïôûùœ]", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


def leaning(text: str) -> int:
    """How many more French small words there are than English ones; below 0 where fewer."""
    words = _WORD.findall(folded(text).replace("’", "'"))
    french = sum(word in _SMALL["fr"] for word in words) + bool(_ACCENTS.search(text))
    return french - sum(word in _SMALL["en"] for word in words)


def language_of(text: str, fallback: str) -> str:
    """The language of a question, by its small words.

    Args:
        fallback: the reader's, where the words tell nothing.
    """
    lead = leaning(text)
    if not lead:
        return fallback
    return "fr" if lead > 0 else "en"
