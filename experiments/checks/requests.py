"""Ask for histogram boosting on a Dojo's dataset, beside which its runs are looked at."""

from __future__ import annotations

from django.db import transaction

from classrooms.models import Dojo
from engine.run.fingerprint import fingerprint, library_versions
from engine.spec.config import default_config
from engine.spec.schema import Schema
from experiments.models import BoostingReference, Interpretation, Run, Stage
from jobs.enqueue import wake_workers
from jobs.models import JobStatus


def request_boosting(dojo: Dojo) -> BoostingReference:
    """The reference of the dataset as it is marked here, queued where there is none yet.

    To be called in a transaction.
    """
    schema = comparable_schema(dojo)
    reference, is_new = BoostingReference.objects.get_or_create(
        fingerprint=fingerprint(
            dojo.dataset.content_hash,
            schema,
            default_config(schema, "hist_gradient_boosting"),
            library_versions(),
        ),
        defaults={
            "dataset": dojo.dataset,
            "marked": [column.name for column in schema.columns if column.leak],
        },
    )
    if is_new:
        wake_workers(BoostingReference)
    return reference


@transaction.atomic
def request_checks(run: Run) -> None:
    """Queue the checks of a run where there are none: the rules may not have asked for them."""
    _checks, is_new = Interpretation.objects.get_or_create(
        run=run, stage=Stage.CHECKS, defaults=run.keys
    )
    if is_new:
        wake_workers(Interpretation)


def renew_checks(dojo: Dojo) -> None:
    """Queue the checks of all runs again: boosting has other columns to learn from.

    To be called in a transaction.
    """
    stages = Interpretation.objects.filter(
        run__experiment__seat__dojo=dojo, stage=Stage.CHECKS, status=JobStatus.SUCCEEDED
    )
    if renewed := stages.requeue(content={}):
        wake_workers(Interpretation, count=renewed)


def comparable_schema(dojo: Dojo) -> Schema:
    """The problem without what errors cost: no probability depends on it."""
    return dojo.schema.model_copy(update={"costs": None})
