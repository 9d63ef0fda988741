"""Send wake-up messages: they name no job, only the queue where one waits.

A few of them are enough: whoever has done a job sends one for the next. So however long the
queue is, and however long no worker takes any, no more than a few wait in the broker.

Tasks are sent by name, so that services import none.
"""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import ChannelError, OperationalError

from jobs.kinds import Queue, kind_of
from jobs.models import Job

logger = logging.getLogger(__name__)

# Enough to wake every idle process of a small machine at once.
MESSAGES_AT_MOST = 8


def wake_workers(model: type[Job], *, count: int = 1) -> None:
    """Send wake-up messages for new jobs of a model when the transaction commits.

    If the broker is down nothing is lost: the jobs are in the database, and the sweeper
    sends more messages.
    """
    queue = kind_of(model).queue
    transaction.on_commit(lambda: send_wake_ups(queue, count))


def send_wake_ups(queue: Queue, count: int) -> None:
    """Send them now, as far as there is room for them."""
    try:
        room = MESSAGES_AT_MOST - waiting_messages(queue)
    except (OperationalError, ChannelError, OSError) as error:
        logger.warning("The broker does not say what waits in %s: %s", queue, error)
        return
    for _message in range(min(count, room)):
        send_task("jobs.tasks.work", str(queue), queue=str(queue))


def waiting_messages(queue: Queue) -> int:
    """How many messages of a queue no worker has taken yet."""
    with current_app.connection_or_acquire() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
        known: Any = current_app.amqp.queues[str(queue)]
        # Declaring a queue that is there changes nothing, and is answered with its length.
        return int(known.bind(broker.default_channel).queue_declare().message_count)


def send_task(name: str, *args: Any, **options: Any) -> None:
    """Send a task by its name; a broker that is down is only logged."""
    try:
        current_app.send_task(name, args=args, retry=False, **options)
    except (OperationalError, OSError) as error:
        logger.warning("The broker did not take %s: %s", name, error)
