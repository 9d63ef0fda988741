"""The registry of job kinds: every job model has one, and services import no task."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.utils.module_loading import import_string

from jobs.kinds import Queue, every_kind, kind_of, kinds_of
from jobs.models import Job

PACKAGES = ("jobs", "live", "classrooms", "experiments", "assistant", "connections")
MODULES = [
    path
    for package in PACKAGES
    for path in sorted((settings.BASE_DIR / package).rglob("*.py"))
    if "migrations" not in path.parts
]


def imported_by(path: Path) -> set[str]:
    """The modules that a module names in its imports, wherever they are written."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_every_job_model_has_a_kind_and_every_kind_a_queue() -> None:
    models = {model for model in apps.get_models() if issubclass(model, Job)}
    assert {kind.model for kind in every_kind()} == models
    assert len(every_kind()) == sum(len(kinds_of(queue)) for queue in Queue)
    for model in models:
        assert kind_of(model).model is model


@pytest.mark.parametrize("name", ["work", "at_hand", "warm_up"])
def test_every_dotted_path_leads_to_a_function(name: str) -> None:
    paths = [path for kind in every_kind() if (path := getattr(kind, name))]
    assert paths
    assert all(callable(import_string(path)) for path in paths)


@pytest.mark.django_db
def test_the_declared_relations_exist() -> None:
    for kind in every_kind():
        assert not kind.jobs.exists() or list(kind.jobs)
        str(kind.jobs.query)


def test_no_module_imports_a_task() -> None:
    tasks = {".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
             for path in MODULES if path.name == "tasks.py"}  # fmt: skip
    assert tasks == {"jobs.tasks"}
    importers = {str(path) for path in MODULES if imported_by(path) & tasks}
    assert not importers


def test_jobs_and_live_know_no_app_above_them() -> None:
    above = ("classrooms", "experiments", "assistant", "connections")
    for path in MODULES:
        package = path.relative_to(settings.BASE_DIR).parts[0]
        if package in ("jobs", "live"):
            known = {name for name in imported_by(path) if name.split(".")[0] in above}
            assert not known, path
