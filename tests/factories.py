"""What tests are about: unsurprising defaults, and a fixed cast.

*facilitator* and *participant* share a Dojo, *neighbour* is another participant of
it, *stranger* takes part in another Dojo, and anonymous is nobody.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from assistant.models import Message
from classrooms.agenda import timeline
from classrooms.conversation import announcements as announcing
from classrooms.dojos import services
from classrooms.models import (
    Announcement,
    Dataset,
    Dojo,
    HealthReport,
    Invitation,
    Seat,
    StoredFile,
    TrainRows,
    User,
)
from engine.spec.config import ExperimentConfig, default_config
from experiments.models import (
    Experiment,
    HoldoutResult,
    Interpretation,
    Predictions,
    Run,
    Stage,
)
from experiments.sealing.services import seal_result
from experiments.submit.services import submit_experiment
from jobs.models import JobStatus

PASSWORD = "correct-horse-battery"
_numbers = count(1)


def make_user(name: str | None = None, **fields: Any) -> User:
    name = name or f"person{next(_numbers)}"
    email = f"{name}@example.org"
    user = User.objects.create_user(email, PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user


@lru_cache(maxsize=1)
def _prepared() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """What a worker stores about the breast cancer data; computed once, by the real code."""
    from classrooms.datasets.services import add_bundled_dataset
    from jobs.perform import perform_here

    # Rolled back rather than deleted: the files are to stay.
    with transaction.atomic():
        dataset = add_bundled_dataset(make_user("preparer"), "breast_cancer", split_seed=20)
        perform_here(dataset)
        dataset.refresh_from_db()
        assert dataset.is_ready, dataset.failure_code
        names = [field.attname for field in Dataset._meta.concrete_fields]
        fields = {name: getattr(dataset, name) for name in names if name not in ("id", "owner_id")}
        health, rows = dataset.health.content, dataset.train_rows.content
        stored = list(StoredFile.objects.filter(name__contains="datasets/").values())
        transaction.set_rollback(True)
    return fields, health, rows, stored


def make_dataset(owner: User) -> Dataset:
    """A dataset that is ready, with its files in the storage."""
    fields, health, rows, stored = _prepared()
    if existing := Dataset.objects.filter(public_id=fields["public_id"]).first():
        return existing
    dataset = Dataset.objects.create(owner=owner, **fields)
    HealthReport.objects.create(dataset=dataset, content=health)
    TrainRows.objects.create(dataset=dataset, content=rows)
    for row in stored:
        StoredFile.objects.update_or_create(name=row["name"], defaults=row)
    return dataset


def copy_of_dataset(dataset: Dataset, **fields: Any) -> Dataset:
    """Another dataset with the same content, of the same owner."""
    names = [field.attname for field in Dataset._meta.concrete_fields]
    values = {name: getattr(dataset, name) for name in names if name not in ("id", "public_id")}
    return Dataset.objects.create(**values | fields)


def make_upload(owner: User) -> Dataset:
    """An upload that a worker has read, before anybody said what to predict."""
    return Dataset.objects.create(owner=owner, title="Mine", status=JobStatus.SUCCEEDED)


def make_dojo(facilitator: User | None = None, **fields: Any) -> Dojo:
    """A Dojo under way, in its first phase."""
    facilitator = facilitator or make_user()
    values: dict[str, Any] = {
        "display_name": "Camille",
        "title": "Dojo",
        "language": "en",
        "variant": "standard",
        "primary_metric": "roc_auc",
        "success_threshold": 0.8,
    }
    started = fields.pop("started", True)
    dataset = fields.pop("dataset", None) or make_dataset(facilitator)
    dojo = services.create_dojo(facilitator=facilitator, dataset=dataset, **values | fields)
    if started:
        timeline.start_dojo(dojo)
        dojo.refresh_from_db()
    return dojo


def join(dojo: Dojo, name: str | None = None) -> Seat:
    user = make_user(name)
    return services.join_dojo(dojo=dojo, user=user, display_name=name or user.proposed_name)


def announce(dojo: Dojo, text: str = "Save often.", **fields: Any) -> Announcement:
    """What a facilitator of the Dojo says, to everyone unless a recipient is given."""
    facilitator = dojo.seats.filter(role=Seat.Role.FACILITATOR).first()
    assert facilitator is not None
    return announcing.announce(facilitator, text, **fields)


def invite(dojo: Dojo, name: str = "Zoé") -> Invitation:
    """A seat kept for somebody."""
    return Invitation.objects.get_or_create(dojo=dojo, display_name=name)[0]


def coach_message(member: Seat) -> Message:
    """Something that the coach said to somebody."""
    return Message.objects.create(seat=member, role="coach", text="Why?", source="rules")


def config_of(seat: Seat, model: str = "logistic_regression") -> ExperimentConfig:
    return default_config(seat.dojo.dataset.schema, model)


def submit(seat: Seat, model: str = "dummy", **fields: Any) -> Experiment:
    """A submitted experiment whose run waits in the queue."""
    values: dict[str, Any] = {
        "claim": "A model without features gives a floor.",
        "rationale": "Anything that learns must beat it.",
        "expected_effect": 0.5,
        "compared_to": None,
        "config": config_of(seat, model),
        "baseline_waived": True,
    }
    return submit_experiment(seat, **values | fields)


SCORES = {
    "accuracy": 0.9,
    "f1": 0.8,
    "precision": 0.85,
    "recall": 0.75,
    "roc_auc": 0.95,
    "log_loss": 0.3,
}


def finish(experiment: Experiment, *, test: float = 0.95, holdout: float = 0.93) -> Run:
    """Give the experiment a result, without a worker: for pages, not for numbers."""
    run = experiment.run
    scores = SCORES | {"roc_auc": test}
    Run.objects.filter(pk=run.pk).update(
        status=JobStatus.SUCCEEDED,
        attempt=1,
        progress=1.0,
        started_at=timezone.now(),
        finished_at=timezone.now(),
        fit_seconds=0.12,
        metrics={
            "train": SCORES | {"roc_auc": 0.99},
            "cross_validation": {
                "mean": scores,
                "std": dict.fromkeys(scores, 0.01),
                "folds": [scores, scores],
            },
            "test": scores,
        },
        holdout_metrics=SCORES | {"roc_auc": holdout},
        gaps={"roc_auc": [0.96 - test, 1.02 - test]},
        confusion={
            "true_negatives": 60,
            "false_positives": 4,
            "false_negatives": 5,
            "true_positives": 31,
        },
        fingerprint="f" * 64,
        versions={"engine": "1", "numpy": "2.0.0", "scikit-learn": "1.5.0"},
    )
    Predictions.objects.create(run=run, test=b"", out_of_fold=b"")
    HoldoutResult.objects.create(run=run, **run.keys, status=JobStatus.SUCCEEDED, progress=1.0)
    Interpretation.objects.bulk_create(
        Interpretation(
            run=run, stage=stage, **run.keys, status=JobStatus.SUCCEEDED, content=content
        )
        for stage, content in _interpreted().items()
    )
    seal_result(run)
    return Run.objects.get(pk=run.pk)


@lru_cache(maxsize=1)
def _interpreted() -> dict[Stage, Any]:
    """What a worker finds of the default logistic regression; computed once, by the real code."""
    from engine.explain import checks, stages
    from engine.run.boosting import boosting_reference
    from engine.run.evaluate import evaluate
    from experiments.compute.process_memory import load_dataset

    prepared = load_dataset(Dataset.objects.get(public_id=_prepared()[0]["public_id"]))
    config = default_config(prepared.schema, "logistic_regression")
    done = evaluate(config, prepared.schema, prepared.frame, prepared.split)
    run = stages.FinishedRun(
        pipeline=done.pipeline,
        config=config,
        schema=prepared.schema,
        frame=prepared.frame,
        split=prepared.split,
        metric="roc_auc",
        threshold=0.1,  # errors of both kinds
        out_of_fold=done.out_of_fold,
        fit_seconds=0.1,
        train_score=0.99,
        test_score=0.95,
        interval=(0.9, 0.98),
    )
    return {
        Stage.EVIDENCE: stages.evidence(run),
        Stage.LEARNING: stages.learning_curves(run),
        Stage.REASONS: stages.reasons(run),
        Stage.SUBGROUPS: stages.subgroups(
            run, sensitive=[], findings=_prepared()[1]["findings"], warnings=[]
        ),
        Stage.CHECKS: checks.checks(
            run,
            submitted=config,
            folds=[0.95, 0.96, 0.94, 0.95, 0.96],
            search={},
            gap=(0.03, 0.05),
            reference=boosting_reference(prepared.schema, prepared.frame, prepared.split),
        ),
    }
