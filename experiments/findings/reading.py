"""Read participants' texts, in French or English, as far as words can tell."""

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
ERRORS = re.compile(
    r"erreur|error|mistake|misclass|mal class|\bfaux\b|fausse|\bfalse\b|\bf[pn]\b|\braté|"
    r"\bratent\b|\brater?\b(?= (?:les|des|le|la|un|une|encore|surtout|trop|souvent)\b)|"
    r"manqu|\bmisse[sd]\b|\bwrong|tromp|confus|rappel|recall",
    re.IGNORECASE,
)
# Nobody looked, as they say themselves; and what says no more than that somebody did.
NOT_LOOKED = re.compile(
    r"\b(?:pas|not|never|jamais|sans|without|n't)\b.{0,25}\b(?:regard|lu\b|lire|analys|examin|look|"
    r"read|check|inspect)|n't (?:\w+ ){0,3}(?:look|read|check|inspect)",
    re.IGNORECASE,
)
_LOOKED = """
    acceptable all are at checked correct correcte correctement correctes error errors erreur
    erreurs fine from had have looked looking mistakes normal normale normales ok okay read
    regardé regardées regarder vu vues vus were analysé analysées analysed analyzed
"""
LOOKED = frozenset(_LOOKED.split())
USES = re.compile(r"importance|\bshap\b|coefficient|\bpoids\b|\bweigh|contribut", re.IGNORECASE)
CHANCE = re.compile(
    r"hasard|chance|bruit|noise|interval|incertain|uncertain|inconclu|(non|pas|peu) concluant|"
    r"unclear|significa|\bmarge|\bmargin|\bluck|cannot tell|can't tell|"
    r"tranche|indécis|trop peu de lignes|too few",
    re.IGNORECASE,
)
ACCURACY = re.compile(
    r"accuracy|exactitude|bonnes réponses|bien class|right answers", re.IGNORECASE
)
OTHER_METRICS = re.compile(
    r"auc|\bf1\b|recall|rappel|precision|précision|balanced|équilibr|log.?loss|brier|cost|coût",
    re.IGNORECASE,
)
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


def names_errors(text: str) -> bool:
    """Return whether a text says something about errors, beyond having looked at them or not."""
    told = " ".join(one for one in _SENTENCE_END.split(text) if not NOT_LOOKED.search(one))
    said = re.findall(r"[^\W\d_]{2,}|\d+", told.casefold())
    return bool(ERRORS.search(told)) and any(word not in FILLERS | LOOKED for word in said)


def names_use(text: str) -> bool:
    """Return whether a text says what the model uses."""
    return bool(USES.search(text))


def names_chance(text: str) -> bool:
    return bool(CHANCE.search(text))


def trusts_accuracy(text: str) -> bool:
    """Return whether a text names accuracy and no other metric."""
    return bool(ACCURACY.search(text)) and not OTHER_METRICS.search(text)
