"""Values that no page of ours sends, and requests that carry them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

FORM = "application/x-www-form-urlencoded"
Pairs = tuple[tuple[str, bytes], ...]

TEXTS: dict[str, bytes] = {
    "5,000 digits": b"9" * 5000,
    "a superscript": "²".encode(),
    "NUL": b"a\0b",
    "half a character": b"\xed\xa0\x80",
    "no UTF-8": b"\xff\xfe\x80",
    "a negative number": b"-1",
    "no finite number": b"1e999",
    "a word": b"word",
    "nothing": b"",
    "a direction mark": "\u202e".encode(),
    "a structure": b'{"a": ["\\ud800", 1e999]}',
    "a huge text": b"x" * 300_000,
}


@dataclass(frozen=True)
class Sent:
    """A request, and what is told of it when it fails."""

    method: str
    path: str
    told: str = ""
    query: Pairs = ()
    body: bytes = b""
    kind: str = FORM
    headers: dict[str, str] = field(default_factory=dict)

    def by(self, client: Client) -> HttpResponse:
        path = f"{self.path}?{urlencoded(self.query).decode()}" if self.query else self.path
        headers = {name.encode().decode(): value for name, value in self.headers.items()}
        if self.method in ("GET", "HEAD"):
            return client.generic(self.method, path, headers=headers)
        return client.generic(self.method, path, self.body, self.kind, headers=headers)

    def __str__(self) -> str:
        return f"{self.method} {self.path[:120]} {self.told}"


def urlencoded(pairs: Pairs) -> bytes:
    return "&".join(
        f"{quote_from_bytes(k.encode())}={quote_from_bytes(v)}" for k, v in pairs
    ).encode()


def plain(method: str, path: str, fields: dict[str, str]) -> Sent:
    """What a browser would send."""
    pairs = tuple((name, value.encode()) for name, value in fields.items())
    if method == "GET":
        return Sent("GET", path, query=pairs)
    return Sent(method, path, body=urlencoded(pairs))


def hostile_requests(method: str, path: str, fields: dict[str, str]) -> Iterator[Sent]:
    """One request for each field and hostile value, the other fields being as they should."""
    for name in fields:
        others = tuple((n, v.encode()) for n, v in fields.items() if n != name)
        for told, value in TEXTS.items():
            yield _sent(method, path, f"with {told} as {name}", (*others, (name, value)))
        twice = (*others, (name, fields[name].encode()), (name, b"word"))
        yield _sent(method, path, f"with {name} twice", twice)
        if method == "POST":
            yield _with_file(path, name, fields)
    if method == "POST":
        body = urlencoded(tuple((n, v.encode()) for n, v in fields.items()))
        told = "in UTF-16"
        for kind in (FORM, f"multipart/form-data; boundary={BOUNDARY}", "application/json"):
            coded = body.decode().encode("utf-16")
            yield Sent("POST", path, told, body=coded, kind=f"{kind}; charset=utf-16")
        yield Sent("POST", path, "in UTF-7", body=body, kind=f"{FORM}; charset=utf-7")


def _sent(method: str, path: str, told: str, pairs: Pairs) -> Sent:
    if method == "GET":
        return Sent("GET", path, told, query=pairs)
    return Sent(method, path, told, body=urlencoded(pairs))


def _with_file(path: str, name: str, fields: dict[str, str]) -> Sent:
    """A file where a text belongs."""
    file = SimpleUploadedFile("²\u202e.csv", b"a,b\n\0,\xff\n")
    body = encode_multipart(BOUNDARY, {**fields, name: file})
    return Sent("POST", path, f"with a file as {name}", body=body, kind=MULTIPART_CONTENT)
