"""Three hundred open pages leave the database, and every other page, as they were."""

import re
import socket
import urllib.request

import pytest
from django.db import connection
from django.test import Client

from classrooms.agenda import timeline
from classrooms.models import Seat
from live.stream import STREAMS_PER_PERSON
from tests import factories
from tests.product import Product, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

PEOPLE = 50
# The web process's own (WEB_DATABASE_CONNECTIONS), the workers', the test's.
CONNECTIONS_AT_MOST = 40


def open_stream(port: int, seat: Seat, session: str) -> socket.socket:
    stream = socket.create_connection(("127.0.0.1", port), timeout=60)
    head = (
        f"GET /dojos/{seat.dojo.public_id}/events/?since=0 HTTP/1.1",
        "Host: 127.0.0.1",
        f"Cookie: sessionid={session}",
    )
    stream.sendall("\r\n".join((*head, "", "")).encode())
    return stream


def hear(stream: socket.socket, pattern: bytes) -> None:
    """Read on until the stream has said this."""
    heard = b""
    while not re.search(pattern, heard):
        part = stream.recv(65536)
        assert part, f"the stream ended: {heard[:200]!r}"
        heard += part


def connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="only a server has a limit of connections"
)
def test_open_pages_hold_no_connections(product: Product) -> None:
    product.serve()
    dojo = factories.make_dojo()
    streams = []
    try:
        for number in range(PEOPLE):
            seat = factories.join(dojo, f"Person {number}")
            client = Client()
            client.force_login(seat.people.get())
            session = client.cookies["sessionid"].value
            # All at once, as after a restart: nobody waits for the one before.
            streams += [open_stream(product.port, seat, session) for _ in range(STREAMS_PER_PERSON)]
        for stream in streams:
            hear(stream, rb"event: time")
        assert connections() <= CONNECTIONS_AT_MOST

        # What a stream reads later keeps no connection either.
        timeline.pause_dojo(dojo)
        for stream in streams:
            hear(stream, rb"role=..timer")
        wait_for(lambda: connections() <= CONNECTIONS_AT_MOST, "the connections to be closed")
        for path in ("/", f"/join/{dojo.join_code}/", "/readyz"):
            with urllib.request.urlopen(product.url + path, timeout=60) as response:  # noqa: S310
                assert response.status == 200, path
    finally:
        for stream in streams:
            stream.close()
