"""Generate the reference of the experiment config: tables and JSON Schema.

    python scripts/config_reference.py update|check

Writes docs/configuration.md, docs/configuration.fr.md and docs/config.schema.json;
`check` fails when they say something else than the declaration.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

import django

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.utils.translation import gettext as _  # noqa: E402
from django.utils.translation import override  # noqa: E402
from pydantic import BaseModel  # noqa: E402
from pydantic.fields import FieldInfo  # noqa: E402

from engine.spec.columns import Columns  # noqa: E402
from engine.spec.config import ExperimentConfig, Threshold, Validation  # noqa: E402
from engine.spec.models import MODELS, SINGLE_MODELS  # noqa: E402
from engine.spec.search import Range, Search, searchable_fields  # noqa: E402
from engine.spec.steps.new_features import OPERATIONS  # noqa: E402
from engine.spec.steps.preparation import TREATMENTS, Preparation  # noqa: E402
from engine.spec.steps.selection import REDUCTIONS, SELECTIONS  # noqa: E402
from experiments.submit.config.fields import UNION_ORIGINS, bounds  # noqa: E402
from experiments.wording.options import option_label  # noqa: E402

TITLES = {
    "en": (
        "Configuration reference",
        "Every setting of an experiment, with its name in the form and in YAML. Generated from "
        "the source by `make docs`; don't edit it. As JSON Schema: "
        "[config.schema.json](config.schema.json).",
        ("Setting", "Values", "Default", "What it does"),
    ),
    "fr": (
        "Référence de la configuration",
        "Tous les réglages d'une expérience, avec leur nom dans le formulaire et en YAML. Page "
        "générée à partir du code par `make docs` ; ne la modifiez pas. "
        "En JSON Schema : [config.schema.json](config.schema.json).",
        ("Réglage", "Valeurs", "Défaut", "Ce qu'il fait"),
    ),
}


def reference(language: str) -> str:
    """The page in one language."""
    with override(language):
        title, introduction, heads = TITLES[language]
        parts = [f"# {title}", introduction]
        for level, heading, summary, prefix, declared, without in sections():
            parts.append(f"{'#' * level} {heading}")
            if summary:
                parts.append(summary)
            if declared is not None and (rows := list(table(prefix, declared, without))):
                parts.append("\n".join([line(heads), line(("---",) * len(heads)), *rows]))
        return "\n\n".join(parts) + "\n"


Section = tuple[int, str, str, str, type[BaseModel] | None, frozenset[str]]


def sections() -> Iterator[Section]:
    """Level, heading, sentence, path, declaration and what it is shown without."""
    nothing: frozenset[str] = frozenset()
    yield 2, _("Columns"), "", "columns", Columns, nothing
    features = ExperimentConfig.model_fields["new_features"]
    yield 2, _("New features"), _(str(features.description)), "", None, nothing
    for key, operation in OPERATIONS.items():
        heading = f"{_(operation.label)} (`operation: {key}`)"
        path = "new_features[]"
        yield 3, heading, _(operation.summary), path, operation, frozenset({"operation"})
    yield 2, _("Preprocessing"), "", "", None, nothing
    for kind, info in Preparation.model_fields.items():
        if kind != "columns":
            declared: Any = info.annotation
            yield 3, option_label(kind), "", f"preparation.{kind}", declared, nothing
    for kind, treatment in TREATMENTS.items():
        heading = f"{_('Override')}: {option_label(kind)} (`treat_as: {kind}`)"
        path = "preparation.columns.{…}"
        yield 3, heading, "", path, treatment, frozenset({"treat_as"})
    for group, heading, registry in (
        ("selection", _("Feature selection"), SELECTIONS),
        ("reduction", _("Dimensionality reduction"), REDUCTIONS),
    ):
        yield 2, heading, "", "", None, nothing
        for key, method in registry.items():
            title = f"{option_label(key)} (`method: {key}`)"
            yield 3, title, "", group, method, frozenset({"method"})
    yield 2, _("Model"), "", "", None, nothing
    for key, model in MODELS.items():
        heading = f"{_(model.label)} (`name: {key}`)"
        summary = _(model.summary)
        if key in SINGLE_MODELS and (drawn := searchable_fields(model)):
            names = ", ".join(f"`{name}`" for name in drawn)
            summary += " " + _("A search can explore: %(names)s.") % {"names": names}
        yield 3, heading, summary, "model", model, frozenset({"name"})
    whole = frozenset(ExperimentConfig.model_fields) - {"calibration", "seed"}
    yield 2, _("Probability and decision"), "", "threshold", Threshold, nothing
    yield 2, _("Validation"), "", "validation", Validation, nothing
    yield 2, _("Search"), "", "search", Search, frozenset({"ranges"})
    yield 3, _("Ranges"), "", "search.ranges.{…}", Range, nothing
    yield 2, _("For the whole experiment"), "", "", ExperimentConfig, whole


def table(prefix: str, declared: type[BaseModel], without: frozenset[str]) -> Iterator[str]:
    for name, info in declared.model_fields.items():
        if name not in without:
            path = f"{prefix}.{name}" if prefix else name
            title = _(str(info.title)) if info.title else ""
            description = _(str(info.description)) if info.description else ""
            text = f"**{title}**. {description}" if title else description
            yield line((f"`{path}`", allowed(name, info), default(info), text))


def line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def allowed(name: str, info: FieldInfo) -> str:
    """The values that the field accepts, in words."""
    annotation: Any = info.annotation
    optional = get_origin(annotation) in UNION_ORIGINS and NoneType in get_args(annotation)
    if optional:
        annotation = next(each for each in get_args(annotation) if each is not NoneType)
    words = _values(name, annotation, info)
    return f"{words}, `null`" if optional else words


def _values(name: str, annotation: Any, info: FieldInfo) -> str:
    if name == "members":
        return _("two to four models that are not ensembles")
    if get_origin(annotation) is Literal:
        return ", ".join(
            f"`{value}` ({option_label(value, name)})" for value in get_args(annotation)
        )
    if get_origin(annotation) is list:
        inner = get_args(annotation)[0]
        if get_origin(inner) is Annotated:
            kinds = (kind.value for kind in get_args(inner)[0])
            options = ", ".join(f"`{kind}` ({option_label(kind)})" for kind in kinds)
        else:
            options = _values(name, inner, info) if get_origin(inner) is Literal else _("names")
        return _("list of %(options)s") % {"options": options}
    if annotation is bool:
        return "`true`, `false`"
    if annotation in (int, float):
        lowest, highest = bounds(info)
        kind = _("whole number") if annotation is int else _("number")
        if lowest is None and highest is None:
            return kind
        return f"{kind}, {'' if lowest is None else lowest} … {'' if highest is None else highest}"
    return _("text")


def default(info: FieldInfo) -> str:
    if info.is_required():
        return _("required")
    value = info.get_default(call_default_factory=True)
    if isinstance(value, list) and value and isinstance(value[0], BaseModel):
        value = [item.name for item in value]
    return f"`{json.dumps(value, default=str)}`"


def pages() -> dict[Path, str]:
    """Every file, with what it should hold."""
    schema = ExperimentConfig.model_json_schema()
    return {
        DOCS / "configuration.md": reference("en"),
        DOCS / "configuration.fr.md": reference("fr"),
        DOCS / "config.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n",
    }


def main(command: str) -> int:
    if command == "update":
        for path, text in pages().items():
            path.write_text(text)
        return 0
    if command == "check":
        stale = [path.name for path, text in pages().items() if _read(path) != text]
        if stale:
            print(f"Not as the declaration says: {', '.join(stale)}. Run `make docs`.")  # noqa: T201
        return bool(stale)
    print(__doc__)  # noqa: T201
    return 2


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
