"""Code and tables for the starter notebook of a dataset.

Imports no scientific library, so the web process can use it.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

from engine.build.codegen import Code
from engine.build.source_text import assignment, literal
from engine.build.spec_builder import Group, column_groups
from engine.spec.columns import Columns
from engine.spec.config import ExperimentConfig
from engine.spec.estimators import Function
from engine.spec.models import MODELS, ModelSpec
from engine.spec.schema import Schema
from engine.spec.yaml_text import dump_yaml

PATH = Path(__file__).with_name("starter_functions.py")
# Filled in for a dataset; the rest of the module's names stand as they are.
TABLES = ("DEFAULT", "KINDS", "STEPS", "MODELS")
# These have settings in the functions.
WITH_SETTINGS = ("numeric", "categorical")


def starter_code(config: ExperimentConfig, schema: Schema) -> Code:
    """The tables and the functions, with what they import."""
    code = Code()
    module = ast.parse(PATH.read_text(encoding="utf-8"))
    for node in module.body:
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            for alias in node.names:
                code.imports.add(str(node.module), alias.name)
    for name in ("copy", "yaml"):
        code.imports.add_module(name, name)
    code.statements += [
        f"DEFAULT = yaml.safe_load({long_text(dump_yaml(config))})",
        assignment("KINDS", code.node(_kinds(config, schema))),
        assignment("STEPS", code.node(_steps(config, schema))),
        assignment("MODELS", code.node(starter_models())),
        *_functions(),
    ]
    return code


def long_text(text: str) -> str:
    """The text between triple quotes, as a person writes it, where it allows that."""
    return literal(text) if '"""' in text or "\\" in text else f'"""\\\n{text}"""'


@cache
def _functions() -> tuple[str, ...]:
    """The source of the functions and of the small tables."""
    source = PATH.read_text(encoding="utf-8")
    found = []
    for node in ast.parse(source).body:
        is_table = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) not in TABLES
        if isinstance(node, ast.FunctionDef) or is_table:
            text = ast.get_source_segment(source, node) or ""
            found.append(text if is_table else f"\n\n{text}")
    return tuple(found)


def _kinds(config: ExperimentConfig, schema: Schema) -> dict[str, Any]:
    """The preprocessing of each column, in the order of the dataset."""
    groups = _groups(config, schema)
    kinds = {name: group.kind for group in groups for name in group.columns}
    return {column.name: kinds[column.name] for column in schema.columns if column.name in kinds}


def _groups(config: ExperimentConfig, schema: Schema) -> list[Group]:
    """All columns, those that the config leaves out included."""
    columns = Columns(include=[column.name for column in schema.features])
    return column_groups(config.model_copy(update={"columns": columns}), schema)


def _steps(config: ExperimentConfig, schema: Schema) -> dict[str, Any]:
    return {
        group.kind: group.steps
        for group in _groups(config, schema)
        if group.kind not in WITH_SETTINGS
    }


def starter_models() -> dict[str, Any]:
    """Models whose settings are arguments of one class; the others are for the form."""
    found = {}
    for name, declared in MODELS.items():
        if declared.gives_margins or "members" in declared.model_fields:
            continue
        spec = declared()  # type: ignore[call-arg]
        if spec.spec(0) == ModelSpec.spec(spec, 0):
            found[name] = _model(spec)
    return found


def _model(spec: ModelSpec) -> dict[str, Any]:
    values = {key: value for key, value in spec.model_dump().items() if key != "name"}
    seed = ExperimentConfig.model_fields["seed"].default
    return {
        "class": Function(*spec.estimator),
        "settings": {k: v for k, v in values.items() if k not in spec.translated},
        "others": {k: v for k, v in values.items() if k in spec.translated},
        "fixed": spec.fixed | ({"random_state": seed} if spec.is_seeded else {}),
    }
