"""What a language model's words are checked against: plain data, free of any database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Direction = str  # "better", "worse" or "unclear"


@dataclass(frozen=True)
class Run:
    """What is certain of one experiment with a result.

    Attributes:
        directions: of its difference from its reference, by interval; a metric each. Empty
            where it is compared with nothing.
        is_believed: no leak and no fault stands behind its score.
        gap_is_notable: None where nobody knows.
        verdict: of its forecast; None without one.
        decision: the participant's; empty while it is open.
        changes: how many things differ from its reference; None without one.
        confusion: true and false positives and negatives, by `tp`, `fp`, `fn`, `tn`.
    """

    number: int
    directions: frozenset[Direction] = frozenset()
    is_believed: bool = True
    gap_is_notable: bool | None = None
    verdict: str | None = None
    decision: str = ""
    changes: int | None = None
    confusion: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """Facts and texts that an answer may speak of.

    Attributes:
        language: in which it must be.
        is_hints_only: neither columns under suspicion, nor values of hyperparameters, nor drafts.
        numbers: every number that was sent.
        reference_numbers: of the glossary and the reference of the configuration.
        scores: values of each metric, between which differences may be told.
        texts: what the participant wrote, and may be quoted.
        words: short things that may stand in quotation marks: columns, options, terms.
        runs: by the experiment's number.
        numbers_taken: every number of an experiment.
        looked_at: the experiment that the words are about where they name none.
        hidden_columns: those under suspicion.
        settings: names of hyperparameters, each with the values that the participant chose.
        counted: by kind of thing, how many there are.
    """

    language: str
    is_hints_only: bool = True
    numbers: frozenset[float] = frozenset()
    reference_numbers: frozenset[float] = frozenset()
    scores: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    runs: Mapping[int, Run] = field(default_factory=dict)
    numbers_taken: frozenset[int] = frozenset()
    looked_at: int | None = None
    hidden_columns: frozenset[str] = frozenset()
    settings: Mapping[str, frozenset[float]] = field(default_factory=dict)
    counted: Mapping[str, frozenset[int]] = field(default_factory=dict)
