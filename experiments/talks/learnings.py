"""A participant's presentation, made from their own record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from classrooms.models import Seat
from experiments.forecasts.record import ForecastRecord, forecast_record
from experiments.leaderboard.entries import Entry, entry_of, objection_to
from experiments.leaderboard.words import OBJECTIONS
from experiments.models import Experiment, Talk
from experiments.pages.progress_chart import ProgressChart, progress_chart
from experiments.pages.reads import experiments_of, link_comparisons
from experiments.pages.run_page import RunPage, run_page
from experiments.templatetags.experiments import score, signed

MAX_LEARNED = 2000
MAX_NEXT = 1000


# --- Reading a record ---------------------------------------------------------------------
def results_of(experiments: Sequence[Experiment]) -> list[RunPage]:
    """The results of one participant's experiments, without a query for each comparison."""
    link_comparisons(experiments)
    return [run_page(experiment) for experiment in experiments]


def score_of(result: RunPage) -> float | None:
    """On the test rows, by the primary metric."""
    return result.run.score("test", result.primary.name)


def submitted_of(results: Sequence[RunPage]) -> tuple[RunPage | None, Entry]:
    """What one participant has submitted, where it ranks, and what is said of it.

    Args:
        results: of all their experiments, first to last.
    """
    if not results:
        return None, Entry()
    entry = entry_of([result.experiment for result in results], results[0].primary.name)
    found = (result for result in results if result.experiment == entry.ranked)
    return next(found, None), entry


def forecast_and_result(result: RunPage) -> tuple[float, float] | None:
    """The forecast and the result: a difference, or a score without a reference."""
    outcome = result.outcome
    if outcome is None or outcome.forecast is None:
        return None
    return outcome.forecast.size, outcome.estimate


def is_missed(result: RunPage) -> bool:
    """Whether the rows say that it is not as was forecast."""
    return result.outcome is not None and result.outcome.is_missed


def most_instructive_of(results: Sequence[RunPage], best: RunPage | None) -> RunPage | None:
    """The experiment that taught most, other than the best.

    First those that were missed or failed and then analysed; among equals, where
    forecast and result lie furthest apart. A predicted change says more than the
    guess of a first score.
    """

    def lesson(result: RunPage) -> tuple[bool, bool, float]:
        missed = result.run.has_failed or is_missed(result)
        told = forecast_and_result(result)
        surprise = abs(told[1] - told[0]) if told else 0.0
        analysed = bool(result.experiment.analysis.strip())
        return missed and analysed, bool(result.comparison), surprise

    best_pk = best.experiment.pk if best else None
    others = [
        result
        for result in results
        if not result.run.is_unfinished and result.experiment.pk != best_pk
    ]
    found = max(others, key=lesson, default=None)
    return found if found and lesson(found) > (False, False, 0.0) else None


# --- The page --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Highlight:
    """An experiment that is presented, and why this one."""

    result: RunPage
    reason: str

    @property
    def experiment(self) -> Experiment:
        return self.result.experiment


@dataclass(frozen=True)
class Learnings:
    """Everything on the page of a talk."""

    talk: Talk
    results: tuple[RunPage, ...]

    @property
    def seat(self) -> Seat:
        return self.talk.seat

    @cached_property
    def _submitted(self) -> tuple[RunPage | None, Entry]:
        return submitted_of(self.results)

    @cached_property
    def best(self) -> Highlight | None:
        if chosen := self._chosen(self.talk.best_id):
            return chosen
        found, entry = self._submitted
        if found is None:
            return None
        reason = (
            _("Submitted to the leaderboard.")
            if entry.is_chosen
            else _("The latest result: none is submitted yet.")
        )
        return Highlight(found, reason)

    @cached_property
    def most_instructive(self) -> Highlight | None:
        if chosen := self._chosen(self.talk.most_instructive_id):
            return chosen
        found = most_instructive_of(self.results, self.best.result if self.best else None)
        return Highlight(found, _lesson_reason(found)) if found else None

    @property
    def highlights(self) -> list[tuple[str, Highlight]]:
        """Titles with their experiments; no experiment appears twice."""
        found = []
        if self.best:
            found.append((_("Best experiment"), self.best))
        instructive = self.most_instructive
        if instructive and not (self.best and instructive.experiment == self.best.experiment):
            found.append((_("Most instructive experiment"), instructive))
        return found

    @cached_property
    def chart(self) -> ProgressChart | None:
        ended = [result for result in self.results if not result.run.is_unfinished]
        submitted, _entry = self._submitted
        return progress_chart(ended, submitted, threshold=self.seat.dojo.success_threshold)

    @property
    def learned(self) -> str:
        """Their words; before they wrote any, the analyses of what they present."""
        if self.talk.learned:
            return self.talk.learned
        texts = [
            f"#{highlight.experiment.number} – {highlight.experiment.analysis.strip()}"
            for _title, highlight in self.highlights
            if highlight.experiment.analysis.strip()
        ]
        return "\n".join(texts)[:MAX_LEARNED]

    @property
    def next_step(self) -> str:
        """Their words; before they wrote any, the latest step that they noted."""
        if self.talk.next_step:
            return self.talk.next_step
        noted = [result.experiment.next_step for result in self.results]
        return next((text for text in reversed(noted) if text.strip()), "")[:MAX_NEXT]

    @property
    def failures(self) -> int:
        return sum(result.run.has_failed for result in self.results)

    @property
    def record(self) -> ForecastRecord:
        """How their forecasts did."""
        return forecast_record([result.experiment for result in self.results])

    def _chosen(self, experiment_id: int | None) -> Highlight | None:
        found = (result for result in self.results if result.experiment.pk == experiment_id)
        result = next(found, None)
        if result is None:
            return None
        if objection := objection_to(result.experiment):
            return Highlight(result, str(OBJECTIONS[objection]))
        return Highlight(result, _("Chosen by %(name)s.") % {"name": self.seat})


def learnings_of(talk: Talk, experiments: Sequence[Experiment] | None = None) -> Learnings:
    """The page of a talk.

    Args:
        experiments: theirs with results, where they are at hand.
    """
    if experiments is None:
        experiments = experiments_of(talk.seat)
    return Learnings(talk, tuple(results_of(experiments)))


def _lesson_reason(result: RunPage) -> str:
    if result.run.has_failed:
        return _("It has no result, and the reason is instructive.")
    told = forecast_and_result(result)
    if told is None:
        return _("The result was not the one expected.")
    write = signed if result.experiment.compared_to_id else score
    words = {"expected": write(told[0]), "outcome": write(told[1])}
    if is_missed(result):
        return _("Not as forecast: expected %(expected)s, result %(outcome)s.") % words
    return _("The largest surprise: forecast %(expected)s, result %(outcome)s.") % words
