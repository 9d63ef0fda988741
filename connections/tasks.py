"""Bells of the connections. What is sent is made where the scientific libraries are."""

from celery import shared_task

from experiments.tasks import LIMITS


@shared_task(**LIMITS)
def deliver_next() -> None:
    """Tell a tool of the run that has waited longest, unless a run waits to be computed."""
    from connections import delivering  # noqa: PLC0415 (imports the scientific libraries)

    delivering.deliver_next()


@shared_task
def sweep_deliveries() -> None:
    """Look for runs that a tool does not know of yet."""
    from connections import tracking  # noqa: PLC0415 (it rings these tasks)

    tracking.sweep()
