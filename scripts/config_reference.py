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

import django

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.utils.translation import gettext as _  # noqa: E402
from django.utils.translation import override  # noqa: E402
from pydantic import BaseModel  # noqa: E402

from engine.spec.config import ExperimentConfig  # noqa: E402
from experiments.submit.config.reference import allowed, default, sections  # noqa: E402

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
