"""What of its result an experiment's conclusion quotes: numbers only, whatever the words say."""

from __future__ import annotations

from engine.judge.quotes import counts_part_of, quoted_scores, quotes_count, quotes_only
from experiments.models import Experiment
from experiments.pages.metric_rows import MetricRow

# Scores that speak of errors of one kind.
OF_ERRORS = ("recall", "precision", "balanced_accuracy")


def _written(experiment: Experiment) -> str:
    return f"{experiment.analysis}\n{experiment.limits}"


def quotes_errors(experiment: Experiment, later: str = "") -> bool:
    """Whether it counts errors: of one kind, or among some of the rows.

    Args:
        later: what was written since because of it.
    """
    text, run = f"{_written(experiment)}\n{later}", experiment.run
    counts = run.confusion
    wrong = [counts.get(name, 0) for name in ("false_positives", "false_negatives")]
    scores = {name: run.score("test", name) or 0.0 for name in OF_ERRORS}
    rows = sum(counts.values())
    return (
        quotes_count(text, [*wrong, sum(wrong)])
        or counts_part_of(text, rows)
        or bool(quoted_scores(text, scores))
    )


def quotes_gap(experiment: Experiment, row: MetricRow) -> bool:
    """Whether it quotes train beside test, or the gap between them."""
    scores = {"train": row.train, "test": row.test, "gap": row.gap}
    known = {name: value for name, value in scores.items() if value is not None}
    found = quoted_scores(_written(experiment), known)
    return "gap" in found or {"train", "test"} <= found


def quotes_forecast(experiment: Experiment, expected: float) -> bool:
    """Whether it comes back to the effect that was forecast."""
    return bool(quoted_scores(_written(experiment), {"expected": expected}))


def quotes_accuracy(experiment: Experiment, floor: float) -> bool:
    """Whether it quotes its accuracy, by a number that is no other score of the run, and not what
    that is to be held against.

    Args:
        floor: the accuracy of always saying the more frequent class.
    """
    run, text = experiment.run, _written(experiment)
    accuracy = run.score("test", "accuracy")
    if accuracy is None or quoted_scores(text, {"floor": floor}):
        return False
    others = [
        value
        for part in ("train", "test")
        for name, value in run.metrics[part].items()
        if (part, name) != ("test", "accuracy")
    ]
    return quotes_only(text, accuracy, others)


def quotes_result(experiment: Experiment) -> bool:
    """Whether it quotes any number of its result."""
    run, text = experiment.run, _written(experiment)
    scores = {
        f"{part}.{name}": value
        for part in ("train", "test")
        for name, value in run.metrics.get(part, {}).items()
    }
    for name, ends in run.comparison.get("differences", {}).items():
        scores |= {f"{name}.{end}": value for end, value in ends.items() if value is not None}
    return quotes_errors(experiment) or bool(quoted_scores(text, scores))
