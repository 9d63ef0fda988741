"""Decide which runs go to which tool, and when; workers take the rows."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from classrooms.models import Dojo
from connections.models import Delivery, Tool, TrackingSettings
from experiments.models import Run
from jobs.models import FINISHED

# A tool that is set up later is told what is recent, not the whole past.
RECENT = timedelta(days=7)
NEW_PER_SWEEP = 200


def destinations(dojo: Dojo) -> dict[Tool, str]:
    """The tools that are sent a Dojo's runs, each with its address."""
    chosen = TrackingSettings.objects.filter(dojo=dojo).first()
    if dojo.stage.is_rehearsed or (chosen is not None and not chosen.is_enabled):
        return {}
    found = {Tool.MLFLOW: settings.MLFLOW_TRACKING_URI, Tool.WANDB: settings.WANDB_MODE}
    return {tool: address for tool, address in found.items() if address}


def request_deliveries() -> int:
    """Create a delivery for every recent run that has ended and has none; returns how many."""
    if not (settings.MLFLOW_TRACKING_URI or settings.WANDB_MODE):
        return 0
    made = 0
    for tool in Tool:
        told = Delivery.objects.filter(run=OuterRef("pk"), tool=tool)
        ended = Run.objects.results().filter(
            ~Exists(told), status__in=FINISHED, finished_at__gte=timezone.now() - RECENT
        )
        of_dojo = "experiment__seat__dojo"
        dojos = Dojo.objects.select_related("stage").filter(pk__in=ended.order_by().values(of_dojo))
        tracked = [dojo for dojo in dojos if tool in destinations(dojo)]
        runs = ended.filter(**{f"{of_dojo}__in": tracked}) if tracked else ended.none()
        rows = [Delivery(run=run, tool=tool, **run.keys) for run in runs[:NEW_PER_SWEEP]]
        made += len(Delivery.objects.bulk_create(rows, ignore_conflicts=True))
    return made


def find_deliveries() -> None:
    """Queue runs that are to be sent, or sent again. The sweeper calls it."""
    request_deliveries()
    if not Delivery.objects.exists():
        return
    Delivery.objects.outdated().send_again()
    Delivery.objects.retry(timezone.now())
