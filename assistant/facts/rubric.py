"""Feedback on an experiment: six criteria, one strength, one question, one suggestion."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_POINTS = 3


class Criterion(StrEnum):
    """Criteria of an experiment's quality, in the order of the work."""

    HYPOTHESIS = "hypothesis"
    COMPARISON = "comparison"
    ONE_CHANGE = "one_change"
    RECORD = "record"
    ERRORS = "errors"
    DECISION = "decision"


Points = Annotated[int, Field(ge=0, le=MOST_POINTS)]


class Score(BaseModel):
    """Points for one criterion; None where it is not due yet."""

    model_config = ConfigDict(extra="forbid")

    criterion: Criterion
    points: Points | None
    reason: str = Field(min_length=1, max_length=400)


class Review(BaseModel):
    """The feedback. A suggestion hints at what to do, and never does it."""

    model_config = ConfigDict(extra="forbid")

    scores: list[Score]
    strength: str = Field(min_length=1, max_length=400)
    question: str = Field(min_length=1, max_length=400)
    suggestion: str = Field(min_length=1, max_length=400)

    @model_validator(mode="after")
    def _each_criterion_once(self) -> Self:
        if [score.criterion for score in self.scores] != list(Criterion):
            raise ValueError("Score each of the six criteria once, in order.")
        return self

    def score(self, criterion: Criterion) -> Score:
        return next(score for score in self.scores if score.criterion == criterion)


class CodedReview(Review):
    """Feedback whose sentences say what they speak of.

    Attributes:
        codes: of each sentence, by its place: a criterion, "strength", "question" or
            "suggestion"; none of what a language model said.
        weaknesses: the criteria in which something certain is wrong.
        unread: those that are due, and that only a reader can judge.
    """

    codes: dict[str, list[str]] = Field(default_factory=dict)
    weaknesses: list[Criterion] = Field(default_factory=list)
    unread: list[Criterion] = Field(default_factory=list)
