"""What a worker process sets up: signs of life, warm imports, limits."""

import logging
import resource
from datetime import timedelta
from typing import Any

from celery.signals import celeryd_after_setup, heartbeat_sent, worker_process_init
from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone

from classrooms.jobs import worker_name
from classrooms.models import WorkerSighting

logger = logging.getLogger(__name__)

SIGHTING_EVERY = timedelta(seconds=5)

_state: dict[str, Any] = {"queue": "io", "next_sighting": None}


@celeryd_after_setup.connect
def prepare_science(sender: str, instance: Any, **kwargs: Any) -> None:
    """Import the libraries once, before the children are forked: they start warm."""
    if "compute" not in instance.app.amqp.queues.consume_from:
        return
    _state["queue"] = "compute"
    # Before the libraries.
    from experiments.engine.process_settings import set_up_process  # noqa: PLC0415

    set_up_process()
    from classrooms import preparation  # noqa: F401, PLC0415 (warms the engine)
    from experiments import execution  # noqa: F401, PLC0415 (warms the engine)
    from experiments.engine.pipeline import import_all  # noqa: PLC0415 (warms the engine)

    import_all()


@worker_process_init.connect
def limit_memory(**kwargs: Any) -> None:
    """A run that wants more memory than this fails alone, with a reason."""
    if _state["queue"] == "compute":
        limit = settings.RUN_MEMORY_LIMIT_MEGABYTES * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


@heartbeat_sent.connect
def note_sighting(**kwargs: Any) -> None:
    """Write down that this worker lives, for /readyz."""
    now = timezone.now()
    if _state["next_sighting"] and now < _state["next_sighting"]:
        return
    _state["next_sighting"] = now + SIGHTING_EVERY
    try:
        WorkerSighting.objects.update_or_create(
            name=f"{_state['queue']}@{worker_name()}",
            defaults={"queue": _state["queue"], "seen_at": now},
        )
        WorkerSighting.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
    except DatabaseError as error:
        logger.warning("Could not note the sign of life: %s", error)
    finally:
        # The main process forks children; they must not inherit a connection.
        connections.close_all()
