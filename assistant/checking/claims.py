"""Whether what a sentence claims of a result is what the intervals say.

Only plain statements: a question, a condition or a hope claims nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from assistant.checking.known import Known, Run
from assistant.checking.numbers import runs_named

_HEDGE = re.compile(
    r"\b(?:if|whether|would|could|might|may|unless|should|expect\w*|hope\w*|forecast|predicted"
    r"|hypothesis|to see|suppose|asks?|claim\w*|says?|said|wrote|before"
    r"|si|serait|pourrait|peut-être|faudrait|devrait|espér\w+|attend\w*|annonc\w+|pronostic"
    r"|hypothèse|demand\w+|affirm\w+|dit|écri\w+|avant|pour savoir)\b",
    re.IGNORECASE,
)
# These leave open what follows them, and nothing that stands before.
_OPEN = re.compile(
    r"\b(?:how|what|which|why|when|whichever|comment|quel\w*|ce qui|pourquoi|quand)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|no|never|neither|nor|cannot|can't|isn't|doesn't|didn't|don't|hardly|without|nothing"
    r"|ne|n|pas|aucune?|jamais|ni|sans|rien|non)\b|n't|n'",
    re.IGNORECASE,
)
WORDS_BEFORE = 6


@dataclass(frozen=True)
class Claim:
    """A way of saying something of a result, and what must be so.

    Attributes:
        holds: of the run that is spoken of; None where nobody can tell.
        counts_negated: “not …” is a claim too, of the contrary.
    """

    code: str
    pattern: re.Pattern[str]
    holds: Callable[[Run], bool | None]
    counts_negated: bool = True


def _claim(
    code: str, pattern: str, holds: Callable[[Run], bool | None], *, counts_negated: bool = True
) -> Claim:
    return Claim(code, re.compile(pattern, re.IGNORECASE), holds, counts_negated)


def _is_significant(run: Run) -> bool | None:
    return (
        bool(run.directions & {"better", "worse"}) and run.is_believed if run.directions else None
    )


def _is_better(run: Run) -> bool | None:
    return "better" in run.directions and run.is_believed if run.directions else None


def _is_worse(run: Run) -> bool | None:
    return "worse" in run.directions if run.directions else None


def _is_unclear(run: Run) -> bool | None:
    return "unclear" in run.directions if run.directions else None


def _as_forecast(run: Run) -> bool | None:
    return None if run.verdict is None else run.verdict in ("as_forecast", "equivalent")


def _is_refuted(run: Run) -> bool | None:
    return (
        None
        if run.verdict is None
        else run.verdict in ("refuted", "opposite", "smaller", "larger", "too_small")
    )


CLAIMS = (
    _claim(
        "significant",
        r"\bsignificant(?:ly)?\b|\bsignificati(?:fs?|ves?|vement)\b|\bstatistically\b"
        r"|\b(?:clearly|certainly|definitely|really|truly) (?:better|worse|improves?|higher)"
        r"|\bproven?\b|\bproves\b|\bprouv\w+|\bdémontr\w+|\bbeyond (?:doubt|chance)"
        r"|\bmore than chance"
        r"|\bplus que le hasard|\bnettement (?:meilleur|mieux)|\breal (?:gain|improvement|progress)"
        r"|\b(?:gain|improvement|difference|effect|progress|amélioration|différence|effet|progrès)\b"
        r".{0,20}\b(?:is|est) (?:real|genuine|certain|réel(?:le)?|certaine?|vraie?)\b"
        r"|\bvrai(?:e)? (?:gain|amélioration|progrès)|\bréel(?:le)? (?:gain|amélioration)"
        r"|\bgain réel",
        _is_significant,
    ),
    _claim(
        "better",
        r"\b(?:is|are|was|does|performs?|performed|did|scores?|ranks?|predicts?) (?:\w+ )?better\b"
        r"|\bbetter than (?:the |your )?(?:#|baseline|reference|logistic|before|previous|old)"
        r"|\b(?:improves?|improved|outperforms?|outperformed|beats?|surpass\w*)\b"
        r"|\b(?:est|fait|sont|était|classe|prédit) (?:\w+ )?(?:meilleure?s?|mieux)\b"
        r"|\bmeilleure? que (?:la |le |votre )?(?:#|baseline|référence|régression|précédente?)"
        r"|\b(?:améliore|amélioré|surpasse|dépasse|bat|a battu)\b",
        _is_better,
    ),
    _claim(
        "worse",
        r"\b(?:is|are|was|does|performs?|performed|did|scores?) (?:\w+ )?worse\b|\bworse than\b"
        r"|\b(?:hurts?|degrades?|degraded|harms?)\b"
        r"|\b(?:est|fait|sont|était) (?:\w+ )?(?:moins bonne?s?|pire|moins bien)\b|\bpire que\b"
        r"|\b(?:dégrade|dégradé|détériore|nuit)\b",
        _is_worse,
    ),
    _claim(
        "unclear",
        r"\bchance (?:alone )?(?:can|could|may) explain|\bdue to chance\b|\bwithin chance\b"
        r"|\btoo close to call\b|\binconclusive\b"
        r"|\b(?:includes?|contains?|holds?|crosses) (?:0|zero)\b"
        r"|\bhasard (?:seul )?(?:peut|suffit)|\bdue? au hasard\b|\bnon concluant"
        r"|\b(?:contient|inclut|comprend|traverse) (?:0|zéro)\b|\bimpossible à trancher",
        _is_unclear,
    ),
    _claim(
        "overfits",
        r"\boverfit\w*\b|\bmemori[sz]\w+|\blearn(?:s|ed|t) (?:it |them |rows? )?by heart"
        r"|\bsurappren\w+|\bsur-appren\w+|\b(?:apprend|appris) (?:\w+ )*par c(?:œ|oe)ur",
        lambda run: run.gap_is_notable,
    ),
    _claim(
        "as forecast",
        r"\b(?:as you (?:forecast|predicted|expected)|came true|right forecast|you were right)\b"
        r"|\bforecast\b.{0,20}\b(?:was|is) (?:right|confirmed|met|correct|as)\b"
        r"|\bhypothesis\b.{0,20}\b(?:was|is) (?:confirmed|supported|right|proven)\b"
        r"|\b(?:comme (?:annoncé|prévu)|s'est vérifiée?|vous aviez raison)\b"
        r"|\b(?:pronostic|hypothèse)\b.{0,20}\b(?:est|était) "
        r"(?:juste|confirmée?|vérifiée?|exacte?)\b",
        _as_forecast,
    ),
    _claim(
        "refuted",
        r"\b(?:refuted|disproven?|contradicted by the result)\b|\b(?:réfutée?|démentie?)\b",
        _is_refuted,
        counts_negated=False,
    ),
    _claim(
        # The product computes none.
        "p-value",
        r"\bp[- ]?val(?:ue|eur)",
        lambda run: False,
        counts_negated=False,
    ),
    _claim(
        "kept",
        r"\byou(?:'ve| have)? (?:decided to keep|kept)\b"
        r"|\bvous (?:l'avez|avez) (?:gardée?|conservée?)\b",
        lambda run: run.decision == "keep",
    ),
    _claim(
        "rejected",
        r"\byou(?:'ve| have)? (?:decided to reject|rejected)\b|\bvous (?:l'avez|avez) rejetée?\b",
        lambda run: run.decision == "reject",
    ),
    _claim(
        "praise of a score",
        r"\b(?:excellent|impressive|great|outstanding|fantastic|amazing|remarkable|superb)\b.{0,25}"
        r"\b(?:score|result|model|auc|performance|gain|run)\b"
        r"|\b(?:well done|congratulations|bravo)\b"
        r"|\b(?:excellente?|impressionnante?|superbe|formidable|remarquable|magnifique|fantastique)\b"
        r".{0,25}\b(?:score|résultat|modèle|auc|performance|gain)\b|\bfélicitations\b"
        r"|\b(?:score|résultat|modèle|gain)\b.{0,15}\b(?:excellent|impressionnant|remarquable)",
        lambda run: run.is_believed and run.directions != frozenset({"unclear"}),
        counts_negated=False,
    ),
)
# What these say in a hedge is a claim all the same.
_NAMES_FORECAST = frozenset({"as forecast", "refuted", "praise of a score", "kept", "rejected"})


def wrong_claims(sentence: str, known: Known) -> list[str]:
    """Codes of the claims that the record contradicts."""
    if sentence.rstrip(' \n*_”»"').endswith("?"):
        return []
    runs = runs_named(sentence, known)
    if not runs:
        return []
    run = runs[0]
    is_hedged = bool(_HEDGE.search(sentence))
    wrong = []
    for claim in CLAIMS:
        if is_hedged and claim.code not in _NAMES_FORECAST:
            continue
        for match in claim.pattern.finditer(sentence):
            if _OPEN.search(sentence[: match.start()]) and claim.code not in _NAMES_FORECAST:
                continue
            is_negated = _is_negated(sentence, match)
            holds = claim.holds(run)
            if holds is None or (is_negated and not claim.counts_negated):
                continue
            if holds == is_negated:
                wrong.append(claim.code)
                break
    return wrong


def _is_negated(sentence: str, match: re.Match[str]) -> bool:
    # “not … , but …”: what stands before a comma does not reach behind it.
    clause = re.split(r"[,;:–]", sentence[: match.start()])[-1]
    near = " ".join(clause.split()[-WORDS_BEFORE:])
    return bool(_NOT.search(f"{near} {match[0]}"))
