"""Bells of this app: each takes ids and calls one service."""

from celery import shared_task
from django.conf import settings

from classrooms.models import Dataset


@shared_task(
    soft_time_limit=settings.RUN_SOFT_TIME_LIMIT_SECONDS,
    time_limit=settings.RUN_HARD_TIME_LIMIT_SECONDS,
)
def process_dataset(dataset_id: int) -> None:
    """Read an uploaded file, or split a dataset whose target is chosen."""
    # The scientific libraries live in the compute worker only.
    from classrooms.preparation import process  # noqa: PLC0415

    process(dataset_id)


@shared_task
def sweep_datasets() -> None:
    """Look after datasets whose worker died or whose bell was lost."""
    from classrooms.jobs import ring_again, sweep_jobs  # noqa: PLC0415

    sweep_jobs(
        Dataset.objects.all(),
        ring=lambda dataset: ring_again(process_dataset, dataset.pk),
        on_change=lambda dataset: None,
    )
