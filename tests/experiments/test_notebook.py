"""The notebook: its parts, what is in it already, and a worker that vouches for it."""

import io
import json
import re
import zipfile

import nbformat
import psutil
import pytest
from django.core.files.storage import default_storage

from classrooms.people.checklist import checklist
from experiments.exports.compute import execute as executing
from experiments.exports.compute.run_notebook import main
from experiments.exports.documents.pictures import pictures_of
from experiments.exports.notebooks.notebook import build_notebook
from experiments.exports.notebooks.starter import starter_archive, starter_notebook
from experiments.exports.record import record_of
from experiments.exports.requests import is_current, request_export
from experiments.exports.services import save_document
from experiments.models import Export, Run
from experiments.submit.services import record_analysis, record_limits, save_framing
from tests import factories
from tests.work import do_next

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = [pytest.mark.serverless, pytest.mark.django_db(transaction=True)]

EXECUTION = Export.Kind.EXECUTION
# What only running the notebook shows, and as what: tables and pictures.
COMPUTED = {
    "importance": "text/html",
    "errors": "text/html",
    "beeswarm": "image/png",
    "waterfall": "image/png",
}


def run_all() -> None:
    """What waits in the queue, with the worker's own code, in this process."""
    while do_next(Run):
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
    assert do_next(Export)
    return Export.objects.get(seat=member, kind=EXECUTION)


def test_its_parts_stand_in_the_order_of_the_work(member) -> None:
    save_document(member, conclusion="Une régression suffit.")
    found = notebook_of(member)
    assert [cell.id for cell in found.cells] == [
        "context", "how", "imports", "about-data", "data", "rows", "shared", "functions",
        "baseline",
        "before-1", "code-1", "check-1", "results-1", "ruler-1", "after-1",
        "before-2", "results-2", "after-2",
        "before-3", "code-3", "check-3", "results-3", "ruler-3", "after-3",
        "keep-3",
        "interpretation", "looking-in", "about-importance", "importance", "about-errors", "errors",
        "about-shap", "beeswarm", "about-waterfall", "waterfall", "limits",
        "learnings",
    ]  # fmt: skip
    text = {cell.id: cell.source for cell in found.cells}
    assert "La majorité" in text["baseline"]
    assert "temps permis (120\xa0s)" in text["results-2"]
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
        if before.id not in COMPUTED:
            assert before.get("outputs") == after.get("outputs"), before.id
    outputs = {cell.id: cell.outputs for cell in executed.cells if cell.id in COMPUTED}
    for name, kind in COMPUTED.items():
        assert [kind in output.get("data", {}) for output in outputs[name]] == [True], name
    table = outputs["errors"][0].data["text/html"]
    confusion = Run.objects.get(experiment__number=3).confusion
    wrong = confusion["false_positives"] + confusion["false_negatives"]
    assert table.count("<tr") == 1 + min(10, wrong)
    assert "worst_area" in outputs["importance"][0].data["text/plain"]
    printed = next(cell for cell in executed.cells if cell.id == "check-3").outputs[0].text
    score = Run.objects.get(experiment__number=3).metrics["test"]["roc_auc"]
    assert f"{score:10.4f}" in printed


def test_the_best_of_those_that_were_kept_is_interpreted(member) -> None:
    def interpreted() -> str:
        cells = notebook_of(member).cells
        return next((cell.id for cell in cells if cell.id.startswith("keep-")), "")

    assert interpreted() == "keep-3"
    better = factories.submit(member, "hist_gradient_boosting")
    factories.submit(member, "dummy")
    run_all()
    means = {
        run.experiment.number: run.metrics["cross_validation"]["mean"]["roc_auc"]
        for run in Run.objects.filter(status="succeeded").select_related("experiment")
    }
    assert interpreted() == "keep-3", "the only one that was kept"
    record_analysis(better, analysis="Mieux.", decision="keep", next_step="Fin")
    assert interpreted() == f"keep-{max((3, better.number), key=means.get)}"
    failure = {"failure_code": "time_limit", "failure_context": {"seconds": 120}}
    Run.objects.exclude(experiment__number=5).update(status="failed", **failure)
    assert interpreted() == "", "a dummy reads no column"


def test_what_it_cannot_be_trusted_for_is_in_the_interpretation(member) -> None:
    record_limits(Run.objects.get(experiment__number=3).experiment, "Pas pour les *enfants*.")
    limits = next(cell for cell in notebook_of(member).cells if cell.id == "limits").source
    assert limits.startswith("## Limites\n")
    assert "Pas pour les" in limits
    assert "enfants" in limits


def test_the_stamp_stands_until_the_notebook_changes(member) -> None:
    made = execute(member)
    assert made.status == "succeeded", made.failure_context
    assert made.content["versions"]["scikit-learn"]
    assert is_current(made, record_of(member))
    save_document(member, conclusion="Autre chose.")
    assert not is_current(made, record_of(member))


def test_a_number_that_does_not_come_again_is_told_with_its_cell(member) -> None:
    run = Run.objects.get(experiment__number=3)
    run.metrics["test"]["roc_auc"] += 1e-5
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
    told: list[float] = []
    found = executing.execute(nbformat.writes(notebook), member.dojo.dataset, told.append)
    assert found["seconds"] >= 0
    assert told[-1] == 1.0
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
    assert not do_next(Export)
    request_export(other, Export.Kind.PDF)
    assert do_next(Export)
    assert Export.objects.get(kind="pdf").status == "succeeded"


def test_the_pictures_are_within_the_text(cast) -> None:
    request_export(cast.participant, Export.Kind.PDF)
    assert do_next(Export)
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
    needed = archive.read("requirements.txt").decode()
    assert re.search(r"^scikit-learn==\d", needed, re.MULTILINE)
    # One version for Python 3.11 and another for later ones: pip takes the one that fits.
    assert (
        len(re.findall(r"^shap==\S+ ; python_full_version \S+ '3.12'$", needed, re.MULTILINE)) == 2
    )


def test_the_starter_uses_a_model_that_the_dojo_allows() -> None:
    dojo = factories.make_dojo()
    dojo.rules.allowed_models = ["decision_tree", "knn"]
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
