"""Requests that come at the same moment make one thing."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client

from classrooms.models import Dojo, User
from experiments.models import Experiment
from tests import factories
from tests.experiments.test_submission import form_data
from tests.posting.test_once import JOINING, KEY

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], HttpResponse]) -> list[HttpResponse]:
    """The answers to requests that begin at the same time, each in a thread of its own."""
    start, answers = Barrier(len(calls)), []

    def run(call: Callable[[], Any]) -> None:
        start.wait()
        try:
            answers.append(call())
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(calls)
    return answers


def clients_of(user: User, count: int) -> list[Client]:
    found = [Client() for _ in range(count)]
    for client in found:
        client.force_login(user)
    return found


def test_two_requests_at_once_make_one_experiment() -> None:
    seat = factories.join(factories.make_dojo(factories.make_user()), "Ada")
    path = f"/dojos/{seat.dojo.public_id}/experiments/new/"
    data = form_data(seat) | KEY
    clients = clients_of(seat.people.get(), 2)
    answers = at_once(*(lambda one=one: one.post(path, data) for one in clients))
    made = Experiment.objects.get()
    assert [one["Location"] for one in answers] == [made.get_absolute_url()] * 2


def test_two_requests_at_once_make_one_clone() -> None:
    facilitator = factories.make_user()
    dojo = factories.make_dojo(facilitator)
    clients = clients_of(facilitator, 2)
    path = f"/dojos/{dojo.public_id}/clone/"
    answers = at_once(*(lambda one=one: one.post(path, KEY) for one in clients))
    assert Dojo.objects.count() == 2
    assert len({one["Location"] for one in answers}) == 1


@pytest.mark.parametrize("key", [KEY, {}])
def test_joining_twice_at_once_ends_seated_and_logged_in(key: dict[str, str]) -> None:
    dojo = factories.make_dojo(factories.make_user())
    clients = [Client(), Client()]
    path = f"/join/{dojo.join_code}/"
    answers = at_once(*(lambda one=one: one.post(path, JOINING | key) for one in clients))
    assert [one.status_code for one in answers] == [302, 302]
    assert all("sessionid" in one.cookies for one in clients)
    assert dojo.seats.participants().count() == 1
