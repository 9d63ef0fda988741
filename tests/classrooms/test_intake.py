"""What comes in with requests: numbers, identifiers, text."""

from typing import Any

import pytest
from django.core.exceptions import BadRequest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from classrooms.intake.values import LARGEST, identifier, number_so_far, whole_number
from engine.spec.text import is_storable, repaired, unstorable_path
from experiments.models import Framing
from tests.conftest import Cast

HOSTILE = ["²", "9" * 5000, "-1", "1.5", "٣x", "\0", "x" * 100_000, str(LARGEST + 1)]


# --- Numbers and identifiers ----------------------------------------------------------
@pytest.mark.parametrize("typed", HOSTILE)
def test_what_is_no_number_is_refused_or_passed_over(typed: str) -> None:
    with pytest.raises(BadRequest):
        whole_number(typed)
    assert number_so_far(typed) is None


def test_a_number_is_read() -> None:
    assert [whole_number(typed) for typed in ("0", " 17 ", "", None)] == [0, 17, None, None]
    with pytest.raises(BadRequest):
        whole_number("21", most=20)


@pytest.mark.parametrize("typed", ["", "a\0", "a b", "é", "x" * 65, "../x"])
def test_what_is_no_identifier_names_nothing(typed: str) -> None:
    with pytest.raises(Http404):
        identifier(typed)


@pytest.mark.parametrize("typed", HOSTILE[:2])
def test_a_number_in_an_address_never_breaks_a_page(cast: Cast, typed: str) -> None:
    dojo, client = f"/dojos/{cast.dojo.public_id}", cast.clients["participant"]
    for path in (f"{dojo}/changes/", f"{dojo}/events/"):
        assert client.get(path, {"since": typed}).status_code == 400
    assert client.get(f"{dojo}/slides/", {"at": typed}).status_code == 400
    answered = {"choice": typed, "question": "baseline"}
    assert client.post(f"{dojo}/slides/answer/", answered).status_code == 400
    facilitator = cast.clients["facilitator"]
    assert facilitator.post(f"{dojo}/slides/show/", {"to": typed}).status_code == 400
    assert facilitator.post(f"{dojo}/clock/skip/", {"position": typed}).status_code == 400
    rehearsal = facilitator.post(f"{dojo}/rehearsal/run/", {"people": typed})
    assert rehearsal.status_code == 302


def test_the_refusal_is_a_page_in_the_readers_language(cast: Cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/changes/?since=²"
    client = cast.clients["participant"]
    for language, words in (("fr", "Cette requête est illisible"), ("en", "cannot be read")):
        response = client.get(path, headers={"Accept-Language": language})
        assert words in response.content.decode()


# --- Text -------------------------------------------------------------------------------
@given(st.text(st.characters(categories=["Cs", "Cc", "L"])))
def test_repaired_text_can_be_stored(text: str) -> None:
    found = repaired(text)
    assert is_storable(found)
    found.encode()
    assert repaired(found) == found


def test_what_was_whole_stays_and_halves_are_joined() -> None:
    assert repaired("Zoé 👩‍🔬\n") == "Zoé 👩‍🔬\n"
    assert repaired("a\0b\ud83d\ude00c\ud83d") == "ab😀c�"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": [1, {"b": "\0"}]}, ("a", "1", "b")),
        ({"a": {"x\ud800": 1}}, ("a",)),
        ("\udfff", ()),
        ({"a": ["é", None, 1.5, True]}, None),
    ],
)
def test_it_is_told_where_text_cannot_be_stored(value: Any, path: tuple[str, ...] | None) -> None:
    assert unstorable_path(value) == path


# --- Forms ------------------------------------------------------------------------------
FRAMING = {"problem": "Find\0 them", "data": "Rows", "metric": "AUC", "baseline": "None"}


def test_a_form_is_repaired_before_anybody_reads_it(cast: Cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/framing/"
    assert cast.clients["participant"].post(path, FRAMING).status_code == 302
    assert Framing.objects.get(seat=cast.participant).problem == "Find them"


@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "utf-32", "latin-1", "nonsense"])
def test_a_form_is_in_utf8(cast: Cast, charset: str) -> None:
    path = f"/dojos/{cast.dojo.public_id}/framing/"
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        body = b"problem=+2AA-&data=x&metric=x&baseline=x"
        kind = f"{kind}; charset={charset}"
        response = cast.clients["participant"].generic("POST", path, body, content_type=kind)
        assert response.status_code == 400
    assert not Framing.objects.filter(seat=cast.participant).exists()


def test_an_address_and_cookies_are_repaired(db: None) -> None:
    client = Client()
    client.cookies["sessionid"] = '"\\000aaaaaaaaaaaa"'
    assert (
        client.get("/?x=%00", headers={"Content-Type": "text/plain; charset=utf-7"}).status_code
        == 200
    )


def test_the_name_of_a_file_in_an_unknown_encoding_is_refused(cast: Cast) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; '
        b"filename*=nonsense''a.csv\r\n\r\na,b\r\n--x--\r\n"
    )
    path = f"/dojos/{cast.dojo.public_id}/seats/roster/"
    kind = "multipart/form-data; boundary=x"
    client = cast.clients["facilitator"]
    assert client.generic("POST", path, body, content_type=kind).status_code in (200, 400)


@pytest.mark.parametrize("path", ["/datasets/new/"])
def test_the_name_of_an_upload_can_be_stored(cast: Cast, path: str) -> None:
    file = SimpleUploadedFile("mine\0.csv", b"a,b\n1,2\n")
    response = cast.clients["facilitator"].post(path, {"title": "Mine\0", "file": file})
    assert response.status_code in (200, 302)
