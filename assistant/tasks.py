"""Bells of the coach, heard by the io worker."""

from celery import shared_task


@shared_task
def write_next_review() -> None:
    """Have feedback written, and wait for none of it."""
    from assistant.writers import wake  # noqa: PLC0415 (it leads to what rings this task)

    wake()


@shared_task
def sweep_reviews() -> None:
    """Look after feedback whose worker died or whose bell was lost."""
    from assistant.models import Review  # noqa: PLC0415 (models load after tasks)
    from classrooms.jobs import ring_again, sweep_jobs  # noqa: PLC0415
    from experiments.services import announce_page  # noqa: PLC0415

    sweep_jobs(
        Review.objects.select_related("experiment__membership"),
        ring=lambda review: ring_again(write_next_review),
        on_change=lambda review: announce_page(review.experiment.membership),
    )
