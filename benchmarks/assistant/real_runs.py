"""Planted cases as real records: every experiment is submitted, run by the engine and concluded."""

from __future__ import annotations

from typing import Any

from assistant.facts.records import Work, work_of
from assistant.facts.rules import Facts
from benchmarks.assistant.planted import PlantedCase
from classrooms.agenda import timeline
from classrooms.datasets.services import add_bundled_dataset
from classrooms.dojos import services
from classrooms.models import Dataset, Dojo, Seat, User
from engine.bundled import BUNDLED
from engine.spec.config import ExperimentConfig, validate_config
from experiments.models import Experiment
from experiments.submit.services import record_analysis, save_framing, submit_experiment
from jobs.perform import perform_here

METRIC = "roc_auc"
LEAK = "retention_credit_eur"
FRAMING = {
    "problem": "Whom should the retention team call before they leave? / Qui appeler avant ?",
    "data": "8,000 customers, one row each, as of 30 June. / 8 000 clients au 30 juin.",
    "metric": "ROC AUC, a success from 0.80. / ROC AUC, un succès à partir de 0,80.",
    "baseline": "A logistic regression. / Une régression logistique.",
}


def make_dojos(languages: set[str]) -> dict[str, Dojo]:
    """A Dojo in each language on the real churn data, in the phase of the interpretation."""
    owner = User.objects.create_user("facilitator@example.org")
    dataset = add_bundled_dataset(owner, "churn", split_seed=BUNDLED["churn"].split.seed)
    perform_here(dataset)
    return {
        language: _dojo(owner, Dataset.objects.get(pk=dataset.pk), language)
        for language in sorted(languages)
    }


def _dojo(owner: User, dataset: Dataset, language: str) -> Dojo:
    dojo = services.create_dojo(
        facilitator=owner,
        display_name="Facilitator",
        title=f"Cases ({language})",
        language=language,
        variant="standard",
        dataset=dataset,
        primary_metric=METRIC,
        success_threshold=0.8,
    )
    timeline.start_dojo(dojo)
    while not dojo.phases.filter(kind="interpretation", started_at__isnull=False).exists():
        timeline.advance_dojo(Dojo.objects.get(pk=dojo.pk))
    return Dojo.objects.get(pk=dojo.pk)


def load(case: PlantedCase, dojo: Dojo) -> tuple[Work, Facts]:
    """Live a case as its participant did, and read it as the coach does.

    Raises:
        RuntimeError: a run did not succeed.
    """
    user = User.objects.create_user(f"{case.name.lower()}@example.org")
    seat = services.join_dojo(dojo=dojo, user=user, display_name=case.name)
    save_framing(seat, **FRAMING)
    done: list[Experiment] = []
    for step in case.steps:
        done.append(_live(seat, case, step, done))
    work = work_of(Seat.objects.with_dojo().get(pk=seat.pk))
    return work, work.facts(done[-1].pk)


def _live(
    seat: Seat, case: PlantedCase, step: dict[str, Any], done: list[Experiment]
) -> Experiment:
    experiment = submit_experiment(
        seat,
        claim=step["claim"],
        rationale=step["rationale"],
        expected_effect=step["effect"],
        compared_to=done[step["ref"] - 1] if step["ref"] else None,
        config=_config(case.configs[step["config"]], seat.dojo),
        baseline_waived=True,
    )
    perform_here(experiment.run)
    experiment = Experiment.objects.with_results().get(pk=experiment.pk)
    if not experiment.run.has_succeeded:
        raise RuntimeError(f"{case.name}: {experiment.run.failure_code}")
    return record_analysis(
        experiment, analysis=step["analysis"], decision=step["decision"], next_step=step["next"]
    )


def _config(change: dict[str, Any], dojo: Dojo) -> ExperimentConfig:
    """The default logistic regression without the leak, changed."""
    told = dict(change)
    model = {"name": told.pop("model", "logistic_regression")} | told.pop("params", {})
    base = {"columns": {"exclude": told.pop("drop", [LEAK])}, "model": model}
    return validate_config(base | told, dojo.schema)
