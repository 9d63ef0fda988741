"""One thread per process, set in one place.

Must run before numpy, scikit-learn, xgboost or lightgbm are imported: their
thread pools read the environment once. Many threads on few cores made small fits
a hundred times slower (scikit-learn issue 30662), and sums over threads are not
the same from run to run.
"""

import os

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def limit_threads() -> None:
    """Limit every numeric library that this process will import to one thread."""
    for variable in THREAD_VARIABLES:
        os.environ[variable] = "1"
