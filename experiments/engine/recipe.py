"""What the engine builds and what it writes as code: one tree for both.

A config becomes a tree of recipes; `pipeline.py` makes the objects, `codegen.py`
writes the calls. Imports no scientific library, so that code can be generated in
the web process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PORTABLE = "experiments.engine.portable"


@dataclass(frozen=True)
class Recipe:
    """A call: where the callable is imported from, its name, its arguments.

    Arguments are literals, recipes, functions, or lists and tuples of those. What
    stands in `PORTABLE` is not imported by generated code but written into it.
    """

    module: str
    name: str
    positional: tuple[Any, ...] = ()
    arguments: dict[str, Any] = field(default_factory=dict)

    def plus(self, **arguments: Any) -> Recipe:
        """The same call with more arguments, or other ones."""
        return Recipe(self.module, self.name, self.positional, {**self.arguments, **arguments})


@dataclass(frozen=True)
class Function:
    """A function that is passed on, not called."""

    module: str
    name: str


@dataclass(frozen=True)
class Named:
    """A part of the tree that generated code gives a name of its own."""

    name: str
    value: Any


def pipeline_of(*steps: Any) -> Any:
    """The step itself where there is only one, else a pipeline of all."""
    return steps[0] if len(steps) == 1 else Recipe("sklearn.pipeline", "make_pipeline", steps)
