"""`make run` keeps the product alive, and takes all of it along when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests import factories
from tests.commands import ROOT
from tests.processes.runs import submit_slow, wait_until_finished, wait_until_running
from tests.product import Product, free_port, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

ENDS_WITHIN = 10.0
NAMES = ("web", "compute", "io", "scheduler")
# What distinguishes the command of each process.
WORDS = {"web": "uvicorn", "compute": "compute@%h", "io": "io@%h", "scheduler": "scheduler"}


class Supervised:
    """The product as `make run` starts it."""

    def __init__(self, product: Product, log: Path) -> None:
        self.port = free_port()
        self.product = product
        self.product.port, self.product.url = self.port, f"http://127.0.0.1:{self.port}"
        environment = product.environment | {"PORT": str(self.port), "COMPUTE_CONCURRENCY": "1"}
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                ["/bin/sh", "scripts/run.sh", str(Path(sys.executable).parent)],
                cwd=ROOT,
                env=environment,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        self.seen: dict[int, psutil.Process] = {}

    def everything(self) -> list[psutil.Process]:
        """All processes that it ever had, as far as this was asked, and that live."""
        if self.process.poll() is None:
            for child in psutil.Process(self.process.pid).children(recursive=True):
                self.seen[child.pid] = child
        return [child for child in self.seen.values() if lives(child)]

    def parent(self, name: str) -> psutil.Process | None:
        """The process of this name; not its children."""
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):  # it dies just now
                if WORDS[name] in child.cmdline():
                    return child
        return None

    def wait_until_ready(self) -> None:
        wait_for(self.product.is_ready, "/readyz")
        wait_for(lambda: all(self.parent(name) for name in NAMES), "all processes")
        self.everything()


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def supervised(product: Product, tmp_path: Path) -> Iterator[Supervised]:
    for name in list(product.processes):
        product.kill(name)
    port, url = product.port, product.url
    started = Supervised(product, tmp_path / "run.log")
    try:
        yield started
    finally:
        for process in started.everything():
            process.kill()
        if started.process.poll() is None:
            started.process.kill()
        started.process.wait()
        product.port, product.url = port, url


def test_whatever_dies_is_started_again_and_runs_go_on(supervised: Supervised) -> None:
    supervised.wait_until_ready()
    seat = factories.join(factories.make_dojo())
    killed = {}
    for name in NAMES:
        process = supervised.parent(name)
        assert process is not None
        killed[name] = process.pid
        process.kill()
    children = [child for child in supervised.everything() if child.pid not in killed.values()]
    wait_for(lambda: not any(map(lives, children)), "the children of those that were killed")
    for name in NAMES:
        wait_for(
            lambda name=name: (again := supervised.parent(name)) and again.pid != killed[name],
            f"{name} to be started again",
        )
    experiment = factories.submit(seat)
    assert wait_until_finished(experiment).has_succeeded
    wait_for(supervised.product.is_ready, "/readyz after the kills")


@pytest.mark.parametrize("ends_by", [signal.SIGTERM, signal.SIGKILL])
def test_all_of_it_ends_with_the_supervisor(
    supervised: Supervised, ends_by: signal.Signals
) -> None:
    """Even with a run under way, and when the supervisor cannot say good-bye."""
    supervised.wait_until_ready()
    experiment = submit_slow()
    wait_until_running(experiment)
    supervised.everything()
    os.kill(supervised.process.pid, ends_by)
    wait_for(
        lambda: supervised.process.poll() is not None and not supervised.everything(),
        "everything to end",
        seconds=ENDS_WITHIN,
    )
    assert len(supervised.seen) >= len(NAMES)
