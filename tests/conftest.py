"""The fixed cast, for tests of pages."""

import sys
from dataclasses import dataclass

import pytest
from django.test import Client

from classrooms.models import Dojo, Membership
from experiments.models import Experiment
from tests import factories
from tests.product_fixture import product

__all__ = ["cast", "product"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the running product come last: its workers take whatever waits for one."""
    items.sort(key=lambda item: "product" in getattr(item, "fixturenames", ()))


@pytest.fixture(autouse=True)
def a_process_without_memory() -> None:
    """Keys of runs come again in the next test, and a compute process remembers runs by them."""
    if memory := sys.modules.get("experiments.process_memory"):
        memory.forget_runs()


@dataclass(frozen=True)
class Cast:
    """A Dojo with its people, each with a logged-in client."""

    dojo: Dojo
    experiment: Experiment
    participant: Membership
    neighbour: Membership
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
        "participant": participant.user,
        "neighbour": neighbour.user,
        "stranger": stranger.user,
    }
    clients = {"anonymous": Client()}
    for name, user in people.items():
        clients[name] = Client()
        clients[name].force_login(user)
    return Cast(dojo, experiment, participant, neighbour, clients)
