"""Everything that the engine says by code, and every option that it declares, has words."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from classrooms.datasets.reading.wording import LEFT_OUT
from classrooms.datasets.wording import FINDINGS, TARGET_PROBLEMS
from classrooms.messages import DATASET_FAILURES
from classrooms.messages import FAILURES as JOB_FAILURES
from engine.spec.metrics import METRICS
from engine.spec.models import MODELS
from engine.spec.steps.new_features import OPERATIONS
from experiments.wording import messages
from experiments.wording.options import LABELS, option_label
from tests.engine import configs

ENGINE = Path(__file__).parent.parent / "engine"
# Options whose name is their word: names of methods that nobody translates.
NAMES = {"sqrt", "log2"}


def calls(name: str) -> Iterator[ast.Call]:
    for path in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                yield node


def codes(name: str, place: int = 0) -> set[str]:
    """The codes that are written in calls of an engine's class."""
    found: set[str] = set()
    for call in calls(name):
        if len(call.args) > place:
            argument = call.args[place]
            keys = [node.slice for node in ast.walk(argument) if isinstance(node, ast.Subscript)]
            found |= {
                node.value
                for node in ast.walk(argument)
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and node not in keys
            }
    return found


@pytest.mark.parametrize(
    ("name", "place", "words"),
    [
        ("DataError", 0, {**JOB_FAILURES, **DATASET_FAILURES}),
        ("CannotRun", 0, {**JOB_FAILURES, **messages.FAILURES}),
        ("RunWarning", 0, messages.WARNINGS),
        ("Finding", 0, FINDINGS),
        ("FieldError", 1, messages.CONFIG_ERRORS),
    ],
)
def test_every_code_has_a_sentence(name: str, place: int, words: dict[str, Any]) -> None:
    found = codes(name, place)
    assert found
    assert found <= set(words)


def test_every_reason_and_problem_has_words() -> None:
    source = (ENGINE / "reading" / "table.py").read_text()
    assert all(f'"{reason}"' in source for reason in LEFT_OUT)
    data = (ENGINE / "reading" / "dataset.py").read_text()
    assert all(f'"{problem}"' in data for problem in TARGET_PROBLEMS)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_option_has_a_word(language: str) -> None:
    labelled = {key if not isinstance(key, tuple) else key[1] for key in LABELS}
    with translation.override(language):
        for path, value in configs.all_members():
            if isinstance(value, str) and not path.endswith((".name", ".operation", ".treat_as")):
                assert value in labelled or value in NAMES, (path, value)
                assert option_label(value, path.rpartition(".")[2]), (path, value)


@pytest.mark.parametrize("declared", [*MODELS.values(), *OPERATIONS.values(), *METRICS.values()])
def test_what_can_be_chosen_says_what_it_is_in_french_too(declared: Any) -> None:
    with translation.override("fr"):
        assert translation.gettext(declared.label)
        if hasattr(declared, "model_fields"):
            for name, info in declared.model_fields.items():
                if name in ("name", "operation", "members"):
                    continue
                assert info.title, (declared, name)
                assert info.description, (declared, name)
                assert translation.gettext(info.description) != info.description, (declared, name)


@pytest.mark.parametrize(
    "words",
    [JOB_FAILURES, DATASET_FAILURES, messages.FAILURES, messages.CONFIG_ERRORS, messages.WARNINGS],
)
def test_a_translation_quotes_what_the_sentence_quotes(words: dict[str, Any]) -> None:
    for code, sentence in words.items():
        with translation.override("en"):
            english = sorted(name for name in str(sentence).split("%(")[1:])
        with translation.override("fr"):
            french = sorted(name for name in str(sentence).split("%(")[1:])
        assert {n.split(")")[0] for n in english} == {n.split(")")[0] for n in french}, code
