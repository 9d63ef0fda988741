"""Page objects of one view of a finished run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.http import urlencode

from classrooms.models import Seat
from experiments.models import Experiment, Interpretation, Question, Stage
from experiments.pages.run_page import RunPage, run_page
from experiments.wording.messages import describe_failure

# As much as the reason of a hypothesis may have.
MAX_OBSERVATION = 2000

# Of the address: what the reader chose to look at.
Choices = Mapping[str, str]
Context = dict[str, Any]


@dataclass(frozen=True)
class View:
    """One question about a run.

    Attributes:
        stages: that it shows; it waits for the first. Without one it shows the answer
            to a question.
        context: what its template needs, once that one has succeeded.
        shows_at_once: has something to show before it has.
    """

    slug: str
    title: str | Promise
    question: str | Promise
    stages: tuple[Stage, ...]
    context: Callable[[AnalysisPage], Context]
    shows_at_once: bool = False

    @property
    def template(self) -> str:
        return f"experiments/analysis/{self.slug}.html"


def address_of(experiment: Experiment, slug: str) -> str:
    """URL of a view of the experiment's run."""
    dojo = experiment.seat.dojo
    return reverse("experiments:analysis", args=[dojo.public_id, experiment.public_id, slug])


def hypothesis_from(experiment: Experiment, observation: str) -> str:
    """Link to a new experiment with an observation from this run as its rationale."""
    dojo = experiment.seat.dojo
    new = reverse("experiments:experiment_new", args=[dojo.public_id])
    told = {"from": experiment.public_id, "observation": observation[:MAX_OBSERVATION]}
    return f"{new}?{urlencode(told)}"


def failure_of(job: Interpretation | Question | None) -> str:
    """Why something could not be computed; empty where it did not fail."""
    failed = job is not None and job.has_failed
    return describe_failure(job.failure_code, job.failure_context) if job and failed else ""


@dataclass(frozen=True)
class AnalysisPage:
    """One view of one experiment's run."""

    experiment: Experiment
    view: View
    views: tuple[View, ...]
    choices: Choices
    reader: Seat
    question: Question | None = None

    @property
    def is_own(self) -> bool:
        return self.experiment.seat_id == self.reader.pk

    @cached_property
    def result(self) -> RunPage:
        return run_page(self.experiment, self.reader)

    @property
    def address(self) -> str:
        return address_of(self.experiment, self.view.slug)

    @property
    def links(self) -> list[tuple[View, str]]:
        """Every view, with its address."""
        return [(view, address_of(self.experiment, view.slug)) for view in self.views]

    @cached_property
    def stages(self) -> dict[int, Interpretation]:
        """Those that this view shows, with what they found."""
        found = self.experiment.run.interpretations.filter(stage__in=self.view.stages)
        return {interpretation.stage: interpretation for interpretation in found}

    @property
    def job(self) -> Interpretation | Question | None:
        """The job that the view waits for; None if nothing was computed or asked."""
        if self.view.stages:
            return self.stages.get(self.view.stages[0])
        return self.question

    @property
    def has_something(self) -> bool:
        """Whether the view's own template can be shown."""
        return self.view.shows_at_once or (self.job is not None and self.job.has_succeeded)

    @property
    def is_live(self) -> bool:
        jobs: list[Interpretation | Question | None] = [*self.stages.values(), self.question]
        return any(job is not None and job.is_unfinished for job in jobs)

    @property
    def failure(self) -> str:
        return failure_of(self.job)

    def content(self, stage: Stage) -> Context:
        """The result of a stage; empty until it has succeeded."""
        found = self.stages.get(stage)
        return found.content if found and found.has_succeeded else {}

    @property
    def answer(self) -> Context:
        """A worker's answer; empty until it is there."""
        question = self.question
        return question.content if question and question.has_succeeded else {}

    @cached_property
    def found(self) -> Context:
        """The template context of the view."""
        return self.view.context(self)
