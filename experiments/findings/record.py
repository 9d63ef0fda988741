"""The record that the rules read, and the findings they return."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone

from classrooms.models import Dojo, HealthReport, Phase
from classrooms.models.agenda import PhaseKind
from engine.spec.changes import Change, describe_changes
from engine.spec.config import ExperimentConfig
from engine.spec.metrics import METRICS, Metric
from engine.spec.schema import Schema
from experiments.findings import words
from experiments.forecasts.belief import leaks_of
from experiments.forecasts.outcomes import Outcome, metric_of, outcome_of
from experiments.models import Experiment
from experiments.pages.metric_rows import MetricRow
from experiments.pages.run_page import run_page

# So long after its end an open experiment is forgotten rather than being read.
LONG = timedelta(minutes=20)


class Severity(IntEnum):
    """STRENGTH is what was done well; ISSUE is something to ask about now."""

    STRENGTH = 0
    NOTICE = 1
    ISSUE = 2


@dataclass(frozen=True)
class Finding:
    """One thing that a record shows.

    Attributes:
        evidence: numbers and words that the sentence quotes.
        view: slug of the analysis view that shows them; empty for the experiment's page.
    """

    code: str
    severity: Severity
    experiment: Experiment
    evidence: Mapping[str, Any] = field(default_factory=dict)
    view: str = ""

    @property
    def is_issue(self) -> bool:
        return self.severity == Severity.ISSUE

    @property
    def is_strength(self) -> bool:
        return self.severity == Severity.STRENGTH

    @property
    def label(self) -> str:
        return words.label(self.code)

    @property
    def sentence(self) -> str:
        """The finding with its evidence, in the reader's language."""
        return words.sentence(self.code, self.evidence)

    @property
    def question(self) -> str:
        """The question to ask; empty for a strength."""
        return words.question(self.code, self.evidence)

    @property
    def shared_question(self) -> str:
        """The question to several people who are all to be asked this."""
        return words.shared_question(self.code)

    @property
    def url(self) -> str:
        """The page that shows the evidence."""
        if not self.view:
            return self.experiment.get_absolute_url()
        dojo_id = self.experiment.seat.dojo.public_id
        return reverse("experiments:analysis", args=[dojo_id, self.experiment.public_id, self.view])


@dataclass(frozen=True)
class Setting:
    """What the records of a Dojo are judged by: the same for everyone in it.

    Attributes:
        leaks: columns that are known to be written after the fact.
        suspects: columns that alone predict the target almost perfectly.
        names_columns: the reader may know which columns these are (`classrooms.knowledge`).
        minority: share of the rarer class, 0 to 1.
        begun: kinds of the phases that have begun.
    """

    dojo: Dojo
    schema: Schema
    leaks: frozenset[str]
    suspects: frozenset[str]
    minority: float
    phases: tuple[Phase, ...]
    begun: frozenset[str]
    now: datetime
    names_columns: bool

    @property
    def metric(self) -> Metric:
        return METRICS[self.dojo.primary_metric]

    @property
    def state(self) -> Hashable:
        """What findings depend on besides the record; with time, to the minute."""
        dojo = self.dojo
        rules = (dojo.state, dojo.primary_metric, self.names_columns)
        return (*rules, self.leaks, self.suspects, self.begun, int(self.now.timestamp() // 60))

    @property
    def errors_are_due(self) -> bool:
        """Whether the agenda has reached the analysis of errors."""
        due = {PhaseKind.INTERPRETATION, PhaseKind.DOCUMENTATION, PhaseKind.PRESENTATION}
        return self.dojo.has_ended or bool(self.begun & due)


def setting_of(dojo: Dojo, now: datetime | None = None, *, names_columns: bool) -> Setting:
    """Read once what all records of the Dojo are judged by.

    Args:
        names_columns: as in `Setting`.
    """
    dataset, schema = dojo.dataset, dojo.schema
    report = HealthReport.objects.filter(dataset=dataset).first()
    suspects = {
        name
        for finding in (report.content["findings"] if report else ())
        if finding["code"] == "leak_suspected"
        for name in finding["columns"]
    }
    counts = dataset.class_counts.values()
    phases = tuple(dojo.phases.all())
    return Setting(
        dojo=dojo,
        schema=schema,
        leaks=leaks_of(dojo),
        suspects=frozenset(suspects),
        minority=min(counts, default=1) / max(sum(counts), 1),
        phases=phases,
        begun=frozenset(phase.kind for phase in phases if phase.started_at),
        now=now or timezone.now(),
        names_columns=names_columns,
    )


def is_dummy(experiment: Experiment) -> bool:
    return bool(experiment.config["model"]["name"] == "dummy")


@dataclass(frozen=True)
class Record:
    """A participant's experiments, first to last, as `with_results` loads them."""

    setting: Setting
    experiments: tuple[Experiment, ...]
    has_framing: bool = True

    @cached_property
    def configs(self) -> dict[int, ExperimentConfig]:
        return {experiment.pk: experiment.parsed_config for experiment in self.experiments}

    def before(self, experiment: Experiment) -> list[Experiment]:
        return [other for other in self.experiments if other.number < experiment.number]

    def after(self, experiment: Experiment) -> list[Experiment]:
        return [other for other in self.experiments if other.number > experiment.number]

    def columns(self, experiment: Experiment) -> set[str]:
        """Columns that the model reads, those within new features included; a dummy reads none."""
        if is_dummy(experiment):
            return set()
        config = self.configs[experiment.pk]
        made_of = {source for feature in config.new_features for source in feature.sources}
        return set(config.columns.chosen(self.setting.schema)) | made_of

    def changes(self, experiment: Experiment) -> list[Change]:
        """Of the config, against the experiment that the hypothesis names."""
        reference = experiment.compared_to_id
        if reference is None or reference not in self.configs:
            return []
        return describe_changes(
            self.configs[reference], self.configs[experiment.pk], self.setting.schema
        )

    def row(self, experiment: Experiment) -> MetricRow | None:
        """The primary metric's scores, or ROC AUC's where that one has no bounds."""
        page = run_page(experiment)
        row = page.primary_row
        if row is None or row.metric.is_share:
            return row
        return next((other for other in page.rows if other.metric.name == "roc_auc"), None)

    def outcome(self, experiment: Experiment) -> Outcome | None:
        """Against the run that the hypothesis names; None where there is none."""
        return outcome_of(experiment) if experiment.compared_to_id else None

    def expects_progress(self, experiment: Experiment) -> bool:
        """Whether a better score was forecast."""
        expected = experiment.expected_effect
        if expected is None or not expected:
            return False
        return (expected > 0) == metric_of(experiment).higher_is_better

    def was_left(self, experiment: Experiment) -> bool:
        """Open, although its result was there before they went on, or for long."""
        finished = experiment.run.finished_at
        if not experiment.awaits_decision or finished is None:
            return False
        if any(other.submitted_at > finished for other in self.after(experiment)):
            return True
        return self.setting.dojo.is_running and self.setting.now - finished > LONG
