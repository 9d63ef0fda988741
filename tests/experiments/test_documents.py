"""The document of the documentation phase: laid out, checked, as Markdown, HTML and PDF."""

import io
import re
import sys
import zipfile

import nbformat
import pytest
from django.utils import timezone, translation

from engine.charts import catalogue as charts
from experiments.exports.archives.aliases import Aliases
from experiments.exports.archives.participant import build_archive
from experiments.exports.compute.drawing import draw
from experiments.exports.compute.pdf import pdf_of
from experiments.exports.documents.html_log import html_log
from experiments.exports.documents.log import experiment_log
from experiments.exports.documents.pictures import pictures_of
from experiments.exports.notebooks.notebook import build_notebook
from experiments.exports.record import record_of
from experiments.exports.requests import request_export
from experiments.exports.services import mark_final, save_document
from experiments.models import Documentation, Export, Picture, Run
from experiments.participants.completeness import take_home_checklist
from experiments.submit.services import note_row, record_analysis, save_framing
from jobs.kinds import RISES_EVERY, kind_of
from jobs.perform import JobFailure
from jobs.sweep import recover
from tests import factories
from tests.conftest import Cast
from tests.work import do_next

pytestmark = [pytest.mark.serverless, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def member():
    """A baseline, a failure, and one with a verdict and an interval."""
    member = factories.join(factories.make_dojo(language="en"), "Zoé")
    save_framing(member, problem="P <b>", data="D", metric="M", baseline="B")
    first = factories.submit(member, "logistic_regression")
    factories.finish(first, test=0.9)
    record_analysis(first, analysis="Good.", decision="keep", next_step="A tree")
    failed = factories.submit(member, "decision_tree", claim="A tree is better.")
    failed.run.transition("failed", failure_code="time_limit", failure_context={"seconds": 120})
    third = factories.submit(member, compared_to=first, expected_effect=0.05)
    factories.finish(third, test=0.95)
    Run.objects.filter(experiment=third).update(
        intervals={"roc_auc": [0.91, 0.98]},
        comparison={
            "differences": {"roc_auc": {"low": 0.01, "high": 0.08, "estimate": 0.05}},
            "kind": "model",
        },
    )
    return member


@pytest.fixture
def client(cast: Cast):
    """The participant's, in English."""
    found = cast.clients["participant"]
    found.cookies["django_language"] = "en"
    return found


def address(member, name: str) -> str:
    return f"/dojos/{member.dojo.public_id}/take-home/{name}"


# --- What it says -------------------------------------------------------------------------
def test_verdict_interval_threshold_and_versions_are_told(member) -> None:
    log = experiment_log(record_of(member))
    assert "| ROC AUC | 0.990 | 0.950 [0.910, 0.980] |" in log
    assert "**Verdict: as forecast. The effect is there, and its size agrees with your range" in log
    assert "4 false positives, 5 false negatives" in log
    assert "scikit-learn 1.5.0" in log
    assert "fingerprint ffffffffffff" in log
    assert "The run has no result: " in log


def test_title_texts_order_and_choice_are_the_authors(member) -> None:
    save_document(
        member,
        title="Who leaves?",
        introduction="For my team.\n# No heading",
        conclusion="It holds.",
        order=[3, 1, 2],
        omitted=[2],
    )
    log = experiment_log(record_of(member))
    assert log.startswith("# Experiment Log: Who leaves?\n\n*Zoé · Dojo · ")
    assert re.findall(r"^## .*", log, re.MULTILINE) == [
        "## Introduction",
        "## Context",
        "## Experiment #3",
        "## Experiment #1",
        "## Conclusion",
        "## Shared code",
    ]
    assert "#2 is left out of this document" in log
    factories.submit(member)
    assert [one.number for one in record_of(member).shown] == [3, 1, 4]


def test_the_document_has_its_own_language(member) -> None:
    save_document(member, language="fr")
    assert "### Hypothèse" in experiment_log(record_of(member))
    assert '<html lang="fr">' in html_log(record_of(member))


def test_a_link_or_a_formula_that_was_typed_is_only_text(member) -> None:
    save_document(member, introduction="![x](http://example.org/x.png) costs $5 or $6")
    log = experiment_log(record_of(member))
    assert "!\\[x](http://example.org/x.png) costs \\$5 or \\$6" in log
    notebook = nbformat.reads(build_notebook(record_of(member)), as_version=4)
    assert "$" not in notebook.cells[0].source
    assert notebook.cells[0].source.count("<span>&#36;</span>") == 2


def test_the_page_is_one_file_without_script_or_address(member) -> None:
    save_document(member, title="<script>alert(1)</script>")
    text = html_log(record_of(member))
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "P &lt;b&gt;" in text
    assert not re.search(r'(?:src|href)="(?!#)', text)
    assert "url(" not in text


def test_without_names_the_texts_of_the_document_have_none_either(member) -> None:
    save_document(member, title="By Zoé", introduction="Zoé", conclusion="Zoé")
    request_export(member, Export.Kind.PDF)
    record = Aliases(member.dojo).record(record_of(member))
    assert "Zoé" not in html_log(record)
    assert record.exports == {}
    assert Documentation.objects.get().title == "By Zoé"


# --- What is missing ------------------------------------------------------------------------
def test_what_is_missing_leads_to_where_it_is_written(member) -> None:
    record = record_of(member)
    with translation.override("en"):
        items = take_home_checklist(member, record.framing, record.experiments)
    analysed = next(item for item in items if item.label == "Every experiment is analysed")
    assert (analysed.done, analysed.detail) == (False, "1/3")
    assert [place.label for place in analysed.places] == ["#2", "#3"]
    errors = items[-1]
    assert not errors.done
    assert errors.places[0].url.endswith("/analysis/errors/")
    note_row(record.experiments[0], 12, "Both doctors doubted.")
    record = record_of(member)
    assert take_home_checklist(member, record.framing, record.experiments)[-1].done


# --- The page that lays it out ----------------------------------------------------------------
def test_moving_an_experiment_keeps_what_was_typed_and_stores_nothing(cast: Cast) -> None:
    factories.finish(factories.submit(cast.participant))
    client, path = cast.clients["participant"], address(cast.participant, "document/")
    sent = {"title": "Half a ti", "order": ["1", "2"], "shown": ["2"], "action": "down:1"}
    page = client.post(path, sent).content.decode()
    assert 'value="Half a ti"' in page
    assert re.findall(r'name="order" value="(\d)"', page) == ["2", "1"]
    assert re.findall(r'name="shown"\s+value="(\d)" checked', page) == ["2"]
    assert not Documentation.objects.exists()


def test_an_error_keeps_what_was_typed(cast: Cast) -> None:
    client, path = cast.clients["participant"], address(cast.participant, "document/")
    page = client.post(path, {"title": "x" * 121, "conclusion": "Mine", "order": ["1"]})
    assert "Mine" in page.content.decode()
    assert not Documentation.objects.exists()
    assert client.post(path, {"order": ["1"], "shown": ["99"]}).status_code == 200
    client.post(path, {"title": "T", "order": ["1"], "shown": ["1"], "language": "fr"})
    stored = Documentation.objects.get()
    assert (stored.title, stored.language, stored.order, stored.omitted) == ("T", "fr", [1], [])


# --- Files -----------------------------------------------------------------------------------
def test_the_page_cannot_do_anything_where_it_is_served(cast: Cast) -> None:
    response = cast.clients["participant"].get(address(cast.participant, "page/"))
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    kept = cast.clients["participant"].get(address(cast.participant, "page/?download"))
    assert "experiment-log-participant.html" in kept["Content-Disposition"]


def test_a_worker_draws_the_charts_and_makes_the_pdf(cast: Cast, client) -> None:
    path = address(cast.participant, "files/pdf/")
    assert client.get(path).status_code == 404
    client.post(path)
    client.post(path)
    assert Export.objects.count() == 1
    assert do_next(Export)
    assert not do_next(Export)
    made = client.get(path)
    assert made.content.startswith(b"%PDF-")
    views = [picture.view for picture in Picture.objects.order_by("view")]
    assert views == ["importance", "learning", "reliability"]
    drawn = pictures_of(record_of(cast.participant))[cast.experiment.run.pk]
    assert all(one.png.startswith(b"\x89PNG") for one in drawn)
    assert "<svg" in client.get(address(cast.participant, "page/")).content.decode()
    assert "Up to date" in client.get(address(cast.participant, "")).content.decode()
    save_document(cast.participant, conclusion="New")
    assert "has changed since" in client.get(address(cast.participant, "")).content.decode()


def test_without_the_libraries_it_says_what_to_do_instead(cast: Cast, client, monkeypatch) -> None:
    class Missing:
        def find_spec(self, name: str, *args: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libgobject-2.0-0'")

    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(JobFailure, match="pdf_impossible"):
        pdf_of("<p>x</p>")
    request_export(cast.participant, Export.Kind.PDF)
    assert do_next(Export)
    page = client.get(address(cast.participant, "")).content.decode()
    assert "print it to PDF" in page


def test_a_document_asks_no_other_machine_for_anything() -> None:
    made = pdf_of('<img src="file:///etc/passwd"><img src="http://127.0.0.1:1/x.png"><p>x</p>')
    assert made.startswith(b"%PDF-")
    assert b"root:" not in made


def test_a_worker_that_died_loses_no_document(cast: Cast) -> None:
    request_export(cast.participant, Export.Kind.PDF)
    export = Export.objects.get()
    Export.objects.claim(export.pk, worker="dead")
    Export.objects.update(lease_until=export.queued_at)
    recover(kind_of(Export))
    export.refresh_from_db()
    assert export.status == "queued"
    assert do_next(Export)
    export.refresh_from_db()
    assert (export.status, export.attempt) == ("succeeded", 2)


def test_runs_come_first_but_not_for_ever(cast: Cast) -> None:
    request_export(cast.participant, Export.Kind.PDF)
    first = factories.submit(cast.neighbour)
    do_next()
    assert first.runs.get().has_succeeded
    assert Export.objects.get().status == "queued"
    second = factories.submit(cast.neighbour)
    Export.objects.update(queued_at=timezone.now() - RISES_EVERY)
    do_next()
    assert Export.objects.get().has_succeeded
    assert second.runs.get().status == "queued"


def test_a_final_version_gets_its_pdf_which_is_in_the_zip(cast: Cast) -> None:
    mark_final(cast.participant, gaps_accepted=True)
    assert do_next(Export)
    first, second = (build_archive(record_of(cast.participant)).getvalue() for _time in range(2))
    assert first == second
    archive = zipfile.ZipFile(io.BytesIO(first))
    assert archive.read("experiment-log.pdf").startswith(b"%PDF-")
    assert b"<svg" in archive.read("experiment-log.html")
    note_row(cast.experiment, 3, "Now it says more than the PDF.")
    assert (
        "experiment-log.pdf"
        not in zipfile.ZipFile(build_archive(record_of(cast.participant))).namelist()
    )


def test_a_columns_name_is_only_text_in_a_picture() -> None:
    name = "<script>alert(1)</script>"
    found = charts.slices_chart(
        {
            "overall_rate": 0.1,
            "slices": [{"label": name, "rate": 0.2, "low": 0.1, "high": 0.3, "size": 9}],
        }
    )
    svg, png = draw(found, "fr")
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg
    assert "20" in svg
    assert len(png) < 40_000
