"""Run a command that ends with whoever started it: `python tied.py COMMAND [ARGUMENT…]`.

The supervisor ends its processes when it is told to end. When it is killed it cannot: then
Linux does. Other systems know no such tie, and the command just runs.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    parent = os.getppid()
    if sys.platform == "linux":
        # Not SIGTERM: a worker would first finish its job, which its database takes care of.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died just before
            sys.exit(1)
    # The supervisor's own configuration.
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606  # nosec B606
