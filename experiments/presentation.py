"""What pages show of the record, worked out once: templates only lay it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from classrooms.models import Membership
from experiments.engine.config import describe_changes
from experiments.engine.metrics import METRICS, Metric
from experiments.messages import describe_change, describe_failure, describe_warning, option_label
from experiments.models import Experiment, Framing, Interpretation, Run

# A gap that a learner should look at: five points on a metric between 0 and 1.
NOTABLE_GAP = 0.05


@dataclass(frozen=True)
class NextAction:
    """The one thing to do now: what, why and where."""

    title: str
    reason: str
    url: str
    label: str


def next_action(
    membership: Membership, framing: Framing | None, experiments: list[Experiment]
) -> NextAction | None:
    """The next step of the way; None when there is nothing but to wait or the Dojo is over."""
    dojo_id = membership.dojo.public_id
    if membership.dojo.has_ended:
        return NextAction(
            _("Take your work home"),
            _("The Dojo has ended: your log, notebook and data are ready."),
            reverse("experiments:take_home", args=[dojo_id]),
            _("Take home"),
        )
    if framing is None:
        return NextAction(
            _("Frame the problem"),
            _("Before any model: what is decided, on which data, measured how, against what?"),
            reverse("experiments:framing", args=[dojo_id]),
            _("Write the framing"),
        )
    new = reverse("experiments:experiment_new", args=[dojo_id])
    if not experiments:
        return NextAction(
            _("Run a baseline"),
            _("A simple model first: without it, how will you know that another is better?"),
            new,
            _("First experiment"),
        )
    open_ones = [experiment for experiment in experiments if experiment.awaits_decision]
    if open_ones:
        last = open_ones[-1]
        return NextAction(
            _("Conclude experiment #%(number)s") % {"number": last.number},
            _("Read its errors, say why, decide: an experiment without a decision teaches little."),
            last.get_absolute_url(),
            _("Analyse and decide"),
        )
    if experiments[-1].run.is_unfinished:
        return None
    return NextAction(
        _("Test the next hypothesis"),
        _("One hypothesis, one change, one experiment."),
        new,
        _("New experiment"),
    )


@dataclass(frozen=True)
class MetricRow:
    """One metric over the parts of the data."""

    metric: Metric
    train: float | None
    cv_mean: float | None
    cv_std: float | None
    test: float | None
    is_primary: bool

    @property
    def label(self) -> str:
        return _(self.metric.label)

    @property
    def gap(self) -> float | None:
        """How much better train looks than test; positive means overfitting."""
        if self.train is None or self.test is None:
            return None
        difference = self.train - self.test
        return difference if self.metric.higher_is_better else -difference

    @property
    def gap_is_notable(self) -> bool:
        return self.gap is not None and self.gap >= NOTABLE_GAP


def metric_rows(run: Run, primary: str) -> list[MetricRow]:
    """The metrics of a run, in the order of the engine's registry."""
    if not run.metrics:
        return []
    validation = run.metrics["cross_validation"]
    return [
        MetricRow(
            metric=metric,
            train=run.score("train", name),
            cv_mean=validation["mean"].get(name),
            cv_std=validation["std"].get(name),
            test=run.score("test", name),
            is_primary=name == primary,
        )
        for name, metric in METRICS.items()
    ]


@dataclass(frozen=True)
class Comparison:
    """A run against the one that its hypothesis names."""

    experiment: Experiment
    score: float
    reference: float
    expected: float | None
    higher_is_better: bool

    @property
    def difference(self) -> float:
        return self.score - self.reference

    @property
    def is_better(self) -> bool:
        return self.difference > 0 if self.higher_is_better else self.difference < 0


@dataclass(frozen=True)
class RunPage:
    """Everything that the live part of an experiment's page shows."""

    experiment: Experiment
    run: Run
    primary: Metric

    @property
    def primary_label(self) -> str:
        return _(self.primary.label)

    @cached_property
    def rows(self) -> list[MetricRow]:
        return metric_rows(self.run, self.primary.name)

    @property
    def primary_row(self) -> MetricRow | None:
        return next((row for row in self.rows if row.is_primary), None)

    @property
    def failure(self) -> str:
        return describe_failure(self.run.failure_code, self.run.failure_context)

    @property
    def warnings(self) -> list[str]:
        return [describe_warning(warning) for warning in self.run.warnings]

    @property
    def started_milliseconds(self) -> int | None:
        started = self.run.started_at
        return round(started.timestamp() * 1000) if started else None

    @property
    def comparison(self) -> Comparison | None:
        reference = self.experiment.compared_to
        if reference is None:
            return None
        score = self.run.score("test", self.primary.name)
        earlier = reference.run.score("test", self.primary.name)
        if score is None or earlier is None:
            return None
        return Comparison(
            reference,
            score,
            earlier,
            self.experiment.expected_effect,
            self.primary.higher_is_better,
        )

    @cached_property
    def interpretation(self) -> Interpretation | None:
        return getattr(self.run, "interpretation", None)

    @property
    def interpretation_failure(self) -> str:
        job = self.interpretation
        return describe_failure(job.failure_code, job.failure_context) if job else ""

    @cached_property
    def importance_rows(self) -> list[dict[str, Any]]:
        """Columns by importance, each with its share of the largest, 0 to 1."""
        found = self.interpretation.importance if self.interpretation else {}
        columns = found.get("columns", [])
        largest = max((column["mean"] for column in columns), default=0.0)
        return [
            column | {"share": max(column["mean"], 0.0) / largest if largest > 0 else 0.0}
            for column in columns
        ]

    @property
    def positive_class(self) -> str:
        return self.experiment.membership.dojo.dataset.positive_class

    @property
    def negative_class(self) -> str:
        return str(self.experiment.membership.dojo.dataset.data_schema["negative_class"])

    @property
    def error_columns(self) -> list[str]:
        found: list[str] = self.interpretation.errors["columns"] if self.interpretation else []
        return found

    @property
    def error_rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (
            self.interpretation.errors["rows"] if self.interpretation else []
        )
        return found

    @property
    def is_live(self) -> bool:
        """Whether something is still to come."""
        pending = self.interpretation is not None and self.interpretation.is_unfinished
        return self.run.is_unfinished or pending


def run_page(experiment: Experiment) -> RunPage:
    metric = METRICS[experiment.membership.dojo.primary_metric]
    return RunPage(experiment, experiment.run, metric)


@dataclass(frozen=True)
class ExperimentPage:
    """The pre-registered part of an experiment, in words."""

    experiment: Experiment
    changes: list[str]
    features: list[str]
    hyperparameters: list[tuple[str, str]]


def experiment_page(experiment: Experiment) -> ExperimentPage:
    config = experiment.parsed_config
    changes: list[str] = []
    if experiment.compared_to:
        before = experiment.compared_to.parsed_config
        changes = [describe_change(change) for change in describe_changes(before, config)]
    return ExperimentPage(
        experiment, changes, list(config.features), hyperparameter_rows(experiment)
    )


def hyperparameter_rows(experiment: Experiment) -> list[tuple[str, str]]:
    """Title and value of each hyperparameter, in the reader's language."""
    model = experiment.parsed_config.model
    fields = type(model).model_fields
    return [
        (_(fields[name].title or name), option_label(value))
        for name, value in model.model_dump().items()
        if name != "name"
    ]


@dataclass(frozen=True)
class ChecklistItem:
    """One part of what is taken home, and whether it is complete."""

    label: str
    done: bool
    detail: str = ""


def take_home_checklist(
    framing: Framing | None, experiments: list[Experiment]
) -> list[ChecklistItem]:
    """What a complete log has, checked against what there is."""
    closed = sum(experiment.is_closed for experiment in experiments)
    analysed = sum(bool(experiment.analysis) for experiment in experiments)
    count = len(experiments)
    return [
        ChecklistItem(_("The problem is framed"), framing is not None),
        ChecklistItem(
            _("The first experiment is a baseline"), any(e.is_baseline for e in experiments[:1])
        ),
        ChecklistItem(_("Experiments are run"), count > 0, str(count)),
        ChecklistItem(
            _("Every experiment is analysed"), 0 < count == analysed, f"{analysed}/{count}"
        ),
        ChecklistItem(
            _("Every experiment has a decision"), 0 < count == closed, f"{closed}/{count}"
        ),
    ]
