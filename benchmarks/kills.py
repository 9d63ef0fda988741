"""Is anything lost when everything dies?

The product runs as `make run` starts it. Ten participants submit a hundred experiments by the
HTTP API, each again under its Idempotency-Key until it is answered, as the page and a careful
script do; datasets are added, exports are packed, simulated participants go on. Meanwhile a
hundred things happen at random: processes are killed or stopped until their lease has run out,
the disk is full, the broker is emptied, PostgreSQL ends its connections. Afterwards everything
has to be there, once and whole.

    python benchmarks/kills.py [kills] [seed]

On SQLite with the broker of files, or on what DATABASE_URL (a database of its own is made on
that server) and CELERY_BROKER_URL say. Ends within 15 minutes.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from kill_ways import Harm
from submit_to_metrics import ROOT, free_port, prepare, wait_until_ready

PARTICIPANTS = 10
LEASE_SECONDS = 5
SECONDS_BETWEEN = 3.5
ENDS_WITHIN = 300.0
LOST_AT_MOST = 0.02
# One submission in so many adds a dataset, and has the Dojo's export packed.
ALSO_EVERY = 10
KEPT_LOG = Path(tempfile.gettempdir()) / "kills.log"
MODELS = ("logistic_regression", "decision_tree", "random_forest", "hist_gradient_boosting")


class Participant:
    """Submits by the API, and tries again until there is an answer."""

    def __init__(self, base: str, dojo: Any, number: int) -> None:
        from classrooms.dojos.services import join_dojo
        from classrooms.models import User
        from connections.access_tokens.services import make_token

        user = User.objects.create_user(f"p{number}@example.org")
        self.seat = join_dojo(dojo=dojo, user=user, display_name=f"P{number}")
        _token, self.secret = make_token(user, name="bench", days=1)
        self.path = f"{base}/api/v1/dojos/{dojo.public_id}/experiments"
        self.retries = 0

    def submit(self, key: str, config: dict[str, Any]) -> str:
        """The experiment's identifier, from the first answer that arrives."""
        body = {
            "claim": key,
            "rationale": "Nothing is lost.",
            "expected_effect": 0.8,
            "config": config,
            "without_baseline": True,
        }
        return str(self._post(self.path, body, {"Idempotency-Key": key})["id"])

    def restart(self, experiment: str) -> None:
        self._post(f"{self.path}/{experiment}/restart", {}, {})

    def _post(self, url: str, body: Any, headers: dict[str, str]) -> Any:
        headers |= {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        while True:
            request = urllib.request.Request(url, json.dumps(body).encode(), headers)
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    raise AssertionError(error.read().decode()) from error
            except OSError:
                pass
            self.retries += 1
            time.sleep(0.5)


def config(schema: Any, number: int) -> dict[str, Any]:
    """No two are equal, so that none takes another's result."""
    from engine.spec.config import default_config

    values = default_config(schema, MODELS[number % len(MODELS)]).model_dump(mode="json")
    found: dict[str, Any] = values | {"seed": number}
    return found


def submit_all(people: list[Participant], dojo: Any, count: int, seconds: float) -> list[str]:
    """Submit evenly over this time, from a thread for each participant; returns the answers."""
    answers: list[str] = []
    schema = dojo.schema
    started = time.monotonic()

    def work(place: int) -> None:
        for number in range(place, count, len(people)):
            time.sleep(max(0.0, started + number * seconds / count - time.monotonic()))
            answers.append(people[place].submit(f"submission {number}", config(schema, number)))

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def add_more(dojo: Any, key: str) -> None:
    """A dataset to be prepared, and an export to be packed."""
    from classrooms.datasets.services import add_bundled_dataset
    from experiments.exports.requests import request_archive

    add_bundled_dataset(dojo.dataset.owner, key)
    request_archive(dojo, anonymous=False)


def unfinished() -> dict[str, int]:
    """Jobs that wait or run, by kind."""
    from jobs.kinds import every_kind

    found = {kind.model.__name__: kind.every.unfinished().count() for kind in every_kind()}
    return {name: count for name, count in found.items() if count}


def wait_for_the_end(seconds: float, kind: str = "") -> dict[str, int]:
    """What has not ended after this time; of one kind where it is named."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        left = unfinished()
        if not (kind in left if kind else left):
            break
        time.sleep(1)
    return unfinished()


class Goals:
    """Prints each with met or MISSED."""

    def __init__(self) -> None:
        self.missed = 0

    def say(self, what: str, holds: bool) -> None:
        self.missed += not holds
        print(f"  {what}: {'met' if holds else 'MISSED'}", flush=True)


def examine(goals: Goals, answers: list[str], dojo: Any, people: list[Participant]) -> None:
    """Compare what is stored with what was submitted."""
    from classrooms.models import StoredFile
    from classrooms.storage import files
    from experiments.models import Experiment, Interpretation, Run, Stage

    ours = Experiment.objects.filter(seat__in=[person.seat for person in people])
    claims = Counter(ours.values_list("claim", flat=True))
    stored = set(ours.values_list("public_id", flat=True))
    lost = len(answers) - len(stored & set(answers))
    goals.say(f"{len(answers)} submissions answered, {lost} lost, goal 0", lost == 0)
    steps = Experiment.objects.exclude(seat__simulated_as="").values_list("seat", "claim")
    doubled = [name for name, times in [*claims.items(), *Counter(steps).items()] if times > 1]
    runs = Counter(Run.objects.results().values_list("experiment", flat=True))
    doubled += [f"run of {pk}" for pk, times in runs.items() if times > 1]
    goals.say(f"{len(doubled)} doubled {doubled}, goal 0", not doubled)
    halves = [name for name in StoredFile.objects.values_list("name", flat=True)
              if not files.is_whole(name)]  # fmt: skip
    for run in Run.objects.results().filter(status="succeeded"):
        stages = run.interpretations.values_list("stage", "status", "failure_code", "content")
        bad = [stage[:3] for stage in stages if stage[1] == "succeeded" and not stage[3]]
        whole = {"train", "cross_validation", "test"} == set(run.metrics)
        if bad or not (whole and hasattr(run, "predictions") and len(stages) == len(Stage)):
            halves.append(f"run {run.pk} {bad}")
    again = Interpretation.objects.filter(status="failed").values_list("failure_code", flat=True)
    print(f"  interpretations that failed, with a button to compute them again: {Counter(again)}")
    goals.say(f"{len(halves)} half-written {halves}, goal 0", not halves)


def restart_what_was_lost(goals: Goals, people: list[Participant]) -> None:
    from experiments.models import Run

    ours = Run.objects.filter(experiment__seat__in=[person.seat for person in people])
    ends = Counter(ours.values_list("status", "failure_code"))
    print(f"  ends: {dict(ends)}")
    lost = list(ours.lost().values_list("experiment__public_id", "experiment__seat"))
    share = len(lost) / ours.count()
    goals.say(f"{len(lost)} of {ours.count()} lost their worker, goal 2 %", share <= LOST_AT_MOST)
    by_seat = {person.seat.pk: person for person in people}
    for experiment, seat in lost:
        by_seat[seat].restart(experiment)
    wait_for_the_end(120, "Run")
    again = ours.filter(experiment__public_id__in=[one for one, _seat in lost])
    ended = again.filter(status="succeeded").count()
    goals.say(f"{ended} of {len(lost)} have a result after one click, goal all", ended == len(lost))


def run(kills: int, seed: int, folder: Path) -> int:
    import redis
    from django.conf import settings
    from django.db import close_old_connections

    goals = Goals()
    dojo = prepare("standard", "breast_cancer").dojo
    type(dojo.rules).objects.filter(dojo=dojo).update(max_unfinished_runs=50)
    base = f"http://127.0.0.1:{os.environ['PORT']}"
    people = [Participant(base, dojo, number) for number in range(PARTICIPANTS)]
    for person in people[:2]:
        simulated = type(person.seat).objects.create(
            dojo=dojo, display_name=f"Simulated {person.seat.pk}", role="participant",
            name_key=f"simulated {person.seat.pk}", simulated_as="careful",
        )  # fmt: skip
        assert simulated.pk
    broker = os.environ.get("CELERY_BROKER_URL", "")
    broker_of = redis.Redis.from_url(broker) if broker else settings.MESSAGES_DIR
    with (folder / "run.log").open("wb") as log:
        supervisor = subprocess.Popen(
            ["/bin/sh", "scripts/run.sh", str(Path(sys.executable).parent)],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until_ready(base)
        harm = Harm(supervisor.pid, broker_of, LEASE_SECONDS, random.Random(seed))  # noqa: S311
        answers: list[str] = []
        seconds = kills * SECONDS_BETWEEN
        submitting = threading.Thread(
            target=lambda: answers.extend(submit_all(people, dojo, kills, seconds))
        )
        submitting.start()
        keys = ("tickets", "demand", "churn")
        for number in range(kills):
            time.sleep(SECONDS_BETWEEN)
            close_old_connections()
            if number % ALSO_EVERY == ALSO_EVERY // 2:
                add_more(dojo, keys[number // ALSO_EVERY % len(keys)])
            harm.once()
        harm.finish()
        last = time.monotonic()
        submitting.join()
        left = wait_for_the_end(ENDS_WITHIN, "Run")
        print(f"{kills} kills: {harm.done}")
        print(f"  requests sent again: {sum(person.retries for person in people)}")
        took = time.monotonic() - last
        goals.say(
            f"every run ended {took:.0f} s after the last kill, goal 300 s", "Run" not in left
        )
        print(f"  then still to do: {left}; a minute later: {wait_for_the_end(60)}")
        restart_what_was_lost(goals, people)
        examine(goals, answers, dojo, people)
    finally:
        supervisor.terminate()
        supervisor.wait(timeout=20)
        if goals.missed:
            shutil.copy(folder / "run.log", KEPT_LOG)
            print(f"  The product's log: {KEPT_LOG}")
    return goals.missed


def own_database(url: str) -> str:
    """Make an empty database on the server of this URL; returns its own."""
    import psycopg

    name = "experimenter_kills"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")
    return f"{url.rsplit('/', 1)[0]}/{name}"


def main(kills: int = 100, seed: int = 1) -> None:
    folder = Path(tempfile.mkdtemp(prefix="ml-experimenter-bench-"))
    os.environ.update(
        VAR_DIR=str(folder / "var"),
        DJANGO_SETTINGS_MODULE="config.settings",
        PYTHONPATH=str(ROOT),
        LOG_LEVEL="WARNING",
        OMP_NUM_THREADS="1",
        LEASE_SECONDS=str(LEASE_SECONDS),
        API_CALLS_PER_MINUTE="100000",
        PORT=str(free_port()),
    )
    if url := os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = own_database(url)
    sys.path.insert(0, str(ROOT))
    try:
        missed = run(kills, seed, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(missed > 0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
