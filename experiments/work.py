"""What a compute process does next: the one place that says which job is most urgent."""

from __future__ import annotations

from experiments.execution import execute_next_run
from experiments.interpreting import interpret_next


def do_next() -> bool:
    """Do the most urgent job that waits; False where none does.

    What a process has just fitted it interprets while the pipeline is in its memory;
    then somebody's metrics come before another run's interpretation.
    """
    return interpret_next(at_hand=True) or execute_next_run() or interpret_next()
