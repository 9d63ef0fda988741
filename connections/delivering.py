"""Telling a tool of a run, in a compute worker that has nothing better to do."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone, translation

from classrooms.jobs import Fields, JobFailure, perform_job, ring, worker_name
from classrooms.models.jobs import JobStatus
from connections.fitted import model_files
from connections.mlflow_client import send_to_mlflow
from connections.models import Delivery, Tool
from connections.runs import TrackedRun, charts_of, tracked_run
from connections.tasks import deliver_next as bell
from connections.tracking import destinations
from connections.unreachable import Unreachable
from connections.wandb_client import send_to_wandb
from experiments.exports.aliases import Aliases
from experiments.models import Experiment, Run

logger = logging.getLogger(__name__)

# All others wait so long, too, when one does not get through.
PAUSE = timedelta(minutes=1)

Send = Callable[[TrackedRun, str, str], str]
SENDERS: dict[Tool, Send] = {Tool.MLFLOW: send_to_mlflow, Tool.WANDB: send_to_wandb}


def deliver_next() -> bool:
    """Claim the delivery that has waited longest; False where none is due.

    Runs come first: while one waits to be computed nothing is delivered, and never two
    at a time, so that a slow server keeps one process for seconds at most.
    """
    now = timezone.now()
    is_busy = Run.objects.queued().exists()
    if is_busy or Delivery.objects.filter(status=JobStatus.RUNNING, lease_until__gt=now).exists():
        return False
    claimed = Delivery.objects.due(now).claim_first(worker=worker_name())
    if claimed is None:
        return False
    delivery = Delivery.objects.get(pk=claimed[0])
    perform_job(
        delivery,
        lambda report: deliver(delivery),
        attempt=claimed[1],
        on_change=lambda: None,
        on_success=lambda: ring(bell),
    )
    return True


def deliver(delivery: Delivery) -> Fields:
    """The fields of a delivery that got through.

    Raises:
        JobFailure: it did not; most of these are tried again later.
    """
    experiment = Experiment.objects.with_results().get(runs=delivery.run_id)
    dojo = experiment.membership.dojo
    tool = Tool(delivery.tool)
    address = destinations(dojo).get(tool)
    if address is None:
        raise JobFailure("switched_off")
    with translation.override(dojo.language):
        told = tracked_run(experiment, charts_of([experiment])[experiment.run.pk], Aliases(dojo))
    mark = hashlib.sha256(address.encode()).hexdigest()
    known = delivery.remote_id if delivery.sent_to == mark else ""
    if not known and experiment.run.has_succeeded:
        told.files.update(model_files(experiment.run))
    try:
        remote_id = SENDERS[tool](told, address, known)
    except Unreachable as failure:
        logger.warning("%s did not take %r: %s", tool.label, delivery.run, failure.reason)
        if failure.code == "unreachable":
            waiting = Delivery.objects.queued().filter(tool=tool)
            waiting.update(retry_at=timezone.now() + PAUSE)
        raise JobFailure(failure.code) from failure
    return {"remote_id": remote_id, "sent_to": mark, "failures": 0}
