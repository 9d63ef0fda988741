"""The summary of a Dojo, and everything of it in one ZIP."""

import io
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from classrooms.agenda import timeline
from classrooms.models import Dojo, DojoStage, Seat
from classrooms.retention import services as retention
from classrooms.tables import neutral
from experiments.exports.archives.dojo import distinct_names, write_dojo_archive
from experiments.exports.archives.participant import safe_name
from experiments.exports.requests import request_archive
from experiments.models import DojoArchive, Experiment, Run, Talk
from experiments.submit.services import note_row, save_framing
from experiments.summary.page import summary_of
from experiments.talks import services as talks
from tests import factories
from tests.work import do_next

pytestmark = pytest.mark.django_db


@pytest.fixture
def dojo():
    """Two participants with a record, and one who did nothing."""
    dojo = factories.make_dojo(title="Chez Zoé", language="fr")
    zoe, bob = factories.join(dojo, "Zoé Martin"), factories.join(dojo, "Bob")
    factories.join(dojo, "Cy")
    save_framing(
        zoe,
        problem="As Bob says, and zoé martin too",
        data="From bob@example.org",
        metric="AUC",
        baseline="0.5",
    )
    first = factories.submit(zoe, claim="Bob's idea", rationale="Ask ZOÉ  MARTIN")
    factories.finish(first, test=0.8, holdout=0.7)
    second = factories.submit(zoe, compared_to=first, expected_effect=0.05)
    factories.finish(second, test=0.9, holdout=0.71)
    Run.objects.filter(experiment=second).update(
        comparison={
            "differences": {"roc_auc": {"low": 0.01, "high": 0.1, "estimate": 0.055}},
            "kind": "model",
        }
    )
    Experiment.objects.filter(pk=second.pk).update(analysis="Bobsleigh is not Bob.")
    note_row(second, 3, "Like Bob")
    factories.submit(bob).run.transition("failed", failure_code="internal")
    talks.begin_next_talk(dojo)
    talks.save_learnings(
        zoe, learned="Bob was right", next_step="", best=None, most_instructive=None
    )
    talks.leave_takeaway(Talk.objects.get(seat=zoe), bob, "Zoé Martin looks at errors")
    return Dojo.objects.get(pk=dojo.pk)


def facilitator_of(dojo) -> Seat:
    return dojo.seats.select_related("dojo__dataset").get(role="facilitator")


def summary(dojo):
    return summary_of(dojo, facilitator_of(dojo))


def written(dojo, **options) -> zipfile.ZipFile:
    file = io.BytesIO()
    write_dojo_archive(file, facilitator_of(dojo), **options)
    return zipfile.ZipFile(file)


def client_of(dojo) -> Client:
    client = Client()
    client.force_login(facilitator_of(dojo).people.get())
    client.cookies["django_language"] = "en"
    return client


# --- The summary --------------------------------------------------------------------------
def test_it_counts_what_the_group_did(dojo) -> None:
    found = summary(dojo)
    assert [person.name for person in found.people] == ["Zoé Martin", "Bob", "Cy"]
    assert (found.experiments, found.failures, found.forecasts.count) == (3, 1, 1)
    zoe = found.people[0]
    assert (zoe.first, zoe.submitted, zoe.holdout, zoe.rank) == (0.8, 0.9, None, 1)
    assert zoe.learned == "Bob was right"
    assert zoe.takeaways == (("Zoé Martin looks at errors", "Bob"),)
    assert found.is_provisional


def test_issues_are_counted_by_people(dojo) -> None:
    factories.finish(factories.submit(Seat.objects.get(display_name="Cy")))
    issues = {issue.label: issue.people for issue in summary(dojo).issues}
    assert issues
    assert all(0 < people <= 3 for people in issues.values())
    assert list(issues.values()) == sorted(issues.values(), reverse=True)
    framed = [t for t in summary(dojo).issues if "cadr" in t.label.lower() or "ramed" in t.label]
    assert [issue.people for issue in framed] == [2]  # Bob and Cy, not Zoé


def test_time_is_told_as_planned_and_as_it_went(dojo) -> None:
    timeline.advance_dojo(dojo)
    times = summary(dojo).times
    assert (times[0].planned, times[0].actual, times[0].difference) == (45, 0, -45)
    assert (times[1].actual, times[1].difference) == (0, None)
    assert (times[2].actual, times[2].began) == (None, None)


def test_the_page_is_provisional_until_the_dojo_has_ended(dojo) -> None:
    client, path = client_of(dojo), f"/dojos/{dojo.public_id}/summary/"
    page = client.get(path).content.decode()
    assert "Provisional" in page
    assert "0.71" not in page
    DojoStage.objects.filter(dojo=dojo).update(holdout_revealed_at=timezone.now())
    for _phase in dojo.phases.all():
        timeline.advance_dojo(dojo)
    page = client.get(path).content.decode()
    assert "Provisional" not in page
    assert "0.71" in page


def test_queries_do_not_grow_with_people(dojo) -> None:
    client, path = client_of(dojo), f"/dojos/{dojo.public_id}/summary/"
    counts = []
    for added in (0, 2, 9):
        for _new in range(added):
            member = factories.join(dojo)
            factories.finish(factories.submit(member))
            talks.leave_takeaway(Talk.objects.get(started_at__isnull=False), member, "Yes")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2], counts


# --- The ZIP --------------------------------------------------------------------------------
def test_everything_is_in_it_and_the_bytes_are_always_the_same(dojo) -> None:
    timeline.pause_dojo(dojo)
    archive = written(dojo)
    assert archive.fp.getvalue() == written(dojo).fp.getvalue()
    assert archive.testzip() is None
    kept = ("records/", "files/")
    assert [name for name in archive.namelist() if not name.startswith(kept)] == [
        "summary.md",
        "leaderboard.csv",
        "agenda.csv",
        "rigour.csv",
        "findings.csv",
        "dataset.md",
        "record.json",
        "verify_record.py",
        "participants/zoé-martin.zip",
        "participants/bob.zip",
        "participants/cy.zip",
        "manifest.json",
    ]
    own = zipfile.ZipFile(io.BytesIO(archive.read("participants/zoé-martin.zip")))
    assert own.testzip() is None
    zoe = Client()
    zoe.force_login(Seat.objects.get(display_name="Zoé Martin").people.get())
    alone = zoe.get(f"/dojos/{dojo.public_id}/take-home/zip/").getvalue()
    assert alone == archive.read("participants/zoé-martin.zip")


def test_the_tables_tell_scores_and_time(dojo) -> None:
    archive = written(dojo)
    board = archive.read("leaderboard.csv").decode("utf-8-sig").splitlines()
    assert board[1].startswith("1;Zoé Martin;")
    assert len(board) == 4
    assert "0,71" not in archive.read("leaderboard.csv").decode()
    assert archive.read("agenda.csv").decode("utf-8-sig").splitlines()[1].startswith("Théorie;45;0")
    rigour = archive.read("rigour.csv").decode("utf-8-sig").splitlines()
    assert rigour[1].startswith("Zoé Martin;")
    assert " : " in rigour[1]
    findings = archive.read("findings.csv").decode("utf-8-sig").splitlines()
    assert any(line.startswith("Bob;1;") for line in findings)
    card = archive.read("dataset.md").decode()
    assert card.startswith("# ")
    assert "`mean_radius` (numeric)" in card
    assert dojo.dataset.content_hash in card
    text = archive.read("summary.md").decode()
    assert text.startswith("# Chez Zoé\n")
    assert "Bob was right" in text
    assert "| 1 | Zoé Martin | 2 | 0,800 | 0,900 |" in text


def files_in(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Every file by its path, those in archives within it too."""
    found = {}
    for name in archive.namelist():
        content = archive.read(name)
        if name.endswith(".zip"):
            inner = files_in(zipfile.ZipFile(io.BytesIO(content)))
            found |= {f"{name}/{path}": file for path, file in inner.items()}
        else:
            found[name] = content
    return found


def test_without_names_nobody_is_named_anywhere(dojo) -> None:
    archive = written(dojo, anonymous=True)
    texts = files_in(archive)
    assert "participants/P01.zip/notebook.ipynb" in texts
    for name, content in texts.items():
        text = content.decode("utf-8-sig").casefold()
        assert "zoé martin" not in text, name
        assert "bob@example" not in text, name
        assert "bob " not in text, name
        assert "zoé" not in name
        assert "bob" not in name
    log = texts["participants/P01.zip/experiment-log.md"].decode()
    assert "P02's idea" in log
    assert "Ask P01" in log
    assert "Bobsleigh is not P02." in log
    assert "Like P02" in log
    assert "P01 looks at errors (P02)" in texts["summary.md"].decode()
    # What is stored keeps its names.
    assert Experiment.objects.get(number=1, seat__display_name="Bob")
    assert Experiment.objects.get(seat__display_name="Zoé Martin", number=1).claim == ("Bob's idea")


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["Zoé", "zoé!", "ZOÉ?"], ["zoé", "zoé-2", "zoé-3"]),
        (["a/b\\c:d", "../..", "💥"], ["abcd", "participant", "participant-2"]),
        (["CON", "nul", "COM1", "Lpt9"], ["con_", "nul_", "com1_", "lpt9_"]),
        (["x", "x-2", "x"], ["x", "x-2", "x-3"]),
    ],
)
def test_names_of_files_are_safe_and_differ(names: list[str], files: list[str]) -> None:
    assert distinct_names(names) == files
    assert safe_name("L'été à Noël", "x") == safe_name("L’été à Noël", "x") == "l-été-à-noël"
    assert safe_name("E\u0301te\u0301", "x") == "été"
    for text in ("é" * 300, "長" * 300, f"{'a' * 99}-b"):
        short = safe_name(text, "x")
        assert len(short.encode()) <= 100
        assert text.startswith(short)
        assert not short.endswith("-")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", " =x", "\t=x", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert neutral(text) == f"'{text}"
    assert neutral(-0.5) == -0.5
    assert neutral("a=b") == "a=b"


def test_a_worker_packs_what_was_asked_for_and_the_download_says_what_it_is(dojo) -> None:
    client, path = client_of(dojo), f"/dojos/{dojo.public_id}/summary/zip/"
    assert client.get(path)["Location"].endswith("/summary/"), "nothing was packed yet"
    for query in ("", "?anonymous"):
        client.post(path + query)
        client.post(path + query)
    assert b"every 1s" in client.get(f"/dojos/{dojo.public_id}/summary/archives/").content
    assert do_next(DojoArchive)
    assert do_next(DojoArchive)
    assert not do_next(DojoArchive), "two clicks are one archive"
    response = client.get(path)
    with pytest.warns(Warning, match="asynchronous"):  # the test's client reads it at once
        content = b"".join(response)
    assert int(response["Content-Length"]) == len(content)
    assert "chez-zo%C3%A9.zip" in response["Content-Disposition"]
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    nameless = client.get(path + "?anonymous")
    assert dojo.public_id in nameless["Content-Disposition"]


def test_a_packing_under_way_is_left_alone(dojo) -> None:
    request_archive(dojo, anonymous=False)
    dojo.archives.update(status="running", attempt=2, progress=0.5)
    request_archive(dojo, anonymous=False)
    again = dojo.archives.get()
    assert (again.status, again.attempt, again.progress) == ("running", 2, 0.5)


def test_the_archive_goes_with_its_dojo(dojo, django_capture_on_commit_callbacks) -> None:
    request_archive(dojo, anonymous=False)
    do_next(DojoArchive)
    path = dojo.archives.get().path
    assert default_storage.exists(path)
    with django_capture_on_commit_callbacks(execute=True):
        retention.delete_dojo(dojo)
    assert not default_storage.exists(path)
