"""Whether something is written, in French or English. What it says is for a reader to judge."""

from __future__ import annotations

import re
import unicodedata

# Said of anything, so that nothing is said: neither what is changed nor why.
_FILLERS = """
    a an and again another because bit can could do experiment first for good happens have if in
    is it its just let like maybe me might model models my new next not of on one or other our out
    run see should so some something test testing tests than that the then there this to tried try
    trying us want we what whether why will with work works would yes
    adjust approach aspect aspects generally hopefully improve improved improves improving lead
    leads optimise optimize outcome outcomes overall performance performances result results tend
    tends towards various
    afin ainsi alors au aussi autre autres aux avec bien bon ca ça car ce cela ces cet cette chose
    comme dans de des deux donc donne du elle en encore essai essaie essayer essayons est et être
    expérience faire fois il ils je juste la le les leur ma mais marche me mes mieux modèle modèles
    mon ne nous nouveau nouvelle on ou par parce pas peut plus pour pourquoi premier première quel
    quelle quelque que qui rien sa se ses si son sur ta te tes teste tester testons toi ton tout
    très un une va voir
    améliorer approche aspect aspects compte conduit différents divers généralement globale
    globalement obtenir optimisation optimiser performance performances potentiellement résultat
    résultats supérieur supérieure supérieures supérieurs
    """
FILLERS = frozenset(_FILLERS.split())
# Meant for whoever judges, a language model above all, and not for a reader.
TO_THE_JUDGE = re.compile(
    r"\bgive (?:me|us)\b|\b(?:donnez?|mets|mettez|attribuez?)[- ]moi\b|\bsyst[eè]me?\s*:|"
    r"\b(?:your|ta|ton|tes|votre|vos) (?:system )?(?:prompt|consigne|instruction)|"
    r"\bignore[zr]? (?:all|everything|previous|tout|toutes)\b|"
    r"\bcrit(?:eria|erion|[eè]res?)\b.{0,20}\b(?:3|three|trois)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s|\n")


def folded(text: str) -> str:
    """Without accents and capitals: “chloe” finds “Chloé”."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def meaningful(text: str) -> list[str]:
    """The words of a text that say something to its reader."""
    sentences = _SENTENCE_END.split(text)
    told = " ".join(sentence for sentence in sentences if not TO_THE_JUDGE.search(sentence))
    found = re.findall(r"[^\W\d_]{2,}", told.casefold())
    return [word for word in found if word not in FILLERS]


def says_little(text: str) -> bool:
    """Fewer than two words that mean something: “let us try XGBoost” has one."""
    return len(meaningful(text)) < 2
