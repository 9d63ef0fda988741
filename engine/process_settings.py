"""Thread counts and memory limits of processes that fit models.

Must run before numpy, scikit-learn, xgboost or lightgbm are imported: their thread pools
read the environment once. Many threads on few cores made small fits a hundred times slower
(scikit-learn issue 30662), and sums over threads are not the same from run to run.

glibc gives every large array back to the system at once, and the next one is paid for
page by page: of the bootstrap's time that was half (`benchmarks/README.md`).

numba and matplotlib, which shap imports, keep files between processes, by default in a home
folder or beside their code; a server may have neither to write to.
"""

import ctypes
import os
from pathlib import Path

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
CACHE_VARIABLES = {"NUMBA_CACHE_DIR": "numba", "MPLCONFIGDIR": "matplotlib"}

# mallopt(3): what it calls the two, and bytes. 32 MB is the most that it takes.
TRIM_THRESHOLD, TRIM_BYTES = -1, 128 * 2**20
MMAP_THRESHOLD, MMAP_BYTES = -3, 32 * 2**20


def set_up_process(caches: Path | None = None) -> None:
    """One thread for every numeric library that this process will import, and memory that
    is kept for the next array.

    Args:
        caches: the folder for what the libraries keep between processes.
    """
    for variable in THREAD_VARIABLES:
        os.environ[variable] = "1"
    if caches is not None:
        for variable, name in CACHE_VARIABLES.items():
            os.environ[variable] = str(caches / name)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # glibc; other systems have other ways
        mallopt(TRIM_THRESHOLD, TRIM_BYTES)
        mallopt(MMAP_THRESHOLD, MMAP_BYTES)
