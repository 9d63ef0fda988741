"""Page objects of a run, shared by the experiment's page, the log and the notebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from classrooms.knowledge import knows_hidden_scores, knows_truths, record_tells_truths
from classrooms.models import Seat
from engine.spec.changes import describe_changes
from engine.spec.metrics import METRICS, Metric
from experiments.checks.page import Row as CheckRow
from experiments.checks.page import rows_of
from experiments.forecasts.outcomes import Outcome, forecast_of, metric_of, outcome_of
from experiments.forecasts.ruler import Ruler, ruler_of
from experiments.models import Experiment, Interpretation, Run, Stage
from experiments.pages.metric_rows import MetricRow, metric_rows
from experiments.templatetags.experiments import score
from experiments.wording.configs import describe_change, hyperparameter_rows, new_feature_words
from experiments.wording.messages import describe_failure, describe_warning
from experiments.wording.options import option_label
from experiments.wording.progress import progress_words
from experiments.wording.verdict import (
    Verdict,
    forecast_words,
    mistakes_words,
    result_sentence,
    scarcity_words,
    verdict_of,
)

TRIALS_SHOWN = 50


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
    is_better: bool
    won: int | None
    lost: int | None

    @property
    def interval(self) -> tuple[float, float] | None:
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True)
class RunPage:
    """Everything that the live part of an experiment's page shows.

    Attributes:
        names_columns: the reader may know which columns are marked (`classrooms.knowledge`).
    """

    experiment: Experiment
    run: Run
    primary: Metric
    names_columns: bool

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
        return [
            describe_warning(warning, names_columns=self.names_columns)
            for warning in self.run.warnings
        ]

    @property
    def notes(self) -> list[str]:
        """Warnings but for that of marked columns, which stands above the score."""
        return [
            describe_warning(warning, names_columns=self.names_columns)
            for warning in self.run.warnings
            if warning["code"] != "leaking_column"
        ]

    @property
    def progress(self) -> str:
        """What the run is busy with, in words."""
        return progress_words(self.experiment.parsed_config, self.run.progress)

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
        reached = self.run.score("test", self.primary.name)
        earlier = reference.run.score("test", self.primary.name)
        if reached is None or earlier is None:
            return None
        found = self.run.comparison
        interval = found["differences"][self.primary.name] if found else {}
        changed = found.get("mcnemar", {})
        return Comparison(
            experiment=reference,
            difference=reached - earlier,
            low=interval.get("low"),
            high=interval.get("high"),
            is_better=self.primary.is_better(reached, earlier),
            won=changed.get("wrong_to_right"),
            lost=changed.get("right_to_wrong"),
        )

    @property
    def sentence(self) -> str:
        """The result in one sentence; empty before there is a score."""
        row, comparison = self.primary_row, self.comparison
        if row is None or row.test is None:
            return ""
        return result_sentence(
            metric=self.primary_label,
            test=row.test,
            interval=row.interval,
            gap=row.gap,
            gap_interval=row.gap_interval,
            gap_is_notable=row.gap_is_notable,
            reference=comparison.experiment.number if comparison else None,
            difference=comparison.difference if comparison else None,
            difference_interval=comparison.interval if comparison else None,
            forecast=self.short_forecast,
        )

    @property
    def verdict(self) -> Verdict | None:
        """The verdict on the hypothesis; None before there is one."""
        return verdict_of(self.outcome) if self.outcome else None

    @cached_property
    def outcome(self) -> Outcome | None:
        """What the result says of the forecast; None before there is one."""
        return outcome_of(self.experiment)

    @property
    def forecast(self) -> str:
        """The forecast in one line; empty where there is none."""
        return self._forecast(with_range=True)

    @property
    def short_forecast(self) -> str:
        """The same without its range."""
        return self._forecast(with_range=False)

    def _forecast(self, *, with_range: bool) -> str:
        found = forecast_of(self.experiment)
        if found is None:
            return ""
        label = _(metric_of(self.experiment).label)
        return forecast_words(label, found, with_range=with_range)

    @property
    def forecast_is_of_another_metric(self) -> bool:
        return metric_of(self.experiment).name != self.primary.name

    @property
    def forecast_metric_label(self) -> str:
        return _(metric_of(self.experiment).label)

    @property
    def guardrail_label(self) -> str:
        name = self.experiment.guardrail_metric
        return _(METRICS[name].label) if name else ""

    @property
    def scarcity(self) -> str:
        """How badly the forecast's metric is known, where few rows decide it; else empty."""
        return self.scarcity_of(metric_of(self.experiment))

    def scarcity_of(self, metric: Metric) -> str:
        """The same of any metric."""
        row = next((row for row in self.rows if row.metric.name == metric.name), None)
        if row is None or not row.interval:
            return ""
        reach = (row.interval[1] - row.interval[0]) / 2
        return scarcity_words(metric.name, row.label, self.run.confusion, reach)

    @cached_property
    def ruler(self) -> Ruler | None:
        """The forecast and the measured interval on one scale."""
        return ruler_of(self.outcome) if self.outcome else None

    # --- The same result once more --------------------------------------------------
    @property
    def reused_experiment(self) -> Experiment | None:
        """The experiment whose equal result this run took over."""
        source = self.run.reused_from
        return source.experiment if source else None

    @property
    def reused_is_own(self) -> bool:
        source = self.reused_experiment
        return source is not None and source.seat_id == self.experiment.seat_id

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
        """Scores that a repetition did not give again, every digit of them; the hidden ones too
        once they are told."""
        found = self.repetition.differences if self.repetition else []
        tells_hidden = knows_hidden_scores(self.experiment.seat.dojo)
        return [
            {
                "label": _(METRICS[row["metric"]].label),
                "part": row["part"],
                "first": repr(row["first"]),
                "again": repr(row["again"]),
            }
            for row in found
            if tells_hidden or row["part"] != "holdout"
        ]

    # --- Search -----------------------------------------------------------------------
    @property
    def found_hyperparameters(self) -> str:
        """Hyperparameters that the search chose, in one line."""
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
        """States of the interpretation's stages, without their results."""
        found = self.run.interpretations.without_content()
        return {interpretation.stage: interpretation for interpretation in found}

    @cached_property
    def checks(self) -> list[CheckRow]:
        """A careful colleague's, as far as they are made."""
        known = getattr(self.run, "checked", None)
        if known is None:
            known = [self.stages[Stage.CHECKS]] if Stage.CHECKS in self.stages else []
        return rows_of(known[0].content.get("checks", ())) if known else []

    @property
    def checks_found(self) -> int:
        """How many found something to look at."""
        return sum(row.state == "found" for row in self.checks)

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
    def mistakes(self) -> str:
        """Wrong predictions on the test rows, in words; empty before there are any predictions."""
        return mistakes_words(self.run.confusion, self.positive_class)

    @property
    def announcement(self) -> str:
        """What a screen reader says when the run's state changes, and of nothing else."""
        row = self.primary_row
        if not self.run.has_succeeded or row is None:
            return str(self.run.get_status_display())
        words = {"metric": self.primary_label, "score": score(row.test)}
        return _("Result: %(metric)s %(score)s") % words

    @property
    def positive_class(self) -> str:
        return self.experiment.seat.dojo.dataset.positive_class

    @property
    def negative_class(self) -> str:
        return str(self.experiment.seat.dojo.dataset.data_schema["negative_class"])

    @property
    def is_live(self) -> bool:
        """Whether something is still to come."""
        repeated = self.repetition is not None and self.repetition.is_unfinished
        return self.run.is_unfinished or repeated or self.is_being_interpreted


def _rounded(value: float) -> str:
    """Four digits that count: a search draws sixteen."""
    return option_label(value if isinstance(value, int) else float(f"{value:.4g}"))


def run_page(experiment: Experiment, reader: Seat | None = None) -> RunPage:
    """The result of an experiment.

    Args:
        reader: who looks at it; None tells what its participants may know.
    """
    dojo = experiment.seat.dojo
    names_columns = knows_truths(reader) if reader else record_tells_truths(dojo)
    return RunPage(experiment, experiment.run, METRICS[dojo.primary_metric], names_columns)


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
    schema = experiment.seat.dojo.schema
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
