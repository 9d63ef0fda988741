"""The most common words of a language. Imports no scientific library.

Short on purpose: articles, pronouns, prepositions, auxiliaries, and the negations, whose
loss is felt where meaning hangs on them. Words of one letter are never units anyway.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

Language = Literal["none", "french", "english", "both"]

FRENCH = """
ai as au aucun aucune aux avait avec avez avons ce ces cet cette dans de des donc du elle elles
en est et eu eux il ils je la le les leur leurs lui ma mais me mes moi mon ne ni nos notre nous
on ont ou où par pas pour qu que qui rien sa sans se sera ses si son sont sous suis sur ta te tes
toi ton tu un une vos votre vous été être
"""
ENGLISH = """
am an and any are as at be been but by can did do does for from had has have he her him his if in
is it its me my no nor not of on or our she so that the their them then there these they this
those to us was we were what when which who will with would you your
"""
TEXTS = {"none": "", "french": FRENCH, "english": ENGLISH, "both": FRENCH + ENGLISH}


def stop_words(language: Language, *, without_accents: bool = False) -> list[str]:
    """The words that are left out, sorted; none where none are asked for."""
    words = TEXTS[language].split()
    if without_accents:
        words = [stripped(word) for word in words]
    return sorted(set(words))


def stripped(word: str) -> str:
    """The word without its accents."""
    letters = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
