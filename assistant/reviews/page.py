"""Page objects of feedback."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assistant.facts import wording as words
from assistant.facts.records import work_of
from assistant.facts.rubric import MOST_POINTS, CodedReview, Criterion, Score
from assistant.facts.rules import review_by_rules
from assistant.models import Reading, Review
from assistant.models.conversation import Source
from assistant.readings.wording import ANCHORS
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
    codes: str = ""
    is_weakness: bool = False

    most = MOST_POINTS


@dataclass(frozen=True)
class Told:
    """A sentence beside the points; `codes` name what it speaks of."""

    place: str
    label: str
    text: str
    codes: str


@dataclass(frozen=True)
class Read:
    """What a person said; `lines` are for what rules or a model have judged, too."""

    reading: Reading
    lines: list[str]


@dataclass(frozen=True)
class FeedbackPage:
    """Feedback on an experiment: the latest that was written, or what the rules say now."""

    review: Review
    rubric: CodedReview
    readings: tuple[Reading, ...] = ()

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
        """Each criterion; where nothing is certain, by who read it last."""
        return [self._as_read(score) or self._as_known(score) for score in self.rubric.scores]

    @property
    def awaits_reader(self) -> bool:
        """Whether it is concluded, something in it is left to read, and there is who could."""
        is_read = any(reading.points for reading in self.readings)
        experiment = self.review.experiment
        has_reader = not experiment.seat.dojo.is_solo
        return experiment.is_closed and has_reader and not is_read and bool(self.rubric.unread)

    @property
    def read(self) -> list[Read]:
        """The readings, with what stands in no bar."""
        return [
            Read(
                reading,
                [
                    str(ANCHORS[criterion][points])
                    for criterion, points in reading.points.items()
                    if criterion not in self.rubric.unread
                ],
            )
            for reading in self.readings
        ]

    def _as_known(self, score: Score) -> Bar:
        is_unread = score.criterion in self.rubric.unread
        return Bar(
            str(words.CRITERIA[score.criterion]),
            score.points,
            str(words.UNREAD) if is_unread else words.points_in_words(score.points),
            score.reason,
            self._codes(score.criterion),
            score.criterion in self.rubric.weaknesses,
        )

    def _as_read(self, score: Score) -> Bar | None:
        """None where there is nothing to read, a model did, or nobody yet."""
        criterion = score.criterion
        for reading in reversed(self.readings):
            points = reading.points.get(criterion)
            if criterion in self.rubric.unread and points is not None:
                told = _("Read by %(name)s: %(anchor)s") % {
                    "anchor": ANCHORS[criterion][points],
                    "name": reading.reader.display_name,
                }
                label = str(words.CRITERIA[criterion])
                return Bar(label, points, words.points_in_words(points), told)
        return None

    @property
    def sentences(self) -> list[Told]:
        said = self.rubric
        return [
            Told("strength", _("Strengths"), said.strength, self._codes("strength")),
            Told("question", _("A question"), said.question, self._codes("question")),
            Told("suggestion", _("Where to look"), said.suggestion, self._codes("suggestion")),
        ]

    def _codes(self, place: str) -> str:
        return " ".join(self.rubric.codes.get(str(place), ()))


def feedback_page(experiment: Experiment) -> FeedbackPage | None:
    """None before there is a result."""
    by_occasion = {one.occasion: one for one in experiment.reviews.all()}
    review = by_occasion.get(Review.Occasion.CONCLUSION) or by_occasion.get(Review.Occasion.RESULTS)
    if review is None:
        return None
    readings = tuple(Reading.objects.filter(experiment=experiment).select_related("reader"))
    if review.has_succeeded and review.source == Source.MODEL:
        return FeedbackPage(review, CodedReview.model_validate(review.content), readings)
    # The rules speak the reader's language, and know what was written since.
    facts = work_of(experiment.seat).facts(experiment.pk)
    return FeedbackPage(review, review_by_rules(facts), readings)


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
