"""Is a change on every screen within a second, and what do 200 people cost one web process?

For 10, 50 and 200 participants, each with an open stream (server-sent events) of one
Dojo, on loopback:

- latency: the facilitator adds time; from the commit until the participant's page has the
  new clock, as a page gets it: the event, and where the event does not bring the fragment,
  its request. 95th percentile over all participants and changes.
- submissions: every participant submits an experiment through the form, all within a few
  seconds, while streams are open; requests per second, failures.
- memory of the web process, and its processor time per change.

Beside it a bare ASGI script that does nothing but push a line to as many streams, run by
the same server: what the platform adds is the ratio. Queries per tick are counted in this
process, with as many listeners.

    python benchmarks/live.py [sizes]
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from submit_to_metrics import ROOT, free_port, prepare

SIZES = (10, 50, 200)
CHANGES = 10
PAUSE_SECONDS = 1.5
GOAL_SECONDS = 1.0

BARE = """
import asyncio, time
waiting = set()
async def application(scope, receive, send):
    await send({"type": "http.response.start", "status": 200,
                "headers": [(b"content-type", b"text/event-stream")]})
    if scope["path"] == "/push":
        for event in waiting: event.set()
        await send({"type": "http.response.body", "body": b"ok"})
        return
    event = asyncio.Event(); waiting.add(event)
    try:
        await send({"type": "http.response.body", "body": b"event: time\\n\\n", "more_body": True})
        while True:
            await event.wait(); event.clear()
            await send({"type": "http.response.body", "more_body": True,
                        "body": b'event: change\\ndata: {"topic": "clock"}\\n\\n'})
    finally:
        waiting.discard(event)
"""


@dataclass
class Participant:
    """Somebody with a browser: a session, a stream, and when their clock last changed."""

    cookie: str
    seen: list[float] = field(default_factory=list)


async def request(port: int, head: str, body: str = "") -> tuple[int, str, str]:
    """One request on a connection of its own; status, headers and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write((head.replace("\n", "\r\n") + "\r\n\r\n" + body).encode())
    await writer.drain()
    answer = (await reader.read()).decode(errors="replace")
    writer.close()
    headers, _blank, content = answer.partition("\r\n\r\n")
    return int(headers.split(" ", 2)[1]), headers, content


def get(path: str, cookie: str = "") -> str:
    return f"GET {path} HTTP/1.1\nHost: 127.0.0.1\nCookie: {cookie}\nConnection: close"


async def stay(port: int, path: str, person: Participant, fragment: str, ready: Any) -> None:
    """Keep a stream open; note when each change of the clock is on the page."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write((get(path, person.cookie).replace("\n", "\r\n") + "\r\n\r\n").encode())
    told = False
    async for line in reader:
        if line.startswith(b"event:") and not told:
            told = True
            ready.release()
        if line.startswith(b'data: {"topic": "clock"'):
            if fragment:
                status, _headers, _body = await request(port, get(fragment, person.cookie))
                assert status == 200, status
            person.seen.append(time.perf_counter())
    writer.close()


async def latencies(
    port: int, path: str, fragment: str, people: list[Participant], change: Any
) -> list[float]:
    """Seconds from each change until each participant has it."""
    ready = asyncio.Semaphore(0)
    streams = [asyncio.create_task(stay(port, path, p, fragment, ready)) for p in people]
    for _person in people:
        await asyncio.wait_for(ready.acquire(), 60)
    found: list[float] = []
    for number in range(1, CHANGES + 1):
        committed = await change()
        while any(len(person.seen) < number for person in people):
            await asyncio.sleep(0.01)
            assert time.perf_counter() - committed < 30, "a change did not arrive"
        found += [person.seen[-1] - committed for person in people]
        await asyncio.sleep(PAUSE_SECONDS)
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    return found


async def submit(port: int, dojo_id: str, person: Participant, delay: float) -> int:
    """Open the form as a browser would, and submit what it holds."""
    await asyncio.sleep(delay)
    path = f"/dojos/{dojo_id}/experiments/new/"
    status, headers, page = await request(port, get(path, person.cookie))
    if status != 200:
        return status
    fields = fields_of(page) | {
        "claim": "A logistic regression gives a floor.",
        "rationale": "It is the simplest model that learns.",
        "expected_effect": "0.8",
        "action": "submit",
    }
    body = urlencode(fields, doseq=True)
    token = re.search("csrftoken=([^;]+)", headers)
    assert token
    head = (
        f"POST {path} HTTP/1.1\nHost: 127.0.0.1\nCookie: {person.cookie}; csrftoken={token[1]}\n"
        f"Content-Type: application/x-www-form-urlencoded\nContent-Length: {len(body)}\n"
        "Connection: close"
    )
    status, _headers, _page = await request(port, head, body)
    return status


def fields_of(page: str) -> dict[str, Any]:
    """What a browser would send of the page's form, read as HTML."""
    from html.parser import HTMLParser

    class Form(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.values: dict[str, list[str]] = {}
            self.select = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            a = dict(attrs)
            name = a.get("name") or ""
            if tag == "select":
                self.select = name
            elif tag == "option" and "selected" in a:
                self.values.setdefault(self.select, []).append(a.get("value") or "")
            elif tag == "input" and name:
                if a.get("type") in ("checkbox", "radio") and "checked" not in a:
                    return
                self.values.setdefault(name, []).append(a.get("value") or "")

    form = Form()
    form.feed(page)
    return {name: values[0] if len(values) == 1 else values for name, values in form.values.items()}


async def submissions(port: int, dojo_id: str, people: list[Participant]) -> tuple[float, int]:
    """Requests per second, and how many failed, when everyone submits within seconds."""
    started = time.perf_counter()
    spread = len(people) / 40
    answers = await asyncio.gather(
        *(
            submit(port, dojo_id, person, spread * place / len(people))
            for place, person in enumerate(people)
        )
    )
    failed = sum(status != 302 for status in answers)
    return 2 * len(people) / (time.perf_counter() - started), failed


def seat(dojo: Any, numbers: range) -> list[Participant]:
    """Participants of these numbers, each with a session."""
    from django.conf import settings
    from django.test import Client

    from classrooms.dojos.services import join_dojo
    from classrooms.models import User

    people = []
    for number in numbers:
        user = User.objects.create_user(f"p{number}@example.org")
        join_dojo(dojo=dojo, user=user, display_name=f"P{number}")
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        people.append(Participant(f"{settings.SESSION_COOKIE_NAME}={session}"))
    return people


def resident_megabytes(process: subprocess.Popen[bytes]) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def processor_seconds(process: subprocess.Popen[bytes]) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, round(share * len(values)))]


def serve(application: str, port: int, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port)]
    options = ["--no-access-log", "--log-level", "warning", "--lifespan", "off"]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{folder}"}
    return subprocess.Popen(command + options, cwd=ROOT, env=environment)


def bare_latency(count: int, folder: Path) -> float:
    (folder / "bare.py").write_text(BARE)
    port = free_port()
    server = serve("bare:application", port, folder)
    try:
        wait_until_listening(port)

        async def change() -> float:
            committed = time.perf_counter()
            await request(port, get("/push"))
            return committed

        people = [Participant("") for _number in range(count)]
        return percentile(asyncio.run(latencies(port, "/", "", people, change)), 0.95)
    finally:
        server.kill()
        server.wait()


def wait_until_listening(port: int) -> None:
    import socket

    for _try in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("The bare server did not start.")


def queries_per_tick(dojo: Any, listeners: int) -> float:
    """Queries that the watcher sends for so many listeners, per tick."""
    from live import stream as live

    counted = 0
    original = live._read_changes

    def count(since: dict[int, int]) -> Any:
        nonlocal counted
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            found = original(since)
        counted += len(captured)
        return found

    async def scenario() -> float:
        from django.conf import settings

        streams = [
            live.event_stream(dojo.pk, 10**9, lambda topic: True, person=number)
            for number in range(listeners)
        ]
        for stream in streams:
            await anext(stream)
        waiting = [asyncio.create_task(anext(stream)) for stream in streams]  # type: ignore[arg-type]
        ticks = 10
        await asyncio.sleep(ticks * settings.LIVE_TICK_SECONDS)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return counted / ticks

    live._read_changes = count
    try:
        return asyncio.run(scenario())
    finally:
        live._read_changes = original


def measure(count: int, dojo: Any, people: list[Participant], folder: Path) -> float:
    """Print one size's numbers; the 95th percentile of the latency.

    Args:
        people: who has a seat already; as many as are missing come to it.
    """
    from asgiref.sync import sync_to_async

    from classrooms.agenda import timeline

    people += seat(dojo, range(len(people), count))
    port = free_port()
    server = serve("config.asgi:application", port, folder)
    try:
        wait_until_listening(port)
        path = f"/dojos/{dojo.public_id}/events/"
        fragment = f"/dojos/{dojo.public_id}/clock/"
        _status, _headers, home = asyncio.run(
            request(port, get(f"/dojos/{dojo.public_id}/work/", people[0].cookie))
        )
        brings_fragment = 'data-live-fill="clock"' in home

        async def change() -> float:
            await sync_to_async(timeline.extend_phase)(dojo, minutes=1)
            return time.perf_counter()

        before = processor_seconds(server)
        found = asyncio.run(
            latencies(port, path, "" if brings_fragment else fragment, people, change)
        )
        spent = (processor_seconds(server) - before) / CHANGES
        rate, failed = asyncio.run(submissions(port, dojo.public_id, people))
        memory = resident_megabytes(server)
    finally:
        server.kill()
        server.wait()
    for person in people:
        person.seen.clear()
    p95, bare = percentile(found, 0.95), bare_latency(count, folder)
    print(
        f"{count:4} participants: a change after {statistics.median(found):.2f} s (median), "
        f"{p95:.2f} s (p95), bare {bare:.3f} s, ratio {p95 / bare:.0f}; "
        f"{1000 * spent:.0f} ms of processor per change; {memory:.0f} MB; "
        f"{rate:.0f} requests/s, {failed} failed; "
        f"{queries_per_tick(dojo, count):.1f} queries per tick"
    )
    return p95


def main(*sizes: int) -> None:
    sizes = sizes or SIZES
    folder = Path(tempfile.mkdtemp(prefix="ml-experimenter-bench-"))
    os.environ.update(
        VAR_DIR=str(folder / "var"),
        DJANGO_SETTINGS_MODULE="config.settings",
        PYTHONPATH=str(ROOT),
        LOG_LEVEL="WARNING",
    )
    sys.path.insert(0, str(ROOT))
    try:
        people: list[Participant] = []
        dojo = prepare("standard").dojo
        p95 = [measure(count, dojo, people, folder) for count in sizes][-1]
        met = "met" if p95 <= GOAL_SECONDS else "MISSED"
        print(f"  goal: {GOAL_SECONDS} s at {sizes[-1]} participants: {met}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
