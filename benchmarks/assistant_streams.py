"""Do ordinary pages stay quick while 100 people talk with the coach on one web process?

As many participants as asked for (100) have the coach's page open, say something within ten
seconds and keep the stream of their answer. A local server that speaks the Messages API writes
each of them ten words a second for 45 seconds. While all are written, another participant opens
ordinary pages, one after the other: the time of each, against the same pages before anybody
spoke. And of the streams: how long until the first word, the longest silence within each, how
many came to their end.

The model's server and the one who measures are processes of their own.

    python benchmarks/assistant_streams.py [streams]
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

from live import (
    Participant,
    get,
    percentile,
    processor_seconds,
    request,
    resident_megabytes,
    seat,
    serve,
    wait_until_listening,
)

STREAMS = 100
PAGES = ("work/", "coach/", "data/", "leaderboard/", "experiments/new/")
ROUNDS = 12
SPREAD_SECONDS = 10.0
GOAL_SECONDS = 1.0

MODEL = """
import asyncio, json
WORDS, PAUSE = 450, 0.1
def event(kind, **fields):
    return f"event: {kind}\\ndata: {json.dumps({'type': kind} | fields)}\\n\\n".encode()
USAGE = {"input_tokens": 100, "output_tokens": 1,
         "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
START = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [],
         "stop_reason": None, "stop_sequence": None, "usage": USAGE}
async def application(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200,
                "headers": [(b"content-type", b"text/event-stream")]})
    async def tell(body):
        await send({"type": "http.response.body", "body": body, "more_body": True})
    await tell(event("message_start", message=START))
    await tell(event("content_block_start", index=0, content_block={"type": "text", "text": ""}))
    for number in range(WORDS):
        await tell(event("content_block_delta", index=0,
                         delta={"type": "text_delta", "text": f"word{number} "}))
        await asyncio.sleep(PAUSE)
    await tell(event("content_block_stop", index=0))
    await tell(event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None},
                     usage={"output_tokens": WORDS}))
    await send({"type": "http.response.body", "body": event("message_stop")})
"""


@dataclass
class Listener:
    """Somebody whose answer is being written."""

    person: Participant
    head: str = ""
    body: str = ""
    asked_at: float = 0.0
    words_at: list[float] = field(default_factory=list)
    has_ended: bool = False

    async def sit_down(self, port: int, base: str) -> None:
        """Open the coach's page, and write something there."""
        _status, headers, page = await request(port, get(f"{base}coach/", self.person.cookie))
        token = re.search("csrftoken=([^;]+)", headers)
        field_token = re.search('csrfmiddlewaretoken" value="([^"]+)', page)
        assert token and field_token
        self.body = urlencode({"text": "What now?", "csrfmiddlewaretoken": field_token[1]})
        self.head = (
            f"POST {base}coach/say/ HTTP/1.1\nHost: 127.0.0.1\n"
            f"Cookie: {self.person.cookie}; csrftoken={token[1]}\nHX-Request: true\n"
            f"Content-Type: application/x-www-form-urlencoded\nContent-Length: {len(self.body)}\n"
            "Connection: close"
        )

    async def talk(self, port: int, delay: float) -> None:
        """Send it, and read the answer as the page does."""
        await asyncio.sleep(delay)
        self.asked_at = time.perf_counter()
        status, _headers, answer = await request(port, self.head, self.body)
        assert status == 200, status
        stream = re.search('sse-connect="([^"]+)"', answer)
        assert stream, "no answer is being written"
        await self.listen(port, stream[1])

    async def listen(self, port: int, path: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        writer.write((get(path, self.person.cookie).replace("\n", "\r\n") + "\r\n\r\n").encode())
        async for line in reader:
            if line.startswith(b"event: text"):
                self.words_at.append(time.perf_counter())
            elif line.startswith(b"event: end"):
                self.has_ended = True
                break
        writer.close()

    @property
    def longest_silence(self) -> float:
        pairs = zip(self.words_at, self.words_at[1:], strict=False)
        return max((after - before for before, after in pairs), default=float("inf"))


async def page_times(port: int, base: str, cookie: str) -> list[float]:
    """Seconds that ordinary pages take, one after the other."""
    found = []
    for _round in range(ROUNDS):
        for page in PAGES:
            began = time.perf_counter()
            status, _headers, _body = await request(port, get(base + page, cookie))
            assert status == 200, (page, status)
            found.append(time.perf_counter() - began)
    return found


def tell(what: str, times: list[float]) -> None:
    print(
        f"    {what:22} {1000 * statistics.median(times):6.0f} ms (median)"
        f" {1000 * percentile(times, 0.95):6.0f} ms (p95) {1000 * max(times):6.0f} ms (longest)"
    )


async def measure(port: int, base: str, people: list[Participant], web: Any) -> bool:
    reader, *speakers = people
    listeners = [Listener(person) for person in speakers]
    for one in listeners:
        await one.sit_down(port, base)
    await page_times(port, base, reader.cookie)  # caches and connections
    quiet = await page_times(port, base, reader.cookie)
    spent, began = processor_seconds(web), time.perf_counter()
    delays = [SPREAD_SECONDS * place / len(listeners) for place in range(len(listeners))]
    talks = [
        asyncio.create_task(one.talk(port, delay))
        for one, delay in zip(listeners, delays, strict=True)
    ]
    while not all(one.words_at for one in listeners):
        await asyncio.sleep(0.05)
        for talk in talks:
            if talk.done():
                talk.result()
    together = time.perf_counter() - began
    busy: list[float] = []
    while not any(one.has_ended for one in listeners) and len(busy) < 10 * len(quiet):
        busy += await page_times(port, base, reader.cookie)
    await asyncio.gather(*talks)
    share = (processor_seconds(web) - spent) / (time.perf_counter() - began)
    print(f"{len(listeners)} streams, all of them open after {together:.1f} s")
    tell("pages before", quiet)
    tell("pages meanwhile", busy)
    tell("until the first word", [one.words_at[0] - one.asked_at for one in listeners])
    tell("longest silence", [one.longest_silence for one in listeners])
    ended = sum(one.has_ended for one in listeners)
    print(f"    {ended} came to their end; web process: {share:.0%} of a core, "
          f"{resident_megabytes(web):.0f} MB")  # fmt: skip
    is_met = ended == len(listeners) and percentile(busy, 0.95) <= GOAL_SECONDS
    print(f"  goal: pages within {GOAL_SECONDS} s (p95), no stream lost: "
          f"{'met' if is_met else 'MISSED'}")  # fmt: skip
    return is_met


def run(streams: int, folder: Path) -> bool:
    """Start the model's server and one web process, and measure."""
    dojo = prepare("standard").dojo
    from assistant.models import CoachSettings

    CoachSettings.objects.create(dojo=dojo, dojo_budget=100, day_budget=100)
    people = seat(dojo, range(streams + 1))
    (folder / "model.py").write_text(MODEL)
    servers: list[subprocess.Popen[bytes]] = []
    try:
        model_port, port = free_port(), free_port()
        servers.append(serve("model:application", model_port, folder))
        wait_until_listening(model_port)
        os.environ["ANTHROPIC_BASE_URL"] = f"http://127.0.0.1:{model_port}"
        servers.append(serve("config.asgi:application", port, folder))
        wait_until_listening(port)
        return asyncio.run(measure(port, f"/dojos/{dojo.public_id}/", people, servers[-1]))
    finally:
        for server in servers:
            server.kill()
            server.wait()


def main(streams: int = STREAMS) -> None:
    folder = Path(tempfile.mkdtemp(prefix="ml-experimenter-bench-"))
    os.environ.update(
        VAR_DIR=str(folder / "var"),
        DJANGO_SETTINGS_MODULE="config.settings",
        PYTHONPATH=str(ROOT),
        LOG_LEVEL="WARNING",
        ANTHROPIC_API_KEY="none",
        ASSISTANT_DAY_BUDGET="100",
    )
    sys.path.insert(0, str(ROOT))
    del sys.modules["live"]  # the benchmark: the product has a package of that name
    try:
        run(streams, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
