"""Do pages stay quick while a hundred people submit at once?

A hundred participants submit an experiment through the form within a minute, on SQLite, while
200 streams are open and the workers compute what they were given. Each opens the form, sends
it, is led to the experiment's page and fetches its live part a few times, as a browser does when it
hears of news. What each of these requests takes, and how many fail.

Beside it a bare script, in a process of its own at the same time: the same page again and again
by Django's test client, with no server, no worker of ours to wait for but the same busy machine.
The ratio of the two is what the platform adds.

    python benchmarks/rush.py [submissions]
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
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from submit_to_metrics import ROOT, free_port, prepare, processes, wait_until_ready

from live import Participant, fields_of, get, percentile, request, seat, stay

STREAMS = 200
WITHIN_SECONDS = 60.0
FRAGMENTS = 5
GOAL_SECONDS = 1.0

BARE = """
import json, sys, time
import django
django.setup()
from django.test import Client
client = Client(headers={"cookie": sys.argv[2]}, SERVER_NAME="127.0.0.1")
client.get(sys.argv[1])
taken, end = [], time.perf_counter() + float(sys.argv[3])
while time.perf_counter() < end:
    started = time.perf_counter()
    assert client.get(sys.argv[1]).status_code == 200
    taken.append(time.perf_counter() - started)
    time.sleep(1)
print(json.dumps(taken))
"""

Times = dict[str, list[float]]


async def timed(
    times: Times, kind: str, port: int, head: str, body: str = ""
) -> tuple[int, str, str]:
    started = time.perf_counter()
    status, headers, page = await request(port, head, body)
    times[kind].append(time.perf_counter() - started)
    if status >= 400:
        times["failed"].append(status)
    return status, headers, page


async def take_part(
    port: int, dojo_id: str, person: Participant, delay: float, times: Times
) -> None:
    """Submit one experiment, and look at it."""
    await asyncio.sleep(delay)
    path = f"/dojos/{dojo_id}/experiments/new/"
    _status, headers, page = await timed(times, "form", port, get(path, person.cookie))
    fields = fields_of(page) | {
        "claim": "A logistic regression gives a floor.",
        "rationale": "It is the simplest model that learns.",
        "expected_effect": "0.8",
        "seed": str(round(delay * 1000)),
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
    status, headers, _page = await timed(times, "submission", port, head, body)
    made = re.search(r"(?i)location: (\S+)", headers)
    if status != 302 or made is None:
        times["failed"].append(status)
        return
    await timed(times, "experiment", port, get(made[1], person.cookie))
    for _news in range(FRAGMENTS):
        await asyncio.sleep(1)
        await timed(times, "live part", port, get(f"{made[1]}run/", person.cookie))


async def rush(port: int, dojo: Any, people: list[Participant], count: int) -> Times:
    times: Times = defaultdict(list)
    ready = asyncio.Semaphore(0)
    path = f"/dojos/{dojo.public_id}/events/"
    streams = [
        asyncio.create_task(stay(port, path, people[number % len(people)], "", ready))
        for number in range(STREAMS)
    ]
    for _stream in streams:
        await asyncio.wait_for(ready.acquire(), 120)
    await asyncio.gather(
        *(
            take_part(port, dojo.public_id, person, WITHIN_SECONDS * place / count, times)
            for place, person in enumerate(people[:count])
        )
    )
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    return times


def main(count: int = 100) -> None:
    folder = Path(tempfile.mkdtemp(prefix="ml-experimenter-bench-"))
    os.environ.update(
        VAR_DIR=str(folder / "var"),
        DJANGO_SETTINGS_MODULE="config.settings",
        PYTHONPATH=str(ROOT),
        LOG_LEVEL="ERROR",
        OMP_NUM_THREADS="1",
    )
    sys.path.insert(0, str(ROOT))
    del sys.modules["live"]  # the benchmark: the product has a package of that name
    try:
        dojo = prepare("standard").dojo
        people = seat(dojo, range(count))
        port = free_port()
        with processes(port, folder):
            wait_until_ready(f"http://127.0.0.1:{port}")
            page = f"/dojos/{dojo.public_id}/experiments/new/"
            command = [sys.executable, "-c", BARE, page, people[-1].cookie, str(WITHIN_SECONDS)]
            bare = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            times = asyncio.run(rush(port, dojo, people, count))
            alone = sorted(map(float, bare.communicate()[0].strip("[]\n").split(",")))
        failed = times.pop("failed", [])
        for kind, taken in times.items():
            print(
                f"  {kind:11} {len(taken):4}: {statistics.median(taken):.2f} s (median), "
                f"{percentile(taken, 0.95):.2f} s (p95)"
            )
        everything = [second for taken in times.values() for second in taken]
        p95, bare_p95 = percentile(everything, 0.95), percentile(alone, 0.95)
        print(
            f"  bare form   {len(alone):4}: {statistics.median(alone):.2f} s (median), "
            f"{bare_p95:.2f} s (p95); ratio {p95 / bare_p95:.1f}"
        )
        met = "met" if p95 <= GOAL_SECONDS and not failed else "MISSED"
        print(
            f"  all pages: {p95:.2f} s (p95), {len(failed)} failed {failed[:5]}; goal 1 s, 0: {met}"
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(met != "met")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
