"""Send a run to a tracking tool. A compute worker does it, because the model is sent too."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone, translation

from connections.models import Delivery, Tool
from connections.tracking.compute.fitted import model_files
from connections.tracking.compute.mlflow_client import send_to_mlflow
from connections.tracking.compute.wandb_client import send_to_wandb
from connections.tracking.deliveries import destinations
from connections.tracking.runs import TrackedRun, charts_of, tracked_run
from connections.tracking.unreachable import Unreachable
from experiments.exports.archives.aliases import Aliases
from experiments.models import Experiment
from jobs.enqueue import wake_workers
from jobs.perform import JobFailure, Report, Result

logger = logging.getLogger(__name__)

# All others wait so long, too, when one does not get through.
PAUSE = timedelta(minutes=1)

Send = Callable[[TrackedRun, str, str], str]
SENDERS: dict[Tool, Send] = {Tool.MLFLOW: send_to_mlflow, Tool.WANDB: send_to_wandb}


def deliver(delivery: Delivery, report: Report) -> Result:
    """Send the run to the tool; the next delivery waits until this one has succeeded.

    Raises:
        JobFailure: it did not; most of these are tried again later.
    """
    experiment = Experiment.objects.with_results().get(runs=delivery.run_id)
    dojo = experiment.seat.dojo
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
    fields = {"remote_id": remote_id, "sent_to": mark, "failures": 0}
    return Result(fields, store=lambda: wake_workers(Delivery))
