"""Cloning a Dojo: what a copy takes over, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from classrooms.agenda import timeline
from classrooms.dojos import cloning
from classrooms.models import Dojo, DojoRules, DojoStage
from tests import factories
from tests.classrooms.prepare_pages import client_of, path

pytestmark = pytest.mark.django_db


@pytest.fixture
def dojo() -> Dojo:
    return factories.make_dojo(started=False)


@pytest.fixture
def client(dojo: Dojo) -> Client:
    return client_of(dojo)


COPIED = {
    "language", "variant", "dataset", "primary_metric", "success_threshold", "costs", "time_zone",
    "column_marks", "column_traps",
}  # fmt: skip
ITS_OWN = {
    "id", "public_id", "join_code", "title", "scheduled_for", "archived_at", "state",
    "created_at", "started_at", "ended_at",
}  # fmt: skip


def test_a_clone_has_the_same_rules_and_agenda_and_nobody_in_it(dojo: Dojo, client: Client) -> None:
    Dojo.objects.filter(pk=dojo.pk).update(
        costs={"false_positive": 1.0, "false_negative": 5.0, "true_positive": -2.0,
               "true_negative": 0.0},
        column_marks={"worst_area": True}, column_traps={"worst_area": True},
        time_zone="Asia/Tokyo", success_threshold=0.6, scheduled_for=timezone.now(),
    )  # fmt: skip
    rules = {"visibility": "ranks", "baseline_rule": "require", "max_experiments": 7,
             "max_unfinished_runs": 3, "allowed_models": ["dummy"],
             "margins": {"recall": 0.02}, "tells_luck": False,
             "makes_checks": False, "seals_record": False,
             "tells_claims": False}  # fmt: skip
    DojoRules.objects.filter(dojo=dojo).update(**rules, join_is_open=False)
    DojoStage.objects.filter(dojo=dojo).update(scene="slides", slide=4)
    dojo.phases.filter(position=2).update(title="Mine", planned_minutes=33, extra_minutes=9)
    dojo.refresh_from_db()
    factories.join(dojo)
    timeline.start_dojo(dojo)
    response = client.post(f"/dojos/{dojo.public_id}/clone/")
    copy = Dojo.objects.exclude(pk=dojo.pk).get()
    assert response["Location"] == path(copy)
    assert {name: getattr(copy, name) for name in COPIED} == {
        name: getattr(dojo, name) for name in COPIED
    }
    assert {field.name for field in Dojo._meta.concrete_fields} == COPIED | ITS_OWN
    assert copy.rules.chosen == rules
    assert {field.name for field in DojoRules._meta.concrete_fields} == {
        "id", "dojo", "join_is_open", *rules,
    }  # fmt: skip
    assert copy.rules.join_is_open
    assert (copy.stage.scene, copy.stage.slide) == ("automatic", 0)
    assert (copy.state, copy.scheduled_for, copy.title) == ("draft", None, "Dojo (copy)")
    assert copy.join_code != dojo.join_code
    assert [phase.title for phase in copy.phases.all()] == [
        phase.title for phase in dojo.phases.all()
    ]
    second = copy.phases.get(position=2)
    assert (second.planned_minutes, second.extra_minutes, second.started_at) == (33, 0, None)
    assert [member.role for member in copy.seats.all()] == ["facilitator"]


def test_a_long_title_can_be_cloned(dojo: Dojo) -> None:
    facilitator = dojo.seats.get().people.get()
    assert len(cloning.clone_dojo(dojo, facilitator=facilitator, title="x" * 500).title) == 120


def test_only_who_may_open_dojos_clones(dojo: Dojo, client: Client, settings: Any) -> None:
    settings.DOJO_OPEN_TO = "staff"
    assert client.post(f"/dojos/{dojo.public_id}/clone/").status_code == 404
    assert "/clone/" not in client.get(path(dojo)).content.decode()
    assert "/clone/" not in client.get("/").content.decode()
