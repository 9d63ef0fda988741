"""What the best of all configs that a Dojo tried on its test rows would gain by luck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from classrooms.models import Dojo
from engine.judge.luck import RESAMPLES, chance_moves, gain_by_luck
from engine.spec.metrics import METRICS
from experiments.compute.board_memory import judged_runs, rules_of
from experiments.models import Run

# Before, there is hardly a choice that luck could make.
FEWEST = 5
TOGETHER = 100


def room_luck(
    runs: Sequence[Run], kept: Mapping[str, Any], dojo: Dojo
) -> tuple[dict[str, Any], dict[str, Any]]:
    """How many configs were tried, what the best of them gains by luck over the one in the
    middle, and that one's score; empty where there are few. And what to keep for the next time.

    Args:
        runs: everyone's, with a score, first to last; trials of a search are no runs.
        kept: of an earlier time, so that only new configs are drawn.
    """
    configs = [*{run.fingerprint or run.public_id: run for run in reversed(runs)}.values()]
    if len(configs) < FEWEST:
        return {}, {}
    configs.sort(key=lambda run: run.pk)
    best, known = np.full(RESAMPLES, -np.inf), set[int]()
    if kept.get("of") == rules_of(dojo) and {*kept["runs"]} <= {run.pk for run in configs}:
        best, known = np.array(kept["best"]), {*kept["runs"]}
    middle = middle_of(configs, dojo.primary_metric)
    for some in _in_parts([*(run for run in configs if run.pk not in known), middle]):
        moves = chance_moves(dojo.primary_metric, judged_runs(some, dojo))
        best = np.maximum(best, moves.max(axis=0))
    told = {
        "configs": len(configs),
        "gain": gain_by_luck(best, moves[-1]),
        "middle": middle.score("test", dojo.primary_metric),
    }
    runs_kept = [run.pk for run in configs]
    return told, {"of": rules_of(dojo), "runs": runs_kept, "best": best.tolist()}


def middle_of(configs: Sequence[Run], metric: str) -> Run:
    """The one in the middle by test score; of two the better."""
    ranked = sorted(
        configs,
        key=lambda run: run.score("test", metric) or 0.0,
        reverse=METRICS[metric].higher_is_better,
    )
    return ranked[(len(ranked) - 1) // 2]


def leads_by_more(run: Run, luck: Mapping[str, Any], metric: str) -> bool:
    """Whether a run is ahead of the one in the middle by more than the best is by luck."""
    score = run.score("test", metric)
    if not luck or score is None:
        return False
    gain: float = score - luck["middle"]
    return (gain if METRICS[metric].higher_is_better else -gain) > luck["gain"]


def _in_parts(runs: Sequence[Run]) -> Iterator[Sequence[Run]]:
    """So few at once that their rows have room in the memory."""
    return (runs[start : start + TOGETHER] for start in range(0, len(runs), TOGETHER))
