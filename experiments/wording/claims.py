"""What a conclusion claims, in sentences."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.utils.translation import gettext

from experiments.models import Experiment
from experiments.wording.interpretation import conditions_in_words

Claim = Experiment.ColumnClaim


def subgroup_words(stored: str) -> str:
    """A stored subgroup in words."""
    return conditions_in_words(json.loads(stored))


def claim_sentences(experiment: Experiment) -> list[str]:
    """One sentence for each claim; none without."""
    return sentences_of(experiment.claims)


def sentences_of(claims: Mapping[str, str]) -> list[str]:
    """The same of claims by field, as `Experiment.claims` gives them."""
    found = []
    column = {"column": claims["claimed_column"], "other": claims["claimed_with"]}
    match claims["column_claim"]:
        case Claim.LEAKS:
            found.append(gettext("The column %(column)s knows the answer: a leak."))
        case Claim.NOTHING:
            found.append(gettext("The column %(column)s adds nothing."))
        case Claim.MATTERS:
            found.append(gettext("The column %(column)s matters."))
        case Claim.TOGETHER:
            found.append(gettext("The column %(column)s matters together with %(other)s."))
    told = [words % column for words in found]
    if claims["subgroup_claim"]:
        words = {
            Experiment.SubgroupClaim.HARDER: gettext("Where %(group)s, it is harder to predict."),
            Experiment.SubgroupClaim.NOT_HARDER: gettext(
                "Where %(group)s, it is not harder to predict."
            ),
        }[Experiment.SubgroupClaim(claims["subgroup_claim"])]
        told.append(words % {"group": subgroup_words(claims["claimed_subgroup"])})
    return told
