"""What an experiment's page, the log and the notebook show of a run, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from experiments.config_words import describe_change, hyperparameter_rows, new_feature_words
from experiments.engine.changes import describe_changes
from experiments.engine.metrics import METRICS, Metric
from experiments.messages import describe_failure, describe_warning
from experiments.models import Experiment, Interpretation, Run
from experiments.option_labels import option_label
from experiments.verdict import Verdict, result_sentence, score_verdict, verdict_of

# A gap that a learner should look at: five points on a metric between 0 and 1.
NOTABLE_GAP = 0.05
TRIALS_SHOWN = 50


@dataclass(frozen=True)
class MetricRow:
    """One metric over the parts of the data; `interval` is the test score's, 95 %."""

    metric: Metric
    train: float | None
    cv_mean: float | None
    cv_std: float | None
    test: float | None
    interval: list[float] | None
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
        return self.metric.is_share and self.gap is not None and self.gap >= NOTABLE_GAP


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
            interval=run.intervals.get(name),
            is_primary=name == primary,
        )
        for name, metric in METRICS.items()
        if run.score("test", name) is not None
    ]


@dataclass(frozen=True)
class Comparison:
    """A run against the one that its hypothesis names.

    Attributes:
        low, high: of the difference, 95 %; None where the engine did not compute it.
    """

    experiment: Experiment
    difference: float
    low: float | None
    high: float | None
    expected: float | None
    is_better: bool
    won: int | None
    lost: int | None

    @property
    def interval(self) -> tuple[float, float] | None:
        return None if self.low is None or self.high is None else (self.low, self.high)


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
    def threshold_was_tuned(self) -> bool:
        return bool(self.experiment.parsed_config.threshold.tune_for != "none")

    @cached_property
    def comparison(self) -> Comparison | None:
        reference = self.experiment.compared_to
        if reference is None:
            return None
        score = self.run.score("test", self.primary.name)
        earlier = reference.run.score("test", self.primary.name)
        if score is None or earlier is None:
            return None
        found = self.run.comparison
        interval = found["differences"][self.primary.name] if found else {}
        changed = found.get("mcnemar", {})
        return Comparison(
            experiment=reference,
            difference=score - earlier,
            low=interval.get("low"),
            high=interval.get("high"),
            expected=self.experiment.expected_effect,
            is_better=self.primary.is_better(score, earlier),
            won=changed.get("wrong_to_right"),
            lost=changed.get("right_to_wrong"),
        )

    @property
    def sentence(self) -> str:
        """What happened, in one sentence; empty before there is a score."""
        row, comparison = self.primary_row, self.comparison
        if row is None or row.test is None:
            return ""
        return result_sentence(
            metric=self.primary_label,
            test=row.test,
            interval=row.interval,
            gap=row.gap,
            gap_is_notable=row.gap_is_notable if row.metric.is_share else None,
            reference=comparison.experiment.number if comparison else None,
            difference=comparison.difference if comparison else None,
            difference_interval=comparison.interval if comparison else None,
            expected=self.experiment.expected_effect,
        )

    @property
    def verdict(self) -> Verdict | None:
        """What the result says of the hypothesis; None before it can be said."""
        if self.run.comparison:
            return verdict_of(self.run.comparison["judgement"])
        expected, row = self.experiment.expected_effect, self.primary_row
        if self.experiment.compared_to or expected is None or not row or not row.interval:
            return None
        return score_verdict(row.interval, expected, higher_is_better=self.primary.higher_is_better)

    # --- The same result once more --------------------------------------------------
    @property
    def reused_experiment(self) -> Experiment | None:
        """The experiment whose equal result this run took over."""
        source = self.run.reused_from
        return source.experiment if source else None

    @property
    def reused_is_own(self) -> bool:
        source = self.reused_experiment
        return source is not None and source.membership_id == self.experiment.membership_id

    @cached_property
    def repetition(self) -> Run | None:
        return self.experiment.repetition

    @property
    def is_reproduced(self) -> bool:
        repeated = self.repetition
        return repeated is not None and repeated.has_succeeded and not repeated.differences

    @property
    def repetition_failure(self) -> str:
        repeated = self.repetition
        if repeated is None:
            return ""
        return describe_failure(repeated.failure_code, repeated.failure_context)

    @property
    def differing_digits(self) -> list[dict[str, Any]]:
        """Scores that a repetition did not give again, every digit of them."""
        found = self.repetition.differences if self.repetition else []
        return [
            {
                "label": _(METRICS[row["metric"]].label),
                "part": row["part"],
                "first": repr(row["first"]),
                "again": repr(row["again"]),
            }
            for row in found
        ]

    # --- Search -----------------------------------------------------------------------
    @property
    def found_hyperparameters(self) -> str:
        """What the search chose, in one line."""
        return self._parameters(self.run.search["best"]) if self.run.search else ""

    @cached_property
    def trials(self) -> list[dict[str, Any]]:
        """The search's trials, the best first; those on few rows last."""
        found = self.run.search.get("trials", [])
        if not found:
            return []
        sign = -1 if METRICS[self.run.search["metric"]].higher_is_better else 1

        def place(trial: dict[str, Any]) -> tuple[Any, ...]:
            unknown = trial["mean"] is None
            return -trial["round"], unknown, 0 if unknown else sign * trial["mean"]

        ranked = sorted(found, key=place)
        return [
            trial | {"words": self._parameters(trial["parameters"])}
            for trial in ranked[:TRIALS_SHOWN]
        ]

    @property
    def trial_count(self) -> int:
        return len(self.run.search.get("trials", []))

    @property
    def search_metric(self) -> str:
        return _(METRICS[self.run.search["metric"]].label)

    def _parameters(self, parameters: dict[str, float]) -> str:
        fields = self.experiment.model_class.model_fields
        return ", ".join(
            f"{_(str(fields[name].title))} = {_rounded(value)}"
            for name, value in parameters.items()
        )

    # --- Interpretation ---------------------------------------------------------------
    @cached_property
    def stages(self) -> dict[int, Interpretation]:
        """How far the stages of the interpretation are, without what they found."""
        found = self.run.interpretations.without_content()
        return {interpretation.stage: interpretation for interpretation in found}

    @property
    def is_being_interpreted(self) -> bool:
        return any(stage.is_unfinished for stage in self.stages.values())

    @property
    def confusion(self) -> dict[str, int]:
        """Test rows by what they are and what was said, by their usual short names."""
        names = {"tn": "true_negatives", "fp": "false_positives"}
        names |= {"fn": "false_negatives", "tp": "true_positives"}
        found = self.run.confusion
        return {short: found[name] for short, name in names.items()} if found else {}

    @property
    def positive_class(self) -> str:
        return self.experiment.membership.dojo.dataset.positive_class

    @property
    def negative_class(self) -> str:
        return str(self.experiment.membership.dojo.dataset.data_schema["negative_class"])

    @property
    def is_live(self) -> bool:
        """Whether something is still to come."""
        repeated = self.repetition is not None and self.repetition.is_unfinished
        return self.run.is_unfinished or repeated or self.is_being_interpreted


def _rounded(value: float) -> str:
    """Four digits that count: a search draws sixteen."""
    return option_label(value if isinstance(value, int) else float(f"{value:.4g}"))


def run_page(experiment: Experiment) -> RunPage:
    metric = METRICS[experiment.membership.dojo.primary_metric]
    return RunPage(experiment, experiment.run, metric)


@dataclass(frozen=True)
class ExperimentPage:
    """The pre-registered part of an experiment, in words."""

    experiment: Experiment
    changes: list[str]
    features: list[str]
    new_features: list[str]
    hyperparameters: list[tuple[str, str]]


def experiment_page(experiment: Experiment) -> ExperimentPage:
    config = experiment.parsed_config
    schema = experiment.membership.dojo.schema
    changes: list[str] = []
    if experiment.compared_to:
        before = experiment.compared_to.parsed_config
        changes = [describe_change(change) for change in describe_changes(before, config, schema)]
    return ExperimentPage(
        experiment,
        changes,
        config.columns.chosen(schema),
        [new_feature_words(feature.model_dump()) for feature in config.new_features],
        hyperparameter_rows(config.model, config.search),
    )
