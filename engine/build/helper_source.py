"""The source of `runtime_helpers.py`: which functions and imports a script needs of it.

Reads the file as text, so that no scientific library is imported.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from engine.build.source_text import LINE_LENGTH

# Of the standard library, what code for learners imports.
STANDARD = frozenset({"copy", "functools", "re"})
PATH = Path(__file__).with_name("runtime_helpers.py")


@dataclass
class Imports:
    """Import statements: whole modules under their usual short name, and names of modules."""

    modules: dict[str, str] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add_module(self, module: str, alias: str) -> None:
        self.modules[module] = alias

    def add(self, module: str, name: str) -> None:
        self.names[module].add(name)

    def update(self, other: Imports) -> None:
        self.modules.update(other.modules)
        for module, names in other.names.items():
            self.names[module] |= names

    def lines(self) -> list[str]:
        """The import statements, sorted as isort sorts them: the standard library first."""
        whole = {module: self._whole(module) for module in sorted(self.modules)}
        names = {module: self._from(module) for module in sorted(self.names)}
        every = [*whole.items(), *names.items()]
        standard = [line for module, line in every if module in STANDARD]
        others = [line for module, line in every if module not in STANDARD]
        return [*standard, *([""] if standard else []), *others]

    def _whole(self, module: str) -> str:
        alias = self.modules[module]
        return f"import {module}" if alias == module else f"import {module} as {alias}"

    def _from(self, module: str) -> str:
        names = sorted(self.names[module])
        line = f"from {module} import {', '.join(names)}"
        if len(line) <= LINE_LENGTH:
            return line
        return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


@dataclass(frozen=True)
class Source:
    """Functions as text, and what they import."""

    text: str
    imports: Imports


@dataclass(frozen=True)
class _Definition:
    text: str
    uses: frozenset[str]


@cache
def _definitions() -> dict[str, _Definition]:
    """Functions and classes of the module, in its order."""
    source = PATH.read_text(encoding="utf-8")
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            text = ast.get_source_segment(source, node) or ""
            uses = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            found[node.name] = _Definition(_without_directives(text), frozenset(uses))
    return found


def _without_directives(text: str) -> str:
    """Remove our linter's directives, which mean nothing to a learner."""
    return "\n".join(line.split("  # noqa")[0] for line in text.splitlines())


@cache
def _imported() -> dict[str, tuple[str, str]]:
    """Name in the module → (module, name there), the latter empty for whole modules."""
    found: dict[str, tuple[str, str]] = {}
    for node in ast.parse(PATH.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.asname or alias.name: (alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.name: (str(node.module), alias.name) for alias in node.names}
    return found


def needed_source(names: set[str]) -> Source:
    """The named functions, those that they call, and their imports."""
    definitions, imports = _definitions(), Imports()
    wanted, pending = set(), set(names)
    while pending:
        name = pending.pop()
        wanted.add(name)
        pending |= {used for used in definitions[name].uses if used in definitions} - wanted
    for name in wanted:
        for used in definitions[name].uses & _imported().keys():
            module, inner = _imported()[used]
            if inner:
                imports.add(module, inner)
            else:
                imports.add_module(module, used)
    text = "\n\n\n".join(d.text for name, d in definitions.items() if name in wanted)
    return Source(f"{text}\n", imports)
