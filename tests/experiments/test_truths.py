"""Truths of the data after the Dojo: who claimed each, for who runs it only."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from classrooms.datasets.truths.known import Truth, TruthKind
from classrooms.datasets.truths.services import declare_truth
from classrooms.models import Dojo, Seat
from experiments.exports.archives.aliases import RealNames
from experiments.models import Experiment
from experiments.truths.claimed import claims, found_truths
from tests import factories

pytestmark = pytest.mark.django_db

AREA_IS_SMALL = json.dumps(
    [
        {"column": "mean_area", "kind": "between", "low": None, "high": 400.0},
        {"column": "grade", "kind": "is", "value": "High"},
    ]
)


@pytest.fixture
def dojo() -> Dojo:
    dojo = factories.make_dojo()
    for kind, columns in (("leaks", ["mean_area"]), ("nothing", ["mean_texture"])):
        declare_truth(dojo.dataset, kind=kind, columns=columns, value="", note="As I know.")
    return dojo


def conclude(seat: Seat, **said: Any) -> Experiment:
    experiment = factories.submit(seat)
    factories.finish(experiment)
    Experiment.objects.filter(pk=experiment.pk).update(concluded_at=timezone.now(), **said)
    return experiment


def end(dojo: Dojo) -> None:
    Dojo.objects.filter(pk=dojo.pk).update(state="ended", ended_at=timezone.now())


def facilitator(dojo: Dojo) -> Seat:
    return Seat.objects.select_related("dojo__dataset").get(dojo=dojo, role="facilitator")


def named(dojo: Dojo) -> list[list[tuple[str, int]]]:
    """For each truth, who claimed it, and in which of their experiments."""
    return [
        [(name, experiment.number) for name, experiment in found.claims]
        for found in found_truths(facilitator(dojo), RealNames())
    ]


def test_each_truth_names_who_claimed_it_first(dojo: Dojo) -> None:
    zoe, bob = factories.join(dojo, "Zoé"), factories.join(dojo, "Bob")
    conclude(zoe, claimed_column="mean_area", column_claim="matters")
    conclude(zoe, claimed_column="mean_area", column_claim="leaks")
    conclude(zoe, claimed_column="mean_area", column_claim="leaks")
    conclude(bob, claimed_column="mean_area", column_claim="leaks")
    open_one = conclude(bob, claimed_column="mean_texture", column_claim="nothing")
    Experiment.objects.filter(pk=open_one.pk).update(concluded_at=None)
    assert named(dojo) == []
    end(dojo)
    assert named(dojo) == [[("Zoé", 2), ("Bob", 1)], []]


def test_the_summary_shows_them_once_the_dojo_has_ended(dojo: Dojo) -> None:
    zoe = factories.join(dojo, "Zoé")
    conclude(zoe, claimed_column="mean_area", column_claim="leaks")
    client = Client(headers={"accept-language": "en"})
    client.force_login(facilitator(dojo).people.get())
    address = f"/dojos/{dojo.public_id}/summary/"
    assert "Truths of the data" not in client.get(address).content.decode()
    end(dojo)
    page = client.get(address).content.decode()
    assert "Knows the answer: “mean_area”." in page
    assert "Nobody claimed it." in page


def test_who_takes_part_in_another_room_on_the_data_is_not_told(dojo: Dojo) -> None:
    same = factories.copy_of_dataset(dojo.dataset, owner_id=factories.make_user().pk)
    room = factories.make_dojo(same.owner, dataset=same)
    person = facilitator(dojo).people.get()
    end(dojo)
    assert len(named(dojo)) == 2
    factories.services.join_dojo(dojo=room, user=person, display_name="Camille")
    assert named(dojo) == []


def test_queries_do_not_grow_with_claims(dojo: Dojo) -> None:
    end(dojo)
    counts = []
    for _more in range(2):
        conclude_after_the_end(dojo)
        with CaptureQueriesContext(connection) as found:
            named(dojo)
        counts.append(len(found))
    assert counts[0] == counts[1]


def conclude_after_the_end(dojo: Dojo) -> None:
    Dojo.objects.filter(pk=dojo.pk).update(state="running", ended_at=None)
    seat = factories.join(Dojo.objects.get(pk=dojo.pk))
    conclude(seat, claimed_column="mean_area", column_claim="leaks")
    end(dojo)


@pytest.mark.parametrize(
    ("said", "truth", "expected"),
    [
        (("a", "leaks", ""), Truth(TruthKind.LEAKS, ("a", "b")), True),
        (("c", "leaks", ""), Truth(TruthKind.LEAKS, ("a", "b")), False),
        (("a", "nothing", ""), Truth(TruthKind.LEAKS, ("a",)), False),
        (("b", "together", "a"), Truth(TruthKind.TOGETHER, ("a", "b")), True),
        (("b", "together", "c"), Truth(TruthKind.TOGETHER, ("a", "b")), False),
    ],
)
def test_a_claim_of_a_column_is_recognised(
    said: tuple[str, str, str], truth: Truth, expected: bool
) -> None:
    column, claim, other = said
    experiment = Experiment(claimed_column=column, column_claim=claim, claimed_with=other)
    assert claims(experiment, truth) == expected


@pytest.mark.parametrize(
    ("claim", "truth", "expected"),
    [
        ("harder", Truth(TruthKind.HARDER, ("grade",), "high"), True),
        ("harder", Truth(TruthKind.HARDER, ("grade",), "low"), False),
        ("harder", Truth(TruthKind.HARDER, ("mean_area",)), True),
        ("harder", Truth(TruthKind.HARDER, ("other",)), False),
        ("not_harder", Truth(TruthKind.HARDER, ("mean_area",)), False),
    ],
)
def test_a_claim_of_a_subgroup_is_recognised(claim: str, truth: Truth, expected: bool) -> None:
    experiment = Experiment(claimed_subgroup=AREA_IS_SMALL, subgroup_claim=claim)
    assert claims(experiment, truth) == expected
