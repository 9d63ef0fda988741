"""The French catalogue: update it from the sources, compile it, check that it is whole.

    python scripts/messages.py update|compile|check

`check` also looks at French typography: no-break spaces before `: ; ? ! %` and inside « »,
no-break spaces in thousands, and one kind of apostrophe.

Django's own `makemessages` needs GNU gettext on the machine; Babel does not. The
templates are read as Django itself reads them for translation (`templatize`).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
FOLDERS = (
    "engine",
    "jobs",
    "live",
    "posting",
    "classrooms",
    "config",
    "experiments",
    "assistant",
    "connections",
    "templates",
    "scripts",
)
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "N_"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    "npgettext": ((1, "c"), 2, 3),
}


def extract_template(fileobj, keywords, comment_tags, options) -> Iterator[tuple]:  # type: ignore[no-untyped-def, type-arg]
    """Babel's extraction method for Django templates."""
    lines = templatize(fileobj.read().decode()).splitlines()
    code = "\n".join(line.lstrip() for line in lines)  # the template's indentation means nothing
    yield from extract_python(BytesIO(code.encode()), keywords, comment_tags, options)


# A space that must be a no-break space (before a sign, in thousands), or a curly apostrophe.
# `%(` begins a placeholder, not a percentage.
BREAKS_TYPOGRAPHY = re.compile(r" (?:[;?!»]|:(?!\S)|%(?!\())|« |\d \d{3}\b|’")

METHODS = [
    ("**.py", "python"),
    ("**.html", extract_template),
    ("**.txt", extract_template),
]


def extracted() -> Catalog:
    """Every message of the sources, with its locations."""
    catalog = Catalog(project="ML Experimenter", charset="utf-8")
    for folder in FOLDERS:
        if not (ROOT / folder).is_dir():
            continue
        found = extract_from_dir(ROOT / folder, METHODS, {}, keywords=KEYWORDS)
        for filename, _line, message, _comments, context in found:
            place = f"{folder}/{filename}"
            catalog.add(message, None, [(place, 0)], context=context)
    return catalog


def stored() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="fr")


def update() -> None:
    catalog = stored() if CATALOGUE.exists() else Catalog(locale="fr")
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalog, sort_output=True, no_location=True, width=100)
    print(f"{len(untranslated())} messages to translate in {CATALOGUE.relative_to(ROOT)}")  # noqa: T201


def compile_catalogue() -> None:
    with CATALOGUE.with_suffix(".mo").open("wb") as file:
        write_mo(file, stored())


def untranslated() -> list[str]:
    """Messages of the sources that the catalogue lacks, or translates with a formal error."""
    catalog, problems = stored(), []
    for message in extracted():
        if not message.id:
            continue
        found = catalog.get(message.id, message.context)
        strings = (
            found.string
            if found and isinstance(found.string, tuple | list)
            else (found.string if found else "",)
        )
        if not found or found.fuzzy or not all(strings):
            problems.append(f"not translated: {message.id!r}")
        elif errors := list(found.check(catalog)):
            problems.append(f"{message.id!r}: {errors[0]}")
        elif any(BREAKS_TYPOGRAPHY.search(text) for text in strings):
            problems.append(f"typography: {strings!r}")
    return problems


def main(command: str) -> int:
    settings.configure()
    if command == "update":
        update()
    elif command == "compile":
        compile_catalogue()
    elif command == "check":
        problems = untranslated()
        print("\n".join(problems), end="\n" if problems else "")  # noqa: T201
        return bool(problems)
    else:
        print(__doc__)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
