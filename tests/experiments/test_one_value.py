"""One fact, one value, wherever it is told: a walk through a whole Dojo."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile

import pytest
from django.test import Client
from django.utils import translation

from assistant.facts.own_experiment import Look, on_result
from assistant.facts.own_work import on_lessons
from assistant.facts.records import work_of
from assistant.facts.summary import record_summary
from classrooms.models import Dojo, Seat
from connections.http.results import experiment_detail
from experiments.exports.archives.dojo import write_dojo_archive
from experiments.exports.compute import pdf
from experiments.exports.compute.pdf import pdf_of
from experiments.exports.documents.deck import html_deck
from experiments.exports.record import record_of
from experiments.exports.requests import request_export
from experiments.forecasts.outcomes import outcome_of
from experiments.forecasts.record import forecast_record
from experiments.leaderboard.rows import leaderboard
from experiments.models import Experiment, Export, Run, Talk
from experiments.pages.reads import experiments_of
from experiments.pages.run_page import run_page
from experiments.submit.services import record_analysis
from experiments.summary.page import summary_of
from experiments.talks.learnings import learnings_of
from experiments.talks.slides import Deck
from experiments.templatetags.experiments import between, signed
from jobs.perform import perform_here
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.serverless

# Interval, measured difference and forecast of each comparison: one verdict of each sort.
COMPARED = (
    ("decision_tree", 0.05, (0.02, 0.08), 0.04),
    ("random_forest", -0.1, (-0.15, -0.06), 0.02),
    ("lightgbm", 0.01, (-0.2, 0.2), 0.03),
    ("xgboost", 0.2, (0.15, 0.24), 0.02),
)


@pytest.fixture
def walked(cast: Cast) -> Seat:
    """A Dojo in which one person has four comparisons, all concluded."""
    member = cast.participant
    Dojo.objects.filter(pk=member.dojo_id).update(language="en")
    first = factories.submit(member, "logistic_regression")
    factories.finish(first, test=0.7)
    for model, difference, (low, high), expected in COMPARED:
        one = factories.submit(member, model, compared_to=first, expected_effect=expected)
        factories.finish(one, test=0.7 + difference)
        found = {"low": low, "high": high, "estimate": difference}
        Run.objects.filter(experiment=one).update(
            intervals={"roc_auc": [0.6, 0.9]},
            comparison={"differences": {"roc_auc": found}, "kind": "model"},
        )
        one = Experiment.objects.get(pk=one.pk)
        record_analysis(one, analysis="It is so.", decision="keep", next_step="More")
    return Seat.objects.get(pk=member.pk)


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return words_of(content.decode())


def words_of(page: str) -> str:
    found = re.sub(r"<[^>]+>", " ", page)
    return re.sub(r"\s+", " ", html.unescape(found))


def pdf_text_of(member: Seat, monkeypatch: pytest.MonkeyPatch) -> str:
    """The words that are laid out as the PDF; in the file they are numbers of glyphs."""
    laid_out: list[str] = []

    def lay_out(document: str) -> bytes:
        laid_out.append(document)
        return pdf_of(document)

    monkeypatch.setattr(pdf, "pdf_of", lay_out)
    request_export(member, Export.Kind.PDF)
    perform_here(Export.objects.get())
    assert bytes(Export.objects.get().file).startswith(b"%PDF-")
    (document,) = laid_out
    return words_of(document)


def test_each_fact_has_one_value(walked: Seat, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client, boss = cast.clients["participant"], cast.clients["facilitator"]
    for one in (client, boss):
        one.cookies["django_language"] = "en"
    base = f"/dojos/{walked.dojo.public_id}"
    own = experiments_of(walked)
    with translation.override("en"):
        verdicts = {one.number: run_page(one).verdict for one in own if one.compared_to_id}
        reasons = {number: found.reason for number, found in verdicts.items() if found}
    assert {found.code for found in verdicts.values() if found} == {
        *("as_forecast", "opposite", "cannot_tell", "larger"),
    }

    # The verdict of each experiment: page, log, notebook, PDF, API.
    log = text_of(client, f"{base}/take-home/log/")
    page = text_of(client, f"{base}/take-home/page/")
    cells = json.loads(client.get(f"{base}/take-home/notebook/").content)["cells"]
    notebook = re.sub(r"\s+", " ", " ".join("".join(cell["source"]) for cell in cells))
    printed = pdf_text_of(walked, monkeypatch)
    for one in own:
        if one.number not in reasons:
            continue
        reason = reasons[one.number]
        shown = text_of(client, one.get_absolute_url())
        verdict = verdicts[one.number]
        assert verdict is not None
        # There, the way on stands between the first sentence and the rest.
        assert all(sentence in shown for sentence in verdict.sentences)
        for told in (log, page, notebook, printed):
            assert reason in told
        for told in (shown, log, page, notebook, printed):
            for value in ruler_values(one):
                assert value in told
        with translation.override("en"):
            detail = experiment_detail(client.get(base + "/work/").wsgi_request, one)
        outcome = outcome_of(one)
        assert outcome is not None
        assert detail.verdict is not None
        assert (detail.verdict.code, detail.verdict.reason) == (outcome.verdict, reason)
        assert detail.difference == pytest.approx(outcome.estimate)

    # Forecasts: work, board, talk, slides, summary, export.
    record = forecast_record(own)
    assert (record.count, record.skill is None) == (4, False)
    skill = f"{record.skill:+.2f}".replace("-", "−")
    held = f"{record.held} of {record.count}"
    board = text_of(client, f"{base}/leaderboard/")
    summary = text_of(boss, f"{base}/summary/")
    for told in (text_of(client, f"{base}/work/"), board, summary):
        assert skill in told
        assert held in told
    assert learnings_of(Talk(seat=walked, position=1)).record == record
    row = next(row for row in leaderboard(walked.dojo, None).rigour if row.seat.pk == walked.pk)
    assert row.rigour is not None
    assert row.rigour.forecasts == record
    everyone = summary_of(walked.dojo, facilitator_of(walked))
    assert (
        sum(person.forecasts.count for person in everyone.people) == everyone.forecasts.count == 4
    )
    with zipfile.ZipFile(archive_of(facilitator_of(walked))) as archive:
        name = next(name for name in archive.namelist() if name.endswith("rigour.csv"))
        exported = archive.read(name).decode("utf-8-sig")
    assert repr(record.skill)[:6] in exported.replace(",", ".")


def ruler_values(experiment: Experiment) -> list[str]:
    """The numbers of the ruler: forecast range, measured interval, margin."""
    with translation.override("en"):
        ruler = run_page(experiment).ruler
        assert ruler is not None
        return [key.value for key in ruler.keys]


def test_the_slides_tell_what_the_page_tells(walked: Seat) -> None:
    highlights = learnings_of(Talk(seat=walked, position=1), experiments_of(walked)).highlights
    compared = [found for _name, found in highlights if found.experiment.compared_to_id]
    assert compared
    with translation.override("en"):
        slides = words_of(html_deck(Deck(record_of(walked))))
        for found in compared:
            page, outcome = run_page(found.experiment), outcome_of(found.experiment)
            assert outcome is not None
            assert page.verdict is not None
            assert f"{page.verdict.label}. {page.verdict.reason}" in slides
            assert between(*map(signed, outcome.interval)) in slides
            for told in (signed(outcome.estimate), page.short_forecast):
                assert told in slides
            for value in ruler_values(found.experiment):
                assert value in slides


def test_the_coach_knows_what_the_page_tells(walked: Seat) -> None:
    work = work_of(walked)
    with translation.override("en"):
        for one in work.record.experiments:
            verdict, outcome = run_page(one).verdict, outcome_of(one)
            if verdict is None or outcome is None:
                continue
            told = record_summary(work.record, work.framing, one, rows=False)["looked_at"]
            assert told["verdict"] == verdict.label
            assert told["result"] == run_page(one).sentence
            assert signed(outcome.estimate) in told["result"]
            assert any(verdict.reason in answer for answer in on_result(Look(work, one)))
        (lesson,) = on_lessons(Look(work, None))
    outcomes = [outcome_of(one) for one in work.record.experiments if one.compared_to_id]
    furthest = max(outcomes, key=lambda one: abs(one.estimate - one.forecast.size))
    with translation.override("en"):
        assert f"{signed(furthest.estimate)} instead of {signed(furthest.forecast.size)}" in lesson


def archive_of(facilitator: Seat) -> io.BytesIO:
    file = io.BytesIO()
    with translation.override("en"):
        write_dojo_archive(file, facilitator, anonymous=False)
    return file


def test_what_was_known_already_is_not_scored(walked: Seat) -> None:
    own = experiments_of(walked)
    assert forecast_record(own).count == 4
    Run.objects.filter(experiment=own[-1]).update(was_known=True)
    assert forecast_record(experiments_of(walked)).count == 3


def test_a_leak_is_believed_by_nobody_once_it_is_told(walked: Seat) -> None:
    """While the Dojo goes on, the verdict does not give a marked column away."""
    dataset = walked.dojo.dataset
    dataset.leak_columns = [dataset.schema.features[0].name]
    dataset.save()
    assert {outcome_of(one).verdict for one in experiments_of(walked)[2:]} >= {"as_forecast"}
    Dojo.objects.filter(pk=walked.dojo_id).update(state="ended")
    again = experiments_of(Seat.objects.get(pk=walked.pk))
    assert {outcome_of(one).verdict for one in again[2:]} == {"not_believed"}
    assert forecast_record(again).count == 0


def facilitator_of(member: Seat) -> Seat:
    return member.dojo.seats.select_related("dojo__dataset").get(role="facilitator")
