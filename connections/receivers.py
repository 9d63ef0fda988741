"""What other tools add to archives and notebooks, and what of them goes with a run."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from connections.http.example import on_starter
from connections.models import Delivery
from connections.models.tracking import Tool
from connections.tracking.compute.wandb_client import forget, offline_runs_of, stored_runs_of
from connections.tracking.mlruns import mlruns_of
from experiments import signals

signals.starter_code_asked_for.connect(on_starter)


@receiver(signals.archive_asked_for)
def files_for_archive(sender: Any, record: Any, **_kwargs: Any) -> dict[str, bytes]:
    """What a participant's ZIP has for MLflow and for Weights & Biases."""
    return mlruns_of(record) | offline_runs_of(record)


@receiver(signals.stored_files_asked_for)
def stored_runs(sender: Any, dojo: Any, **_kwargs: Any) -> list[str]:
    """What is stored of a Dojo's runs for `wandb sync`."""
    return stored_runs_of(dojo)


@receiver(post_delete, sender=Delivery)
def forget_what_is_stored(sender: Any, instance: Delivery, **_kwargs: Any) -> None:
    """A run that is deleted leaves no file."""
    if instance.remote_id and instance.tool == Tool.WANDB:
        forget(instance.remote_id)
