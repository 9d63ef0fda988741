"""Bodies are bounded before they are read, and people have so much of everything."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from django.core.asgi import get_asgi_application
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from assistant.models import Message
from classrooms.datasets.services import add_bundled_dataset, upload_dataset
from classrooms.exceptions import OverQuota
from classrooms.models import Dataset
from config.bodies import MEGABYTE, bounded
from experiments.exports.requests import ask_for_export
from experiments.models import Export
from tests import factories
from tests.conftest import Cast

ENGLISH = {"accept-language": "en"}
LARGE = "x" * (2 * MEGABYTE)


# --- By any server ---------------------------------------------------------------------
def test_a_form_too_large_gets_our_page_in_the_readers_language(cast: Cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/framing/"
    page = cast.clients["participant"].post(path, {"problem": LARGE}, headers=ENGLISH)
    assert page.status_code == 413
    assert "At most 1 MB can be sent here." in page.content.decode()
    assert page["Connection"] == "close"
    french = cast.clients["participant"].post(
        path, {"problem": LARGE}, headers={"accept-language": "fr"}
    )
    assert "1 Mo" in french.content.decode()


def test_json_too_large_is_refused_as_the_api_answers(cast: Cast) -> None:
    answer = Client().post("/api/v1/dojos", LARGE, content_type="application/json")
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_an_upload_may_be_larger_than_a_form(cast: Cast) -> None:
    file = ContentFile(b"a,b\n" + b"1,2\n" * 400_000, "large.csv")
    answer = cast.clients["facilitator"].post("/datasets/new/", {"title": "Large", "file": file})
    assert answer.status_code == 302


# --- Before reading ----------------------------------------------------------------------
@pytest.fixture
def address(db: None) -> Iterator[tuple[str, int]]:
    """The product behind a real server, in a thread: pages for nobody ask no database."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(bounded(get_asgi_application()), lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
    thread.start()
    yield listening.getsockname()
    server.should_exit = True
    thread.join(timeout=10)
    listening.close()


def ask(address: tuple[str, int], path: str, *, headers: str, sent: int) -> tuple[str, int]:
    """The status line, and how many bytes of the body the server was given before it answered."""
    with socket.create_connection(address, timeout=20) as line:
        line.sendall(
            f"POST {path} HTTP/1.1\r\nHost: testserver\r\nAccept-Language: en\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n{headers}\r\n\r\n".encode()
        )
        given = 0
        try:
            for _piece in range(sent):
                if "chunked" in headers:
                    line.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                given += 65536
        except OSError:
            pass
        answer = b""
        try:
            while piece := line.recv(65536):
                answer += piece
        except OSError:
            pass
        return answer.decode("utf-8", "replace"), given


@pytest.mark.parametrize("path", ["/join/", "/datasets/new/", "/api/v1/dojos"])
def test_four_hundred_megabytes_are_refused_before_they_are_sent(
    address: tuple[str, int], path: str
) -> None:
    answer, _given = ask(address, path, headers="Content-Length: 419430400", sent=0)
    assert answer.startswith("HTTP/1.1 413"), answer[:80]


def test_a_body_in_chunks_is_read_as_far_as_is_allowed(address: tuple[str, int]) -> None:
    answer, given = ask(address, "/join/", headers="Transfer-Encoding: chunked", sent=3200)
    assert given < 3200 * 65536, answer[:80]


def test_nobody_uploads_without_a_login(address: tuple[str, int]) -> None:
    for cookie in ("", "\r\nCookie: sessionid=abcdefghijklmnopqrstuvwxyz012345"):
        headers = f"Content-Length: {50 * MEGABYTE}{cookie}"
        answer, _given = ask(address, reverse("classrooms:dataset_new"), headers=headers, sent=0)
        assert answer.startswith("HTTP/1.1 413"), answer[:80]


# --- What one person may have -----------------------------------------------------------
def test_so_many_datasets_are_one_persons(db: None, settings: Any) -> None:
    settings.DATASETS_PER_PERSON = 2
    user, client = factories.make_user(), Client()
    client.force_login(user)
    for _copy in range(2):
        add_bundled_dataset(user, "churn")
    page = client.post("/datasets/new/", {"bundled_key": "churn"}, headers=ENGLISH).content.decode()
    assert "You have 2 datasets" in page
    file = ContentFile(b"a,b\n1,2\n", "small.csv")
    page = client.post("/datasets/new/", {"title": "x", "file": file}, headers=ENGLISH)
    assert "You have 2 datasets" in page.content.decode()
    alone = client.post("/solo/", {"bundled_key": "tickets"}, follow=True, headers=ENGLISH)
    assert "You have 2 datasets" in alone.content.decode()
    unused = Dataset.objects.filter(owner=user).first()
    Dataset.objects.filter(pk=unused.pk).update(status="failed")
    client.post(f"/datasets/{unused.public_id}/delete/")
    assert Dataset.objects.filter(owner=user).count() == 1


def test_so_many_bytes_are_one_persons(db: None, settings: Any) -> None:
    settings.UPLOADS_PER_PERSON_MEGABYTES = 1
    user = factories.make_user()

    def upload() -> Dataset:
        file = ContentFile(b"a" * 700_000, "a.csv")
        return upload_dataset(user, title="a", file=file)

    upload()
    with pytest.raises(OverQuota, match="uploads"):
        upload()
    assert Dataset.objects.filter(owner=user).count() == 1


def test_a_dataset_that_a_dojo_uses_is_not_deleted(cast: Cast) -> None:
    cast.clients["facilitator"].post(f"/datasets/{cast.dojo.dataset.public_id}/delete/")
    assert Dataset.objects.filter(pk=cast.dojo.dataset_id).exists()


def test_so_many_documents_are_made_at_a_time(cast: Cast, settings: Any) -> None:
    settings.EXPORTS_AT_ONCE = 1
    person = cast.participant.people.get()
    ask_for_export(person, cast.participant, Export.Kind.PDF)
    ask_for_export(person, cast.participant, Export.Kind.PDF)
    path = reverse("experiments:export", args=[cast.dojo.public_id, "execution"])
    page = cast.clients["participant"].post(path, follow=True, headers=ENGLISH).content.decode()
    assert "1 of your documents are being made" in page
    assert not Export.objects.filter(kind=Export.Kind.EXECUTION).exists()


def test_so_many_questions_are_asked_in_an_hour(cast: Cast, settings: Any) -> None:
    settings.COACH_QUESTIONS_PER_HOUR = 2
    path = reverse("assistant:say", args=[cast.dojo.public_id])
    pages = [
        cast.clients["participant"].post(path, {"text": f"Why {number}?"}, headers=ENGLISH)
        for number in range(3)
    ]
    assert "You have asked the coach 2 times within an hour" in pages[-1].content.decode()
    own = Message.objects.filter(seat=cast.participant, role="participant")
    assert own.count() == 2
