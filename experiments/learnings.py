"""What a participant presents: one page, out of their own record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from classrooms.models import Membership
from experiments.engine.judgement import judge_score
from experiments.models import Experiment, Talk
from experiments.progress_chart import ProgressChart, progress_chart
from experiments.run_page import RunPage, run_page
from experiments.selectors import experiments_of, link_comparisons
from experiments.templatetags.experiments import score, signed

MAX_LEARNED = 2000
MAX_NEXT = 1000


# --- Reading a record ---------------------------------------------------------------------
def results_of(experiments: Sequence[Experiment]) -> list[RunPage]:
    """The results of one participant's experiments, without a query for each comparison."""
    link_comparisons(experiments)
    return [run_page(experiment) for experiment in experiments]


def judged(result: RunPage) -> str | None:
    """What the result says of the prediction: supported, refuted or inconclusive.

    None where nothing was predicted, or nothing can be said yet.
    """
    if result.run.comparison:
        verdict: str | None = result.run.comparison["judgement"]["verdict"]
        return verdict
    expected, row = result.experiment.expected_effect, result.primary_row
    if result.experiment.compared_to_id or expected is None or not row or not row.interval:
        return None
    low, high = row.interval
    return judge_score((low, high), expected, higher_is_better=result.primary.higher_is_better)


def score_of(result: RunPage) -> float | None:
    """On the test rows, by the primary metric."""
    return result.run.score("test", result.primary.name)


def best_of(results: Sequence[RunPage]) -> RunPage | None:
    """The best test score on the primary metric; of equal ones the first."""
    found: RunPage | None = None
    for result in results:
        value = score_of(result)
        highest = score_of(found) if found else None
        if value is not None and (highest is None or result.primary.is_better(value, highest)):
            found = result
    return found


def prediction_and_outcome(result: RunPage) -> tuple[float, float] | None:
    """What was predicted, and what came: a difference, or a score without a comparison."""
    expected = result.experiment.expected_effect
    if expected is None:
        return None
    if result.experiment.compared_to_id:
        return (expected, result.comparison.difference) if result.comparison else None
    value = score_of(result)
    return None if value is None else (expected, value)


def most_instructive_of(results: Sequence[RunPage], best: RunPage | None) -> RunPage | None:
    """The experiment that taught most, other than the best.

    First those that were refuted or failed and then analysed; among equals, where
    prediction and result lie furthest apart. A predicted change says more than the
    guess of a first score.
    """

    def lesson(result: RunPage) -> tuple[bool, bool, float]:
        missed = result.run.has_failed or judged(result) == "refuted"
        told = prediction_and_outcome(result)
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
    def membership(self) -> Membership:
        return self.talk.membership

    @cached_property
    def _suggested_best(self) -> RunPage | None:
        return best_of(self.results)

    @cached_property
    def best(self) -> Highlight | None:
        if chosen := self._chosen(self.talk.best_id):
            return chosen
        found = self._suggested_best
        return Highlight(found, _("The best score on the test rows.")) if found else None

    @cached_property
    def most_instructive(self) -> Highlight | None:
        if chosen := self._chosen(self.talk.most_instructive_id):
            return chosen
        found = most_instructive_of(self.results, self.best.result if self.best else None)
        return Highlight(found, _lesson_reason(found)) if found else None

    @property
    def highlights(self) -> list[tuple[str, Highlight]]:
        """Titles with what stands under them; one experiment is not shown twice."""
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
        best = self._suggested_best
        return progress_chart(ended, best, threshold=self.membership.dojo.success_threshold)

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
    def predictions_right(self) -> int:
        return sum(judged(result) == "supported" for result in self.results)

    @property
    def predictions(self) -> int:
        return sum(judged(result) is not None for result in self.results)

    def _chosen(self, experiment_id: int | None) -> Highlight | None:
        found = (result for result in self.results if result.experiment.pk == experiment_id)
        result = next(found, None)
        reason = _("Chosen by %(name)s.") % {"name": self.membership}
        return Highlight(result, reason) if result else None


def learnings_of(talk: Talk, experiments: Sequence[Experiment] | None = None) -> Learnings:
    """The page of a talk.

    Args:
        experiments: theirs with results, where they are at hand.
    """
    if experiments is None:
        experiments = experiments_of(talk.membership)
    return Learnings(talk, tuple(results_of(experiments)))


def _lesson_reason(result: RunPage) -> str:
    if result.run.has_failed:
        return _("It has no result, and the reason taught something.")
    told = prediction_and_outcome(result)
    if told is None:
        return _("It did not turn out as thought.")
    write = signed if result.experiment.compared_to_id else score
    words = {"expected": write(told[0]), "outcome": write(told[1])}
    if judged(result) == "refuted":
        return _("Refuted: predicted %(expected)s, came out %(outcome)s.") % words
    return _("The largest surprise: predicted %(expected)s, came out %(outcome)s.") % words
