"""Cases as rows of a database, where the product's own rules read them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from assistant.facts.records import Work, work_of
from assistant.facts.rules import Facts
from benchmarks.assistant.cases import Case
from classrooms.agenda import timeline
from classrooms.dojos import services
from classrooms.models import Dataset, Dojo, User
from engine.bundled import BUNDLED
from engine.judge.numbers import Difference
from engine.spec.config import validate_config
from engine.spec.schema import Column, ColumnType, Schema
from experiments.forecasts.registering import Typed, registered
from experiments.models import Experiment, Framing, RowNote, Run
from jobs.models import JobStatus

METRIC = "roc_auc"
HALF_WIDTH = 0.03  # of a score's interval
MINUTES_APART = 2
WORDS = {
    "region", "contract", "internet", "payment_method", "last_plan_change", "usage_trend", "churned"
}  # fmt: skip
CONFUSION = {
    "true_negatives": 1150,
    "false_positives": 90,
    "false_negatives": 96,
    "true_positives": 264,
}


def make_dojo(language: str) -> Dojo:
    """A Dojo under way on the churn data, of which only the card is needed."""
    user = User.objects.create_user(f"facilitator-{language}@example.org")
    dojo = services.create_dojo(
        facilitator=user,
        display_name="Facilitator",
        title="Evaluation",
        language=language,
        variant="standard",
        dataset=_dataset(user),
        primary_metric=METRIC,
        success_threshold=0.8,
    )
    timeline.start_dojo(dojo)
    return Dojo.objects.get(pk=dojo.pk)


def _dataset(owner: User) -> Dataset:
    card = BUNDLED["churn"]
    columns = tuple(_column(name) for name in card.column_meanings)
    schema = Schema(columns=columns, target=card.target, positive_class="yes", negative_class="no")
    return Dataset.objects.create(
        owner=owner,
        title="Telecom churn",
        bundled_key=card.key,
        step=Dataset.Step.PREPARE,
        status=JobStatus.SUCCEEDED,
        target=card.target,
        positive_class="yes",
        row_count=8000,
        class_counts={"no": 6196, "yes": 1804},
        part_sizes={"train": 4800, "test": 1600, "holdout": 1600},
        data_schema=schema.model_dump(mode="json"),
    )


def _column(name: str) -> Column:
    kind = ColumnType.CATEGORICAL if name in WORDS else ColumnType.NUMERIC
    if name == "customer_id":
        kind = ColumnType.ID
    return Column(name=name, type=kind, numeric=name not in WORDS, missing=0, distinct=20)


def load(case: Case, dojo: Dojo) -> tuple[Work, Facts]:
    """Store a case as a participant's record, and read it as the coach does."""
    user = User.objects.create_user(f"{case.name}@example.org")
    member = services.join_dojo(dojo=dojo, user=user, display_name=f"{case.name}'s")
    if case.framing:
        Framing.objects.create(seat=member, **case.framing)
    stored: list[Experiment] = []
    began = timezone.now() - timedelta(minutes=MINUTES_APART * len(case.experiments))
    for place, told in enumerate(case.experiments):
        submitted = began + timedelta(minutes=MINUTES_APART * place)
        stored.append(_experiment(member, told, stored, submitted))
    work = work_of(member)
    return work, work.facts(stored[case.reviewed].pk)


def _experiment(
    member: Any, told: dict[str, Any], stored: list[Experiment], submitted: datetime
) -> Experiment:
    base = {"columns": {"exclude": ["retention_credit_eur"]}, "model": {"name": told["model"]}}
    config = validate_config(base | told.get("config", {}), member.dojo.schema)
    reference = told.get("compared_to")
    is_closed = bool(told.get("decision"))
    experiment = Experiment.register(
        seat=member,
        number=len(stored) + 1,
        claim=told["claim"],
        rationale=told["rationale"],
        **registered(
            Typed(told["expected_effect"], metric=told.get("metric", "")),
            member.dojo,
            has_reference=bool(reference),
        ),
        compared_to=stored[reference - 1] if reference else None,
        config=config.model_dump(mode="json"),
        submitted_at=submitted,
        analysis=told.get("analysis", ""),
        decision=told.get("decision", ""),
        next_step=told.get("next_step", ""),
        concluded_at=submitted + timedelta(minutes=1) if is_closed else None,
    )
    for row, note in enumerate(told.get("notes", ()), start=1):
        RowNote.objects.create(experiment=experiment, row=row, text=note)
    run = _run(experiment, told, submitted)
    if told.get("reproduced"):
        Run.objects.create(experiment=experiment, reproduces=run, status=JobStatus.SUCCEEDED)
    return experiment


def _run(experiment: Experiment, told: dict[str, Any], submitted: datetime) -> Run:
    if told.get("waiting"):
        return Run.objects.create(experiment=experiment)
    finished = submitted + timedelta(seconds=20)
    if told.get("failed"):
        return Run.objects.create(
            experiment=experiment,
            status=JobStatus.TIMED_OUT,
            finished_at=finished,
            failure_code="time_limit",
            failure_context={"seconds": 60},
        )
    train, test = {METRIC: told["train"]}, {METRIC: told["test"]}
    gap = told["train"] - told["test"]
    return Run.objects.create(
        experiment=experiment,
        status=JobStatus.SUCCEEDED,
        finished_at=finished,
        metrics={
            "train": train,
            "cross_validation": {"mean": test, "std": {METRIC: 0.01}, "folds": []},
            "test": test,
        },
        intervals={METRIC: [told["test"] - HALF_WIDTH, min(1.0, told["test"] + HALF_WIDTH)]},
        gaps={METRIC: [gap - HALF_WIDTH, gap + HALF_WIDTH]},
        confusion=CONFUSION,
        comparison=_comparison(experiment, told),
    )


def _comparison(experiment: Experiment, told: dict[str, Any]) -> dict[str, Any]:
    """As the engine tells it; empty where nothing is compared."""
    if experiment.compared_to is None or not told["difference"]:
        return {}
    low, high = told["difference"]
    difference = Difference((low + high) / 2, low, high)
    return {"differences": {METRIC: asdict(difference)}}
