"""The one Celery task: of each queue's workers, whatever the kind of the job."""

from celery import shared_task

from jobs.enqueue import send_wake_ups
from jobs.kinds import Queue, kinds_of
from jobs.perform import perform_next
from jobs.workers.threads import start_thread


@shared_task
def work(queue: str) -> None:
    """Do the most urgent job of a queue. The message names none: the order is decided when a
    worker is free."""
    if queue == Queue.IO:
        start_thread()
    elif perform_next(kinds_of(Queue(queue))):
        send_wake_ups(Queue(queue), 1)  # whoever is free takes the next
