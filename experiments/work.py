"""What a compute process does next: the one place that says which job is most urgent."""

from __future__ import annotations

import time

from django.conf import settings

from experiments.answering import answer_next
from experiments.board.standings import compute_next as compute_standings
from experiments.execution import execute_next_run
from experiments.interpreting import interpret_next


def do_next() -> bool:
    """Do the most urgent job that waits; False where none does.

    Who asks about a row waits in front of the page: where no model must be fitted again
    for it, the answer is quick. Then come somebody's metrics. What a process has just
    fitted it begins to interpret at once, unless the run took so much of the task's time
    that little is left; then, after the room's ranks, it goes on with what it has in its
    memory, which saves a fit.
    """
    if answer_next(at_hand=True):
        return True
    started = time.monotonic()
    if execute_next_run():
        if time.monotonic() - started < settings.RUN_SOFT_TIME_LIMIT_SECONDS / 2:
            interpret_next(at_hand=True)
        return True
    return answer_next() or compute_standings() or interpret_next(at_hand=True) or interpret_next()
