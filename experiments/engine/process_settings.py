"""How a process that fits models uses threads and memory, set in one place.

Must run before numpy, scikit-learn, xgboost or lightgbm are imported: their thread pools
read the environment once. Many threads on few cores made small fits a hundred times slower
(scikit-learn issue 30662), and sums over threads are not the same from run to run.

glibc gives every large array back to the system at once, and the next one is paid for
page by page: of the bootstrap's time that was half (`benchmarks/README.md`).
"""

import ctypes
import os

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

# mallopt(3): what it calls the two, and bytes. 32 MB is the most that it takes.
TRIM_THRESHOLD, TRIM_BYTES = -1, 128 * 2**20
MMAP_THRESHOLD, MMAP_BYTES = -3, 32 * 2**20


def set_up_process() -> None:
    """One thread for every numeric library that this process will import, and memory that
    is kept for the next array."""
    for variable in THREAD_VARIABLES:
        os.environ[variable] = "1"
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # glibc; other systems have other ways
        mallopt(TRIM_THRESHOLD, TRIM_BYTES)
        mallopt(MMAP_THRESHOLD, MMAP_BYTES)
