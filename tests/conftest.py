"""The fixed cast, for tests of pages."""

from __future__ import annotations

import copy
import sys
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from classrooms.models import Dojo, Seat
from experiments.models import Experiment
from tests import factories
from tests.product_fixture import product

__all__ = ["cast", "product"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of the running product come last: its workers take whatever waits for one.

    A server changes nothing for a test that reaches neither database nor broker, or whose mark
    says so: it has passed without one, and is not run again.
    """
    items.sort(key=lambda item: "product" in _fixtures(item))
    if connection.vendor != "sqlite":
        alike = [item for item in items if not _reaches_a_server(item)]
        config.hook.pytest_deselected(items=alike)
        items[:] = [item for item in items if _reaches_a_server(item)]


def _fixtures(item: pytest.Item) -> Collection[str]:
    return getattr(item, "fixturenames", ())


def _reaches_a_server(item: pytest.Item) -> bool:
    reaching = {"db", "transactional_db", "product"}
    if item.get_closest_marker("serverless"):
        return False
    return bool(item.get_closest_marker("django_db") or reaching.intersection(_fixtures(item)))


@pytest.fixture(autouse=True)
def a_process_without_memory() -> None:
    """Keys of runs come again in the next test, and a compute process remembers runs by them."""
    if memory := sys.modules.get("experiments.compute.process_memory"):
        memory.forget_runs()


@dataclass(frozen=True)
class Cast:
    """A Dojo with its people, each with a logged-in client."""

    dojo: Dojo
    experiment: Experiment
    participant: Seat
    neighbour: Seat
    clients: dict[str, Client]

    def again(self) -> Cast:
        """The same as they stand in the database, with clients that have opened no page."""
        clients = {name: Client() for name in self.clients}
        for name, client in clients.items():
            client.cookies = copy.deepcopy(self.clients[name].cookies)
        return Cast(
            Dojo.objects.get(pk=self.dojo.pk),
            Experiment.objects.get(pk=self.experiment.pk),
            Seat.objects.get(pk=self.participant.pk),
            Seat.objects.get(pk=self.neighbour.pk),
            clients,
        )


def make_cast() -> Cast:
    facilitator = factories.make_user("facilitator")
    dojo = factories.make_dojo(facilitator)
    other_dojo = factories.make_dojo(factories.make_user("other-facilitator"), title="Other")
    participant = factories.join(dojo, "participant")
    neighbour = factories.join(dojo, "neighbour")
    stranger = factories.join(other_dojo, "stranger")
    experiment = factories.submit(participant)
    factories.finish(experiment)
    people = {
        "facilitator": facilitator,
        "participant": participant.people.get(),
        "neighbour": neighbour.people.get(),
        "stranger": stranger.people.get(),
    }
    clients = {"anonymous": Client()}
    for name, user in people.items():
        clients[name] = Client()
        clients[name].force_login(user)
    return Cast(dojo, experiment, participant, neighbour, clients)


class SharedCast:
    """The cast of a module's tests, made once: what each of them does is rolled back to it.

    Tests of the module that do not ask for the cast find an empty database.
    """

    def __init__(self, blocker: DjangoDbBlocker) -> None:
        self._blocker = blocker
        self._ways_out = ExitStack()
        self.cast: Cast | None = None

    def open(self) -> None:
        if self.cast is None:
            self._ways_out.enter_context(self._blocker.unblock())
            outer = transaction.atomic()
            # As around a test of Django's own: a durable block may stand in it.
            outer._from_testcase = True  # type: ignore[attr-defined]
            self._ways_out.enter_context(outer)
            self._ways_out.callback(transaction.set_rollback, True)
            self.cast = make_cast()

    def close(self) -> None:
        self.cast = None
        self._ways_out.close()


OPENED = pytest.StashKey[SharedCast]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before a test's own transaction begins."""
    if shared := item.session.stash.get(OPENED, None):
        if "cast" in _fixtures(item):
            shared.open()
        else:
            shared.close()


@pytest.fixture(scope="module")
def shared_cast(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[SharedCast | None]:
    """None where a test of the module commits."""
    items, module = request.session.items, request.path
    if any(_commits(item) for item in items if item.path == module):
        yield None
        return
    shared = request.session.stash[OPENED] = SharedCast(django_db_blocker)
    shared.open()
    yield shared
    del request.session.stash[OPENED]
    shared.close()


@pytest.fixture
def cast(shared_cast: SharedCast | None, db: None) -> Cast:
    if shared_cast is None:
        return make_cast()
    assert shared_cast.cast
    return shared_cast.cast.again()


def _commits(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    return bool(
        (mark and mark.kwargs.get("transaction"))
        or {"transactional_db", "product"}.intersection(_fixtures(item))
    )
