"""Whether processes are there that do the work."""

from jobs.health import SCHEDULER, seen_lately
from jobs.kinds import Queue


def missing_workers() -> dict[str, bool]:
    """What no process has done for 30 seconds, for `classrooms/workers.html`."""
    seen = seen_lately()
    return {
        "lacks_compute": Queue.COMPUTE not in seen,
        "lacks_io": Queue.IO not in seen,
        "lacks_scheduler": SCHEDULER not in seen,
    }
