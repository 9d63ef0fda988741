"""Until the reveal, what runs gave on the hidden rows is nowhere that anybody can look."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator

import numpy as np
import pytest
from django.contrib import admin
from django.core import serializers
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from connections.access_tokens.services import make_token
from connections.tracking.runs import charts_of, tracked_run
from experiments.exports.archives.dojo import write_dojo_archive
from experiments.exports.archives.personal import build_personal_archive
from experiments.leaderboard.reveal import reveal_all
from experiments.models import Experiment, HoldoutResult, Run
from tests import factories
from tests.conftest import Cast
from tests.test_access import MATRIX, path_of

pytestmark = [pytest.mark.serverless, pytest.mark.django_db]

# A number for each thing that is hidden, so large that no page has it of something else.
SCORE, PRODUCTION, LOW, HIGH, ROW = 737.373, 414.141, -858.585, 962.626, 292.929
ENDLESS = ("classrooms:events", "assistant:stream")


@pytest.fixture
def hiding(cast: Cast) -> Cast:
    """A claim that was kept, of a run that uses a marked column."""
    second = factories.submit(
        cast.participant, "logistic_regression", compared_to=cast.experiment, expected_effect=0.02
    )
    factories.finish(second)
    Experiment.objects.filter(pk=second.pk).update(decision="keep", analysis="It is better.")
    hidden = {"low": LOW, "high": HIGH, "estimate": 0.002}
    Run.objects.update(holdout_metrics={"roc_auc": SCORE, "accuracy": SCORE})
    other = {"part": "holdout", "metric": "roc_auc", "first": SCORE, "again": SCORE}
    Run.objects.create(
        experiment=second, reproduces=second.run, status="succeeded", differences=[other]
    )
    HoldoutResult.objects.update(
        predictions=np.full(60, ROW).tobytes(),
        differences={"roc_auc": hidden},
        missing_columns=["worst_area"],
        production_metrics={"roc_auc": PRODUCTION, "accuracy": PRODUCTION},
    )
    return cast


def hidden_in(text: str) -> list[str]:
    """The hidden numbers that a text has, with a point or a comma."""
    written = {
        "score": f"{SCORE:.3f}",
        "production": f"{PRODUCTION:.3f}",
        "low": f"{abs(LOW):.3f}",
        "high": f"{HIGH:.3f}",
        "row": f"{ROW:.3f}",
        "rows": base64.b64encode(np.full(3, ROW).tobytes()).decode(),
        "columns": "missing_columns",
    }
    pointed = text.replace(",", ".")
    return [name for name, number in written.items() if number in pointed]


def body_of(response: HttpResponse) -> bytes:
    if response.streaming:
        return b"".join(response.streaming_content)
    return bytes(response.content)


def texts_in(content: bytes) -> Iterator[str]:
    """A text, or those in a ZIP, and in those that it has."""
    if not content.startswith(b"PK"):
        yield content.decode("utf-8", errors="replace")
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield from texts_in(archive.read(name))


def told(content: bytes) -> list[str]:
    return [name for text in texts_in(content) for name in hidden_in(text)]


PAGES = [name for name, row in MATRIX.items() if row[0] == "get" and name not in ENDLESS]
# A person's record goes to their facilitator with its scores: see below.
WITH_SCORES = ("facilitator", "experiments:person_data")


@pytest.mark.parametrize("role", ["participant", "facilitator"])
def test_no_page_file_or_archive_has_them(role: str, hiding: Cast) -> None:
    found = {}
    for name in PAGES:
        response = hiding.clients[role].get(path_of(name, hiding))
        if (role, name) != WITH_SCORES and (numbers := told(body_of(response))):
            found[name] = numbers
    assert found == {}


def test_no_answer_of_the_api_has_them(hiding: Cast) -> None:
    for seat in (hiding.participant, hiding.dojo.seats.get(role="facilitator")):
        secret = make_token(seat.people.get(), name="x", days=7)[1]
        headers = {"authorization": f"Bearer {secret}"}
        for name, (method, _who, access) in MATRIX.items():
            if access == "token" and method == "get":
                response = Client().get(path_of(name, hiding), headers=headers)
                assert told(body_of(response)) == [], name


def test_no_admin_knows_the_table(hiding: Cast) -> None:
    assert HoldoutResult not in set(admin.site._registry)
    staff = Client()
    staff.force_login(factories.make_user(is_staff=True, is_superuser=True))
    for client in (staff, hiding.clients["facilitator"]):
        for run in Run.objects.all():
            page = client.get(reverse("admin:experiments_run_change", args=[run.pk]))
            assert told(page.content) == []


def test_no_tool_is_sent_them(hiding: Cast) -> None:
    for experiment in Experiment.objects.with_results():
        sent = tracked_run(experiment, charts_of([experiment]).get(experiment.run.pk, {}))
        assert hidden_in(repr(sent)) == []


def test_the_export_of_the_dojo_and_the_data_of_a_person_leave_the_table_out(hiding: Cast) -> None:
    """Both have the scores for the facilitator, who has the hidden rows there too; what was
    predicted of them row by row, and without the marked columns, neither has."""
    viewer = hiding.dojo.seats.select_related("dojo__dataset").get(role="facilitator")
    mine = io.BytesIO()
    write_dojo_archive(mine, viewer)
    nameless = io.BytesIO()
    write_dojo_archive(nameless, viewer, anonymous=True)
    theirs = build_personal_archive(
        hiding.participant, [*hiding.participant.people.all()], is_for_facilitator=True
    )
    assert {*told(mine.getvalue()), *told(theirs.getvalue())} == {"score"}
    assert told(nameless.getvalue()) == []


def test_what_is_looked_for_would_be_found(hiding: Cast) -> None:
    """A search that finds nothing anywhere proves nothing."""
    rows = serializers.serialize("json", HoldoutResult.objects.all())
    assert {*hidden_in(rows + json.dumps(SCORE))} == {
        *("score", "production", "low", "high", "rows", "columns")
    }
    reveal_all(hiding.dojo)
    board = reverse("experiments:leaderboard", args=[hiding.dojo.public_id])
    page = hiding.clients["participant"].get(board)
    assert "score" in told(page.content)
