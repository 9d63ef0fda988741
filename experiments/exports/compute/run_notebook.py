"""Executes a notebook file from top to bottom: a script, which imports nothing of ours.

    python run_notebook.py notebook.ipynb SECONDS

Says as JSON how many seconds it took, or which cell failed with which error.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

# Beside the notebook: the share of its cells that has been run.
PROGRESS = "progress"


def main(path: Path, seconds: int) -> dict[str, object]:
    """Execute the notebook and write it back with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    cells = len(notebook.cells)

    def tell(cell_index: int, **_kwargs: object) -> None:
        (path.parent / PROGRESS).write_text(str((cell_index + 1) / cells))

    client = NotebookClient(
        notebook,
        on_cell_executed=tell,
        timeout=seconds,
        kernel_name="python3",
        coalesce_streams=True,
        shutdown_kernel="immediate",
    )
    started = time.monotonic()
    try:
        client.execute()
    except CellExecutionError as error:
        failed = next(cell for cell in notebook.cells if _has_error(cell))
        return {"cell": failed.id, "error": error.ename}
    nbformat.write(notebook, path)
    return {"seconds": round(time.monotonic() - started, 1)}


def _has_error(cell: nbformat.NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


if __name__ == "__main__":
    # Whoever started it may be gone by then.
    signal.alarm(int(sys.argv[2]))
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))  # noqa: T201
