"""Notebook files: cells with their outputs, the same bytes for the same content."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable

import nbformat

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


# Jupyter takes formulas out of a text before and again after Markdown has unescaped it.
DOLLAR = "<span>&#36;</span>"


def markdown_cell(cell_id: str, source: str) -> nbformat.NotebookNode:
    """A text cell; an escaped dollar begins no formula in it."""
    source = source.strip().replace("\\$", DOLLAR)
    return nbformat.v4.new_markdown_cell(source, id=cell_id)


def code_cell(
    cell_id: str, source: str, outputs: Iterable[nbformat.NotebookNode] = ()
) -> nbformat.NotebookNode:
    """A code cell with its outputs."""
    return nbformat.v4.new_code_cell(source.strip(), id=cell_id, outputs=list(outputs))


def printed(text: str) -> list[nbformat.NotebookNode]:
    """The printed output of a cell."""
    return [nbformat.v4.new_output("stream", name="stdout", text=text)]


def write_notebook(cells: Iterable[nbformat.NotebookNode], language: str) -> str:
    """The notebook as JSON, its code cells numbered from top to bottom."""
    cells = list(cells)
    code = [cell for cell in cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, start=1):
        cell.execution_count = count
    metadata = {
        "kernelspec": KERNEL,
        "language_info": {"name": "python", "version": platform.python_version()},
        "language": language,
    }
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
