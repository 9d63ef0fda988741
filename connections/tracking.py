"""Which runs are told to which tool, and when: rows that a worker takes."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from classrooms.jobs import ring_again, sweep_jobs
from classrooms.models import Dojo
from classrooms.models.jobs import FINISHED
from connections.models import Delivery, Tool, TrackingSettings
from connections.tasks import deliver_next
from experiments.models import Run

# A tool that is set up later is told what is recent, not the whole past.
RECENT = timedelta(days=7)
NEW_PER_SWEEP = 200


def is_permitted(address: str) -> bool:
    """Whether a facilitator may have runs sent to this MLflow server.

    The worker would call any address, those of its own network included: so only hosts
    that whoever runs the installation has named (MLFLOW_DOJO_HOSTS), by HTTP, and
    without a password in the address.
    """
    try:
        found = urlsplit(address)
        host, port = found.hostname or "", found.port
    except ValueError:
        return False
    if found.scheme not in ("http", "https") or found.username or found.password:
        return False
    names = {host, f"{host}:{port}"} if port else {host}
    return not names.isdisjoint(settings.MLFLOW_DOJO_HOSTS)


def destinations(dojo: Dojo) -> dict[Tool, str]:
    """The tools that are told of a Dojo's runs, each with its address."""
    chosen = TrackingSettings.objects.filter(dojo=dojo).first()
    if dojo.is_rehearsed or (chosen is not None and not chosen.is_enabled):
        return {}
    own = chosen.mlflow_uri if chosen and is_permitted(chosen.mlflow_uri) else ""
    found = {
        Tool.MLFLOW: own or settings.MLFLOW_TRACKING_URI,
        Tool.WANDB: settings.WANDB_MODE,
    }
    return {tool: address for tool, address in found.items() if address}


def is_anything_tracked() -> bool:
    """Whether the installation or any Dojo has a tool."""
    if settings.MLFLOW_TRACKING_URI or settings.WANDB_MODE:
        return True
    return (
        bool(settings.MLFLOW_DOJO_HOSTS)
        and TrackingSettings.objects.exclude(mlflow_uri="").exists()
    )


def request_deliveries() -> int:
    """A row for every recent run that has ended and is not told yet; returns how many."""
    if not is_anything_tracked():
        return 0
    made = 0
    for tool in Tool:
        told = Delivery.objects.filter(run=OuterRef("pk"), tool=tool)
        ended = Run.objects.results().filter(
            ~Exists(told), status__in=FINISHED, finished_at__gte=timezone.now() - RECENT
        )
        of_dojo = "experiment__membership__dojo"
        dojos = Dojo.objects.filter(pk__in=ended.order_by().values(of_dojo))
        tracked = [dojo for dojo in dojos if tool in destinations(dojo)]
        runs = ended.filter(**{f"{of_dojo}__in": tracked}) if tracked else ended.none()
        rows = [Delivery(run=run, tool=tool) for run in runs[:NEW_PER_SWEEP]]
        made += len(Delivery.objects.bulk_create(rows, ignore_conflicts=True))
    return made


def sweep() -> None:
    """Find what is to be told, or told again, and ring for it."""
    request_deliveries()
    if not Delivery.objects.exists():
        return
    now = timezone.now()
    Delivery.objects.outdated().send_again()
    Delivery.objects.retry(now)
    sweep_jobs(Delivery.objects.all(), ring=lambda delivery: None, on_change=lambda delivery: None)
    if Delivery.objects.queued().due(now).exists():
        ring_again(deliver_next)
