"""Page objects of feedback."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assistant.facts import wording as words
from assistant.facts.records import work_of
from assistant.facts.rubric import MOST_POINTS, Criterion
from assistant.facts.rubric import Review as Rubric
from assistant.facts.rules import review_by_rules
from assistant.models import Review
from assistant.models.conversation import Source
from classrooms.models import Dojo
from experiments.models import Experiment
from jobs.models import JobStatus


@dataclass(frozen=True)
class Bar:
    """One criterion."""

    label: str
    points: int | None
    words: str
    reason: str

    most = MOST_POINTS


@dataclass(frozen=True)
class FeedbackPage:
    """Feedback on an experiment: the latest that was written, or what the rules say now."""

    review: Review
    rubric: Rubric

    @property
    def is_by_model(self) -> bool:
        return self.review.has_succeeded and self.review.source == Source.MODEL

    @property
    def is_awaited(self) -> bool:
        """Whether a language model's version may still come."""
        return self.review.is_unfinished

    @property
    def source(self) -> str:
        """The author of the feedback, and why it is not the language model."""
        if self.is_by_model:
            told = _("Written by a language model, within the facts that the rules know.")
            sentences = [one for one in self.review.left_out if "text" in one]
            return f"{told} {words.sentences_left_out(len(sentences))}".strip()
        if self.is_awaited:
            return _("Written by the rules; a language model may add more in a moment.")
        return words.unavailable(self.review.fallback)

    @property
    def bars(self) -> list[Bar]:
        return [
            Bar(
                str(words.CRITERIA[score.criterion]),
                score.points,
                words.points_in_words(score.points),
                score.reason,
            )
            for score in self.rubric.scores
        ]


def feedback_page(experiment: Experiment) -> FeedbackPage | None:
    """None before there is a result."""
    by_occasion = {one.occasion: one for one in experiment.reviews.all()}
    review = by_occasion.get(Review.Occasion.CONCLUSION) or by_occasion.get(Review.Occasion.RESULTS)
    if review is None:
        return None
    if review.has_succeeded and review.source == Source.MODEL:
        return FeedbackPage(review, Rubric.model_validate(review.content))
    # The rules speak the reader's language, and know what was written since.
    facts = work_of(experiment.seat).facts(experiment.pk)
    return FeedbackPage(review, review_by_rules(facts))


@dataclass(frozen=True)
class GroupBar:
    """One criterion over a group's latest feedback."""

    label: str
    mean: float
    count: int

    most = MOST_POINTS


def group_bars(dojo: Dojo) -> list[GroupBar]:
    """The means of everyone's written feedback; criteria that nobody is due have none."""
    reviews = Review.objects.filter(
        experiment__seat__dojo=dojo, status=JobStatus.SUCCEEDED
    ).order_by("pk")
    latest = {review.experiment_id: review.content for review in reviews}
    points = {criterion: list(_points(latest.values(), criterion)) for criterion in Criterion}
    return [
        GroupBar(str(words.CRITERIA[criterion]), sum(found) / len(found), len(found))
        for criterion, found in points.items()
        if found
    ]


def _points(contents: Iterable[dict[str, Any]], criterion: str) -> list[int]:
    return [
        given
        for content in contents
        for score in content["scores"]
        if score["criterion"] == criterion and (given := score["points"]) is not None
    ]
