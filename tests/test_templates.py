"""Every template compiles, and what it includes or extends exists."""

import re

import pytest
from django.template import engines
from django.template.library import import_library
from django.template.loader import get_template

from tests.commands import ROOT

FOLDER = ROOT / "templates"
LONGEST = 120
NAMES = sorted(
    str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*") if file.suffix in {".html", ".txt"}
)
# With a name that is written out; others come from a view.
NAMED = re.compile(r'\{% (?:include|extends) "([^"]+)"')


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles_with_all_that_it_names(name: str) -> None:
    get_template(name)
    for other in NAMED.findall((FOLDER / name).read_text()):
        get_template(other)


def test_no_line_is_too_long_to_read() -> None:
    long = [
        f"{name}:{number}"
        for name in NAMES
        for number, line in enumerate((FOLDER / name).read_text().splitlines(), start=1)
        if len(line) > LONGEST and name.endswith(".html")
    ]
    assert not long


@pytest.mark.parametrize("name", NAMES)
def test_a_template_loads_only_what_it_uses(name: str) -> None:
    source = (FOLDER / name).read_text()
    loaded = [lib for line in re.findall(r"\{% load ([^%]*) %\}", source) for lib in line.split()]
    rest = re.sub(r"\{% load [^%]* %\}", "", source)
    libraries = engines["django"].engine.libraries
    for library in loaded:
        register = import_library(libraries[library])
        words = "|".join(map(re.escape, {*register.tags, *register.filters}))
        assert re.search(rf"(?:\{{% (?:end)?|\|)(?:{words})\b", rest), (
            f"{library} is loaded in vain"
        )
