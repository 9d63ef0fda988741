"""How long from submitting an experiment to seeing its metrics?

Against a bare Python script that does the same work: the code that the product
itself generates, run in a fresh process (cold) and again and again in one process
(warm). The product really runs: web, compute and io processes, HTTP, the stream of
events. Rounds are interleaved, each has its own seed, and medians are compared, so
a machine that drifts does not favour anyone.

    make bench
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 10
EMAIL, PASSWORD = "bench@example.org", "a-long-password"
MODELS = ("logistic_regression", "lightgbm")
PATIENCE_SECONDS = 60


class Browser:
    """A logged-in client that does what the page does."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str, **headers: str) -> str:
        request = urllib.request.Request(self.base + path, headers=headers)
        with self.opener.open(request, timeout=30) as response:
            text: str = response.read().decode()
            return text

    def post(self, path: str, data: dict[str, str]) -> tuple[str, str]:
        """The address that it led to, and the page there."""
        token = next(cookie.value for cookie in self.jar if cookie.name == "csrftoken")
        body = urllib.parse.urlencode({**data, "csrfmiddlewaretoken": token or ""}).encode()
        request = urllib.request.Request(self.base + path, body, {"Referer": self.base})
        with self.opener.open(request, timeout=30) as response:
            return urllib.parse.urlparse(response.url).path, response.read().decode()

    def changes(self, path: str, topic: str) -> threading.Condition:
        """Notified whenever the stream tells that the topic changed."""
        told = threading.Condition()

        def listen() -> None:
            with self.opener.open(self.base + path, timeout=600) as stream:
                for line in stream:
                    if line.startswith(b"data: {") and json.loads(line[6:])["topic"] == topic:
                        with told:
                            told.notify_all()

        threading.Thread(target=listen, daemon=True).start()
        return told


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def processes(port: int, logs: Path, compute: str = "") -> Iterator[None]:
    """Web, compute, io and the scheduler, as `make run` starts them.

    Args:
        compute: options of the compute worker that are to be otherwise.
    """
    from tests.commands import commands

    started = []
    for name, arguments in commands(port).items():
        arguments += compute.split() if name == "compute" else []
        log = (logs / f"{name}.log").open("wb")
        started.append(
            subprocess.Popen(arguments, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        )
    try:
        yield
    finally:
        for process in started:
            os.killpg(process.pid, 9)
            process.wait()


def prepare(variant: str = "solo", data: str = "churn") -> Any:
    """A participant in a Dojo on bundled data; returns the seat."""
    import django

    django.setup()
    from allauth.account.models import EmailAddress
    from django.core.management import call_command

    from classrooms.agenda import timeline
    from classrooms.datasets.services import add_bundled_dataset
    from classrooms.dojos import services
    from classrooms.models import User
    from jobs.perform import perform_here

    call_command("migrate", verbosity=0)
    user = User.objects.create_user(EMAIL, PASSWORD)
    EmailAddress.objects.create(user=user, email=EMAIL, primary=True, verified=True)
    dataset = add_bundled_dataset(user, data, split_seed=20)
    perform_here(dataset)
    dataset.refresh_from_db()
    dojo = services.create_dojo(
        facilitator=user,
        display_name="Bench",
        title="Bench",
        language="en",
        variant=variant,
        dataset=dataset,
        primary_metric="roc_auc",
        success_threshold=0.8,
    )
    timeline.start_dojo(dojo)
    return dojo.seats.get()


def config_for(seat: Any, model: str, seed: int) -> Any:
    from engine.spec.config import ExperimentConfig, default_config

    values = default_config(seat.dojo.dataset.schema, model).model_dump()
    return ExperimentConfig.model_validate(values | {"seed": seed})


def script_for(seat: Any, config: Any) -> str:
    from django.core.files.storage import default_storage

    from engine.build.codegen import DataSource, generate_script

    dataset = seat.dojo.dataset
    csv = default_storage.path(dataset.participant_csv_path)
    return generate_script(config, DataSource(dataset.schema, dataset.split_column, csv))


WARM = """
import sys, time
for path in sys.stdin:
    code = compile(open(path.strip()).read(), "script", "exec")
    started = time.perf_counter()
    exec(code, {"print": lambda *values: None})
    print(time.perf_counter() - started, flush=True)
"""


class WarmScript:
    """One process that runs scripts, its libraries imported once."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WARM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def seconds(self, path: Path) -> float:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def cold_seconds(path: Path) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, path], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


class Submitter:
    """Submits experiments and waits for their metrics, as a participant's page does."""

    def __init__(self, base: str, seat: Any) -> None:
        self.browser = Browser(base)
        self.browser.get("/accounts/login/")
        self.browser.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
        self.dojo = f"/dojos/{seat.dojo.public_id}"
        page = self.browser.get(f"{self.dojo}/work/")
        since = re.search(r"events/\?since=(\d+)", page)
        assert since, "the page says which version it has seen"
        path = f"{self.dojo}/events/?since={since[1]}"
        self.told = self.browser.changes(path, seat.topic)

    def seconds(self, config: Any) -> float:
        from engine.spec.yaml_text import dump_yaml

        form = {
            "claim": "It is quick.",
            "rationale": "The worker is warm.",
            "expected_effect": "0.9",
            "yaml": dump_yaml(config),
            "baseline_waived": "yes",
            "action": "submit",
        }
        started = time.perf_counter()
        path, page = self.browser.post(f"{self.dojo}/experiments/new/", form)
        assert path.endswith("/") and "/new/" not in path, "the experiment was accepted"
        with self.told:
            while 'table card-table numbers"' not in page:
                assert time.perf_counter() - started < PATIENCE_SECONDS, "the metrics came in time"
                self.told.wait(timeout=5)
                page = self.browser.get(f"{path}run/", **{"HX-Request": "true"})
        return time.perf_counter() - started


def wait_until_ready(base: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{base}/readyz", timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("The product did not become ready.")


def measure(seat: Any, base: str, folder: Path, model: str) -> dict[str, list[float]]:
    """Seconds of each way, over the rounds."""
    submitter, warm = Submitter(base, seat), WarmScript()
    found: dict[str, list[float]] = {"product": [], "cold script": [], "warm script": []}
    for round_number in range(ROUNDS + 1):
        config = config_for(seat, model, seed=1000 + round_number)
        path = folder / f"{model}-{round_number}.py"
        path.write_text(script_for(seat, config))
        seconds = {
            "product": submitter.seconds(config),
            "cold script": cold_seconds(path),
            "warm script": warm.seconds(path),
        }
        time.sleep(0.5)  # the interpretation of this run is not part of the next round
        if round_number:  # the first warms the processes, and is not counted
            for name, value in seconds.items():
                found[name].append(value)
    warm.process.kill()
    return found


def report(model: str, found: dict[str, list[float]]) -> None:
    medians = {name: statistics.median(values) for name, values in found.items()}
    print(f"\n{model}, median of {ROUNDS} (lowest to highest), seconds")
    for name, values in found.items():
        print(f"  {name:12} {medians[name]:6.3f}   ({min(values):.3f} to {max(values):.3f})")
    ratio = medians["product"] / medians["cold script"]
    extra = medians["product"] - medians["warm script"]
    print(f"  product / cold script  {ratio:.2f}   goal 0.50 or less: {_met(ratio <= 0.5)}")
    print(f"  product - warm script  {extra:+.3f} s   goal +0.5 s or less: {_met(extra <= 0.5)}")


def _met(holds: bool) -> str:
    return "met" if holds else "MISSED"


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ml-experimenter-bench-"))
    port = free_port()
    os.environ.update(
        VAR_DIR=str(folder / "var"),
        DJANGO_SETTINGS_MODULE="config.settings",
        PYTHONPATH=str(ROOT),
        LOG_LEVEL="WARNING",
        OMP_NUM_THREADS="1",
    )
    sys.path.insert(0, str(ROOT))
    seat = prepare()
    base = f"http://127.0.0.1:{port}"
    try:
        with processes(port, folder):
            wait_until_ready(base)
            for model in MODELS:
                report(model, measure(seat, base, folder, model))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
