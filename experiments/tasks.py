"""Bells: each calls one service. The scientific imports stay in the worker."""

from celery import shared_task
from django.conf import settings

LIMITS = {
    "soft_time_limit": settings.RUN_SOFT_TIME_LIMIT_SECONDS,
    "time_limit": settings.RUN_HARD_TIME_LIMIT_SECONDS,
}


@shared_task(**LIMITS)
def work_next() -> None:
    """Do the most urgent job. It names none: the order is decided when a process is free."""
    from experiments import work  # noqa: PLC0415 (imports the scientific libraries)

    work.do_next()


@shared_task(
    soft_time_limit=settings.EXPORT_TIME_LIMIT_SECONDS + 15,
    time_limit=settings.EXPORT_TIME_LIMIT_SECONDS + 30,
)
def make_exports() -> None:
    """Make the document that has waited longest, or pack a Dojo."""
    from experiments.exports import archiving, making  # noqa: PLC0415 (they ring this task)

    making.make_next() or archiving.pack_next()


@shared_task
def sweep_runs() -> None:
    """Look after runs and interpretations whose worker died or whose bell was lost."""
    from experiments.sweeping import sweep  # noqa: PLC0415 (it rings these tasks)

    sweep()


@shared_task
def advance_simulations() -> None:
    """Let every simulated participant do the next thing that a person would do."""
    from experiments.simulation import advance_all  # noqa: PLC0415 (it submits experiments)

    advance_all()
