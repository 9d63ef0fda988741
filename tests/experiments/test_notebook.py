"""The notebook: its parts, what is in it already, and a worker that vouches for it."""

import io
import json
import re
import zipfile

import nbformat
import psutil
import pytest
from django.core.files.storage import default_storage

from classrooms.checklist import checklist
from experiments.documenting import save_document
from experiments.engine.run_notebook import main
from experiments.execution import execute_next_run
from experiments.exports import executing
from experiments.exports.making import is_current, make_next, request_export
from experiments.exports.notebook import build_notebook
from experiments.exports.pictures import pictures_of
from experiments.exports.record import record_of
from experiments.exports.starter import starter_archive, starter_notebook
from experiments.models import Export, Run
from experiments.services import record_analysis, save_framing
from tests import factories

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)

EXECUTION = Export.Kind.EXECUTION


def run_all() -> None:
    """What waits in the queue, with the worker's own code, in this process."""
    while execute_next_run():
        pass


@pytest.fixture
def member():
    member = factories.join(factories.make_dojo(language="fr"), "Zoé")
    save_framing(member, problem="P", data="D", metric="M", baseline="La majorité")
    first = factories.submit(member)
    failed = factories.submit(member, "decision_tree")
    failed.run.transition("failed", failure_code="time_limit", failure_context={"seconds": 120})
    third = factories.submit(member, "logistic_regression", compared_to=first, expected_effect=0.4)
    run_all()
    record_analysis(third, analysis="Elle apprend.", decision="keep", next_step="Un arbre")
    return member


def notebook_of(member) -> nbformat.NotebookNode:
    found = nbformat.reads(build_notebook(record_of(member)), as_version=4)
    nbformat.validate(found)
    return found


def execute(member) -> Export:
    request_export(member, EXECUTION)
    assert make_next()
    return Export.objects.get(membership=member, kind=EXECUTION)


def test_its_parts_stand_in_the_order_of_the_work(member) -> None:
    save_document(member, conclusion="Une régression suffit.")
    found = notebook_of(member)
    assert [cell.id for cell in found.cells] == [
        "context", "how", "imports", "about-data", "data", "rows", "shared", "functions",
        "baseline",
        "before-1", "code-1", "check-1", "results-1", "after-1",
        "before-2", "results-2", "after-2",
        "before-3", "code-3", "check-3", "results-3", "after-3",
        "learnings",
    ]  # fmt: skip
    text = {cell.id: cell.source for cell in found.cells}
    assert "La majorité" in text["baseline"]
    assert "120 secondes" in text["results-2"]
    assert "#3 – Elle apprend." in text["learnings"]
    assert text["learnings"].endswith("Une régression suffit.")
    assert found.metadata.kernelspec.name == "python3"
    code = [cell.execution_count for cell in found.cells if cell.cell_type == "code"]
    assert code == list(range(1, len(code) + 1))


def test_a_run_on_the_server_prints_what_is_in_it_already(member, tmp_path, monkeypatch) -> None:
    found = notebook_of(member)
    (tmp_path / "notebook.ipynb").write_text(nbformat.writes(found))
    with default_storage.open(member.dojo.dataset.participant_csv_path) as file:
        (tmp_path / "data.csv").write_bytes(file.read())
    monkeypatch.chdir(tmp_path)
    assert set(main(tmp_path / "notebook.ipynb", 120)) == {"seconds"}
    executed = nbformat.read(tmp_path / "notebook.ipynb", as_version=4)
    for before, after in zip(found.cells, executed.cells, strict=True):
        assert before.get("outputs") == after.get("outputs"), before.id
    printed = next(cell for cell in executed.cells if cell.id == "check-3").outputs[0].text
    score = Run.objects.get(experiment__number=3).metrics["test"]["roc_auc"]
    assert f"{score:10.4f}" in printed


def test_the_stamp_stands_until_the_notebook_changes(member) -> None:
    made = execute(member)
    assert made.status == "succeeded", made.failure_context
    assert made.content["versions"]["scikit-learn"]
    assert is_current(made, record_of(member))
    save_document(member, conclusion="Autre chose.")
    assert not is_current(made, record_of(member))


def test_a_number_that_does_not_come_again_is_told_with_its_cell(member) -> None:
    run = Run.objects.get(experiment__number=3)
    run.metrics["test"]["roc_auc"] += 1e-12
    run.save(update_fields=["metrics"])
    made = execute(member)
    assert (made.status, made.failure_code) == ("failed", "notebook_failed")
    assert made.failure_context == {"cell": "check-3", "error": "AssertionError"}


def test_its_process_has_a_time_limit_and_none_of_our_secrets(
    member, settings, monkeypatch, tmp_path
) -> None:
    monkeypatch.setenv("DJANGO_SECRET_KEY", "very-secret")
    cell = nbformat.v4.new_code_cell(
        "import os, time\nassert 'DJANGO_SECRET_KEY' not in os.environ\n"
        "assert os.environ['OMP_NUM_THREADS'] == '1'\nopen('ran', 'w').write('x')",
        id="c",
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    found = executing.execute(nbformat.writes(notebook), member.dojo.dataset)
    assert found["seconds"] >= 0
    pid = tmp_path / "pid"
    cell.source = (
        f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    )
    settings.EXPORT_TIME_LIMIT_SECONDS = 10
    with pytest.raises(executing.JobFailure, match="time_limit"):
        executing.execute(nbformat.writes(notebook), member.dojo.dataset)
    kernel = int(pid.read_text())
    assert not psutil.pid_exists(kernel) or psutil.Process(kernel).status() == "zombie"


def test_one_notebook_is_run_at_a_time(member) -> None:
    other = factories.join(member.dojo, "Bob")
    for one in (member, other):
        request_export(one, EXECUTION)
    first = Export.objects.order_by("pk").first()
    Export.objects.claim(first.pk, worker="other")
    assert not make_next()
    request_export(other, Export.Kind.PDF)
    assert make_next()
    assert Export.objects.get(kind="pdf").status == "succeeded"


def test_the_pictures_are_within_the_text(cast) -> None:
    request_export(cast.participant, Export.Kind.PDF)
    assert make_next()
    record = record_of(cast.participant)
    text = build_notebook(record, pictures_of(record))
    cells = {cell["id"]: cell for cell in json.loads(text)["cells"]}
    assert "](data:image/png;base64," in "".join(cells["charts-1"]["source"])
    nbformat.validate(nbformat.reads(text, as_version=4))


# --- The starter notebook -------------------------------------------------------------------
def at_home(path: str) -> str:
    return f"https://home.example{path}"


@pytest.mark.parametrize(("language", "word"), [("fr", "Données"), ("en", "Data")])
def test_the_starter_speaks_the_language_of_the_dojo(language: str, word: str) -> None:
    dojo = factories.make_dojo(language=language)
    first, second = (starter_archive(dojo, at_home).getvalue() for _n in range(2))
    assert first == second
    archive = zipfile.ZipFile(io.BytesIO(first))
    assert archive.namelist() == ["data.csv", "starter.ipynb", "requirements.txt"]
    found = nbformat.reads(archive.read("starter.ipynb").decode(), as_version=4)
    nbformat.validate(found)
    text = {cell.id: cell.source for cell in found.cells}
    assert text["about-data"].startswith(f"## {word}\n")
    assert f'DOJO = "{dojo.public_id}"' in text["submit"]
    assert "https://home.example/api/" in text["submit"]
    compile(text["submit"], "submit", "exec")
    assert "roc" not in "".join(str(cell.get("outputs")) for cell in found.cells)
    assert re.search(r"^scikit-learn==\d", archive.read("requirements.txt").decode(), re.MULTILINE)


def test_the_starter_uses_a_model_that_the_dojo_allows() -> None:
    dojo = factories.make_dojo()
    dojo.allowed_models = ["decision_tree", "knn"]
    found = nbformat.reads(starter_notebook(dojo, at_home), as_version=4)
    text = {cell.id: cell.source for cell in found.cells}
    assert "DecisionTreeClassifier(" in text["first"]
    assert "name: decision_tree" in text["pipeline"]
    assert "name: hist_gradient_boosting" not in "".join(text.values())


def test_everyone_finds_the_starter(cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/starter/"
    for role in ("participant", "facilitator"):
        assert (
            path in cast.clients[role].get(f"/dojos/{cast.dojo.public_id}/data/").content.decode()
        )
        response = cast.clients[role].get(path)
        assert "dojo-starter.zip" in response["Content-Disposition"]
    checks = {check.url: check.is_ready for check in checklist(cast.dojo)}
    assert checks[path]
    cast.dojo.dataset.step = "inspect"
    assert path not in {check.url for check in checklist(cast.dojo)}
