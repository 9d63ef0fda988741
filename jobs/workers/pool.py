"""The pool of a worker's processes."""

from celery.concurrency import prefork


class TaskPool(prefork.TaskPool):
    """Celery's own, which replaces a child that dies at its start like any other.

    Celery looks once, as it begins to listen to Redis or RabbitMQ, whether all children are
    alive, and ends the whole worker with "Could not start worker processes" if one is not:
    memory was short for a moment, or somebody killed it. Its pool starts another anyway.
    """

    def did_start_ok(self) -> bool:
        return True
