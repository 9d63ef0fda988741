"""The fixed cast, for tests of pages."""

import sys
from collections.abc import Collection
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client

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


@pytest.fixture
def cast(db: None) -> Cast:
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
