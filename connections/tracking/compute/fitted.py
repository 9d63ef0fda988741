"""The fitted model of a run as a file that can be opened without executing code."""

from __future__ import annotations

import logging
from pathlib import Path

from engine.build import runtime_helpers
from experiments.compute.interpreting import finished_run
from experiments.models import Run

logger = logging.getLogger(__name__)

MAX_BYTES = 50 * 1024 * 1024
# How to open it elsewhere: our few functions come as a module beside it.
LOAD = '''"""Opens model.skops: python load.py, or from load import model."""

import sys
from pathlib import Path

import runtime_helpers
import skops.io

sys.modules["{module}"] = runtime_helpers
# Everything in the file that skops does not know by itself.
TRUSTED = {trusted!r}
model = skops.io.load(Path(__file__).with_name("model.skops"), trusted=TRUSTED)

if __name__ == "__main__":
    print(model)
'''


def model_files(run: Run) -> dict[str, bytes]:
    """The model in skops's format and what opens it; nothing where it is too large for that,
    or made of parts that the format does not know."""
    import skops.io  # noqa: PLC0415 (only workers have it)

    pipeline = finished_run(run).pipeline
    try:
        packed = skops.io.dumps(pipeline)
        trusted = skops.io.get_untrusted_types(data=packed)
    except Exception:
        logger.warning("The model of %r cannot be written", run, exc_info=True)
        return {}
    if len(packed) > MAX_BYTES:
        return {}
    return {
        "model/model.skops": packed,
        "model/runtime_helpers.py": Path(str(runtime_helpers.__file__)).read_bytes(),
        "model/load.py": LOAD.format(module=runtime_helpers.__name__, trusted=trusted).encode(),
    }
