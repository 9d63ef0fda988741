"""How much of a run's work is done, and what it is busy with: the engine counts, pages say it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from engine.spec.config import ExperimentConfig

# It is most of the work where there is one.
SHARE_OF_SEARCH = 0.7


class Step(NamedTuple):
    """What a run is busy with.

    Attributes:
        number: of the fold, from 1; 0 for the others.
        of: how many folds there are; 0 for the others.
    """

    kind: Literal["search", "fit", "fold", "score"]
    number: int = 0
    of: int = 0


def share_before_fits(config: ExperimentConfig) -> float:
    """Share of the work, 0 to 1, that is done once the search, if there is one, is."""
    return SHARE_OF_SEARCH if config.search.is_on else 0.0


def share_done(config: ExperimentConfig, fits: int, folds: int) -> float:
    """Share of the work, 0 to 1, that is done after so many fits: one on all training rows, then
    one for each fold."""
    begun = share_before_fits(config)
    return begun + (1 - begun) * fits / (1 + folds)


def step_at(config: ExperimentConfig, share: float) -> Step:
    """What a run of this config is busy with when this share of its work is done."""
    begun = share_before_fits(config)
    if share < begun:
        return Step("search")
    folds = config.validation.folds * config.validation.repeats
    fits = round((share - begun) / (1 - begun) * (1 + folds))
    if fits == 0:
        return Step("fit")
    return Step("fold", fits, folds) if fits <= folds else Step("score")
