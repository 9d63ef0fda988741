"""What is taken home: the brief's log, a notebook that re-runs, the exact versions."""

import io
import json
import platform
import zipfile

import nbformat
import pytest

from experiments.exports.archives.participant import archive_name, build_archive
from experiments.exports.documents.html_log import log_digest
from experiments.exports.documents.log import experiment_log, plain
from experiments.exports.record import record_of
from experiments.exports.services import mark_final
from experiments.models import Run
from experiments.submit.services import note_row, record_analysis, record_limits, save_framing
from tests import factories
from tests.work import do_next

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = [pytest.mark.serverless, pytest.mark.django_db(transaction=True)]

FRAMING = {
    "problem": "Which tumour is malignant?\n# not a heading",
    "data": "569 rows",
    "metric": "ROC AUC",
    "baseline": "0.5",
}


def really_run(experiment):
    """Execute what is queued, with the worker's own code, in this process."""
    assert do_next()
    assert do_next()
    return type(experiment).objects.get(pk=experiment.pk)


@pytest.fixture
def member():
    member = factories.join(factories.make_dojo(language="fr"), "Zoé")
    save_framing(member, **FRAMING)
    first = really_run(factories.submit(member, "logistic_regression"))
    record_analysis(first, analysis="- Bon.\n## Hélas", decision="keep", next_step="Un arbre")
    factories.submit(member, "decision_tree", compared_to=first, expected_effect=0.01)
    failed = Run.objects.get(experiment__number=2)
    failed.transition("failed", failure_code="time_limit", failure_context={"seconds": 120})
    return member


def test_notes_on_errors_and_limits_are_in_the_log(member) -> None:
    first = member.experiments.get(number=1)
    before = experiment_log(record_of(member))
    assert "### Limites" not in before
    note_row(first, 12, "Petite,\n# pas un titre")
    record_limits(first, "- Pas pour les enfants.\n## Pas un titre")
    log = experiment_log(record_of(member))
    assert "- Ligne 12\xa0: Petite, # pas un titre" in log
    assert "### Limites" in log
    assert "Pas pour les enfants." in log
    assert "\n## Pas un titre" not in log
    assert "\n# pas un titre" not in log


def test_the_log_has_the_briefs_format(member) -> None:
    log = experiment_log(record_of(member))
    lines = log.splitlines()
    headings = [line for line in lines if line.startswith("#") and "Experiment Log" not in line]
    code = [line for line in headings if line.startswith("# ")]
    headings = [line for line in headings if line not in code]
    per_experiment = [
        "### Hypothèse",
        "### Approche",
        "### Code",
        "### Résultats",
        "### Analyse",
        "### Next",
    ]
    assert lines[0] == "# Experiment Log"
    assert headings == [
        "## Contexte",
        "## Expérience #1",
        *per_experiment,
        "## Expérience #2",
        *per_experiment,
        "## Code commun",
    ]
    for bullet in (
        "Problème",
        "Données",
        "Métrique",
        "Baseline",
        "Modèle",
        "Features",
        "Hyperparams",
    ):
        assert f"- **{bullet}**\xa0: " in log
    assert "| Métrique | Train | Test |" in log
    assert log.count("```python\nimport os") == 1
    assert log.index("**En bref**") < log.index("## Contexte")


def test_the_log_tells_failures_and_keeps_structure_from_typed_text(member) -> None:
    log = experiment_log(record_of(member))
    assert "temps permis (120\xa0s)" in log
    assert " ; écart train-test : " in log.replace("\xa0", " ")
    assert "\n## Hélas" not in log
    assert "\\## Hélas" in log
    assert "Décision\u00a0: garder." in log


@pytest.mark.parametrize("text", ["# a", "- a", "1. a", "> a", "```", "| a |", "---", "<b>"])
def test_typed_text_structures_nothing(text: str) -> None:
    assert plain(text) != text
    assert plain("1. a\nb $5 [c] $6\n\n2.5 d") == ("1\\. a  \nb \\$5 \\[c] \\$6\n\n2.5 d")
    assert plain("An ordinary - sentence (1.5 %).") == "An ordinary - sentence (1.5 %)."


def test_the_zip_is_complete_and_always_the_same(member) -> None:
    first, second = (
        build_archive(record_of(member)).getvalue(),
        build_archive(record_of(member)).getvalue(),
    )
    assert first == second
    archive = zipfile.ZipFile(io.BytesIO(first))
    assert archive.testzip() is None
    requirements = archive.read("requirements.txt").decode()
    assert "scikit-learn==" in requirements
    assert "numpy==" in requirements
    assert archive_name(member) == "dojo-zoé.zip"
    assert "shap==" in requirements
    explained = archive.read("README.txt").decode()
    assert f"python{'.'.join(platform.python_version_tuple()[:2])} -m venv" in explained
    for name in {name.partition("/")[0] for name in archive.namelist()} - {"README.txt"}:
        assert f"\n{name} " in explained
    assert "slides.html" not in explained
    assert len(archive.namelist()) < 12


def test_what_is_final_is_what_one_downloads(member) -> None:
    mark_final(member, gaps_accepted=True)
    record = record_of(member)
    assert record.document.final_digest == log_digest(record)
    record_limits(member.experiments.get(number=1), "Pas pour les enfants.")
    assert record.document.final_digest != log_digest(record_of(member))


def test_the_notebook_is_valid_and_asserts_the_recorded_numbers(member) -> None:
    archive = zipfile.ZipFile(build_archive(record_of(member)))
    notebook = nbformat.reads(archive.read("notebook.ipynb").decode(), as_version=4)
    nbformat.validate(notebook)
    check = next(cell.source for cell in notebook.cells if cell.id == "check-1")
    recorded = json.loads(check.splitlines()[0].removeprefix("recorded = "))
    run = Run.objects.get(experiment__number=1)
    assert recorded == run.metrics
    assert not any(cell.id == "code-2" for cell in notebook.cells)
    assert "holdout" not in "".join(
        cell.source for cell in notebook.cells if cell.cell_type == "code"
    )
