"""Set up a worker process: its priority, warm imports, a memory limit, a heartbeat."""

import os
import resource
import threading
import time
from importlib import import_module
from typing import Any

from celery.signals import celeryd_after_setup, heartbeat_sent, worker_process_init
from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string

from engine.process_settings import set_up_process
from jobs.health import HEARTBEAT_SECONDS, record_heartbeat
from jobs.kinds import Queue, kinds_of

LOOK_AFTER_PARENT_SECONDS = 1.0

_state: dict[str, Any] = {"queue": Queue.IO, "next_heartbeat": 0.0}


@celeryd_after_setup.connect
def stand_back(**kwargs: Any) -> None:
    """Leave the processor to the web process where both want it; children inherit this."""
    os.nice(settings.WORKER_NICENESS)


@celeryd_after_setup.connect
def warm_up(sender: str, instance: Any, **kwargs: Any) -> None:
    """Import the libraries once, before the children are forked: they start warm."""
    if Queue.COMPUTE not in instance.app.amqp.queues.consume_from:
        return
    _state["queue"] = Queue.COMPUTE
    set_up_process(caches=settings.VAR_DIR / "caches")  # before the libraries
    for kind in kinds_of(Queue.COMPUTE):
        import_module(kind.work.rpartition(".")[0])
        if kind.warm_up:
            import_string(kind.warm_up)()


@worker_process_init.connect
def limit_memory(**kwargs: Any) -> None:
    """A job that wants more memory than this fails alone, with a reason."""
    if _state["queue"] == Queue.COMPUTE:
        limit = settings.RUN_MEMORY_LIMIT_MEGABYTES * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


@worker_process_init.connect
def end_with_parent(**kwargs: Any) -> None:
    """Let no child outlive a worker that was killed: it would go on with a job that another
    worker is given, and its place in the memory."""
    threading.Thread(target=_watch, args=(os.getppid(),), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    """Asked rather than told (PR_SET_PDEATHSIG): Linux would tell of the thread that forked the
    child, and with the broker of files that thread ends while children finish their jobs."""
    while os.getppid() == parent:
        time.sleep(LOOK_AFTER_PARENT_SECONDS)
    os._exit(1)


@heartbeat_sent.connect
def record_own_heartbeat(**kwargs: Any) -> None:
    """Record this worker's heartbeat for /readyz."""
    now = time.monotonic()
    if now < _state["next_heartbeat"]:
        return
    _state["next_heartbeat"] = now + HEARTBEAT_SECONDS
    record_heartbeat(_state["queue"])
    # The main process forks children; they must not inherit a connection.
    connections.close_all()
