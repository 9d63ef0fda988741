"""Estimator specs: call trees that can be instantiated or printed as code.

A config becomes a tree of specs; `pipeline.py` makes the objects, `codegen.py`
writes the calls. Imports no scientific library, so that code can be generated in
the web process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

RUNTIME_HELPERS = "engine.build.runtime_helpers"


@dataclass(frozen=True)
class EstimatorSpec:
    """A call: the module of the callable, its name, its arguments.

    Arguments are literals, specs, functions, or lists and tuples of those. What
    stands in `RUNTIME_HELPERS` is not imported by generated code but written into it.
    """

    module: str
    name: str
    positional: tuple[Any, ...] = ()
    arguments: dict[str, Any] = field(default_factory=dict)

    def plus(self, **arguments: Any) -> EstimatorSpec:
        """The same call with more arguments, or other ones."""
        return EstimatorSpec(
            self.module, self.name, self.positional, {**self.arguments, **arguments}
        )


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
    return (
        steps[0] if len(steps) == 1 else EstimatorSpec("sklearn.pipeline", "make_pipeline", steps)
    )
