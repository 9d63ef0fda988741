"""Jobs done by the worker's own code, in the tests' process."""

from jobs.kinds import Queue, kind_of, kinds_of
from jobs.models import Job
from jobs.perform import perform_next


def do_next(*models: type[Job]) -> bool:
    """What a process does when it is free; False when nothing waits.

    Args:
        models: whose jobs alone are looked at; everything that computes where there are none.
    """
    return perform_next([kind_of(model) for model in models] or kinds_of(Queue.COMPUTE))
