"""Page objects of runs side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine.spec.changes import describe_changes
from engine.spec.metrics import METRICS, Metric
from experiments.forecasts.outcomes import Outcome, outcome_against
from experiments.forecasts.ruler import Ruler, ruler_of
from experiments.models import Experiment, Question
from experiments.pages.run_page import RunPage, run_page
from experiments.wording.configs import describe_change
from experiments.wording.messages import describe_failure
from experiments.wording.verdict import Verdict, verdict_of

FEWEST, MOST = 2, 6


class ComparisonForm(forms.Form):
    """Chooses experiments; the first is the reference for the others."""

    run = forms.MultipleChoiceField(
        label=_("Experiments"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("One of these experiments has no result.")},
    )

    def __init__(self, *args: Any, experiments: list[Experiment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.experiments = {experiment.public_id: experiment for experiment in experiments}
        self.fields["run"].choices = [  # type: ignore[attr-defined]
            (key, f"#{experiment.number} {experiment.claim[:80]}")
            for key, experiment in self.experiments.items()
        ]

    def clean_run(self) -> list[str]:
        chosen: list[str] = list(dict.fromkeys(self.cleaned_data["run"]))
        if not FEWEST <= len(chosen) <= MOST:
            raise forms.ValidationError(
                gettext("Choose %(fewest)s to %(most)s experiments.")
                % {"fewest": FEWEST, "most": MOST}
            )
        return chosen

    def chosen(self) -> list[Experiment]:
        """In the order of their numbers."""
        found = [self.experiments[key] for key in self.cleaned_data["run"]]
        return sorted(found, key=lambda experiment: experiment.number)


@dataclass(frozen=True)
class Score:
    """A run's score on one metric, and its difference from the first run's, 95 %."""

    test: float | None
    interval: list[float] | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_clear(self) -> bool:
        """Whether the difference is more than chance explains."""
        return self.low is not None and self.high is not None and self.low * self.high > 0


@dataclass(frozen=True)
class Pair:
    """A run beside the first one. What the verdict's template reads of a result, it has, too.

    Attributes:
        changes: of the config, in words.
        outcome: None before it is known.
    """

    page: RunPage
    changes: list[str]
    outcome: Outcome | None

    @property
    def experiment(self) -> Experiment:
        return self.page.experiment

    @property
    def forecast_against(self) -> Experiment | None:
        """The run that its forecast was made for, where that is not the first one here."""
        is_of_pair = self.outcome is None or self.outcome.forecast is not None
        return None if is_of_pair or not self.page.forecast else self.experiment.compared_to

    @property
    def verdict(self) -> Verdict | None:
        return verdict_of(self.outcome) if self.outcome else None

    @property
    def ruler(self) -> Ruler | None:
        return ruler_of(self.outcome) if self.outcome else None

    @property
    def scarcity(self) -> str:
        return self.page.scarcity_of(self.outcome.metric) if self.outcome else ""

    @property
    def forecast_metric_label(self) -> str:
        return gettext(self.outcome.metric.label) if self.outcome else ""


@dataclass(frozen=True)
class ComparisonPage:
    """Runs side by side; the first is what the others are compared to."""

    chosen: list[Experiment]
    question: Question
    overview: Question

    @property
    def is_live(self) -> bool:
        return self.question.is_unfinished or self.overview.is_unfinished

    @property
    def waiting(self) -> list[tuple[Question, str]]:
        """The questions without an answer yet, and where one failed, why."""
        both = (self.question, self.overview)
        return [
            (
                one,
                describe_failure(one.failure_code, one.failure_context) if one.has_failed else "",
            )
            for one in both
            if not one.has_succeeded
        ]

    @cached_property
    def results(self) -> list[RunPage]:
        return [run_page(experiment) for experiment in self.chosen]

    @property
    def first(self) -> Experiment:
        return self.chosen[0]

    @cached_property
    def pairs(self) -> list[Pair]:
        """Each other run beside the first: what changed, and what came of it."""
        schema = self.first.seat.dojo.schema
        before = self.first.parsed_config
        return [
            Pair(
                result,
                [describe_change(change) for change in describe_changes(before, after, schema)],
                outcome_against(result.experiment, self.first, self._differences(place)),
            )
            for place, result in enumerate(self.results[1:], start=1)
            for after in [result.experiment.parsed_config]
        ]

    def _differences(self, place: int) -> dict[str, Any]:
        """From the first run, by metric; empty before they are known."""
        if not self.question.has_succeeded:
            return {}
        found: dict[str, Any] = self.question.content["differences"][place - 1]
        return found

    @cached_property
    def scores(self) -> list[tuple[Metric, str, bool, list[Score]]]:
        """Every metric with each run's score; the primary one is marked."""
        primary = self.first.seat.dojo.primary_metric
        found = []
        for name, metric in METRICS.items():
            if self.first.run.score("test", name) is None:
                continue
            scores = [self._score(place, name) for place in range(len(self.chosen))]
            found.append((metric, gettext(metric.label), name == primary, scores))
        return found

    def _score(self, place: int, metric: str) -> Score:
        run = self.chosen[place].run
        test, interval = run.score("test", metric), run.intervals.get(metric)
        found = self._differences(place).get(metric) if place else None
        if found is None:
            return Score(test, interval)
        return Score(test, interval, found["estimate"], found["low"], found["high"])

    @property
    def changed(self) -> list[tuple[Experiment, dict[str, Any]]]:
        """For every other run the rows that changed sides."""
        return list(zip(self.chosen[1:], self.question.content["changed"], strict=True))
