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

from classrooms.models import Dojo, Seat
from connections.http.results import experiment_detail
from experiments.exports.archives.dojo import write_dojo_archive
from experiments.forecasts.outcomes import outcome_of
from experiments.forecasts.record import forecast_record
from experiments.leaderboard.rows import leaderboard
from experiments.models import Experiment, Run, Talk
from experiments.pages.reads import experiments_of
from experiments.pages.run_page import run_page
from experiments.submit.services import record_analysis
from experiments.summary.page import summary_of
from experiments.talks.learnings import learnings_of
from tests import factories
from tests.conftest import Cast

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
    found = re.sub(r"<[^>]+>", " ", content.decode())
    return re.sub(r"\s+", " ", html.unescape(found))


def test_each_fact_has_one_value(walked: Seat, cast: Cast) -> None:
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

    # The verdict of each experiment: page, log, notebook, API.
    log = text_of(client, f"{base}/take-home/log/")
    page = text_of(client, f"{base}/take-home/page/")
    cells = json.loads(client.get(f"{base}/take-home/notebook/").content)["cells"]
    notebook = re.sub(r"\s+", " ", " ".join("".join(cell["source"]) for cell in cells))
    for one in own:
        if one.number not in reasons:
            continue
        reason = reasons[one.number]
        assert reason in text_of(client, one.get_absolute_url())
        for told in (log, page, notebook):
            assert reason in told
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
