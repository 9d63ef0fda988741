"""What was registered and sealed is written once, and by its services only."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from classrooms.models import Seat
from experiments.models import Experiment, SealedEntry
from experiments.sealing.contents import registered_of
from tests import factories
from tests.commands import ROOT
from tests.conftest import Cast
from tests.experiments.test_sealing import assert_is_a_chain

pytestmark = pytest.mark.django_db

KINDS = SealedEntry.Kind


@pytest.fixture
def member() -> Seat:
    return factories.join(factories.make_dojo())


FROZEN: tuple[dict[str, Any], ...] = (
    {"claim": "I knew it."},
    {"rationale": "Of course."},
    {"config": {}},
    {"forecast_low": 0.0},
    {"expected_effect": 0.0},
    {"submitted_at": timezone.now()},
    {"analysis": "Fine with something else.", "number": 7},
)


@pytest.mark.parametrize("fields", FROZEN, ids=lambda fields: "+".join(fields))
def test_what_was_registered_is_not_updated(member: Seat, fields: dict[str, Any]) -> None:
    stored = factories.submit(member)
    before = registered_of(Experiment.objects.get(pk=stored.pk))
    with pytest.raises(ValueError, match="never change"):
        Experiment.objects.filter(pk=stored.pk).update(**fields)
    with pytest.raises(ValueError, match="never change"):
        member.experiments.update(**fields)
    found = Experiment.objects.get(pk=stored.pk)
    for name, value in fields.items():
        setattr(found, name, value)
    with pytest.raises(ValueError, match="never change"):
        found.save()
    with pytest.raises(ValueError, match="never change"), transaction.atomic():
        Experiment.objects.bulk_update([found], list(fields))
    assert registered_of(Experiment.objects.get(pk=stored.pk)) == before


def test_neither_its_reference_nor_its_participant_is_updated(member: Seat) -> None:
    first = factories.submit(member)
    second = factories.submit(member, compared_to=first)
    own = Experiment.objects.filter(pk=second.pk)
    changes: list[dict[str, Any]] = [{"compared_to": None}, {"compared_to_id": None}, {"seat": 1}]
    for fields in changes:
        with pytest.raises(ValueError, match="never change"):
            own.update(**fields)
    assert own.get().compared_to == first


def test_who_has_just_registered_changes_nothing_either(member: Seat) -> None:
    experiment = factories.submit(member)
    experiment.claim = "I knew it."
    with pytest.raises(ValueError, match="never change"):
        experiment.save()


def test_an_experiment_is_registered_by_its_service_only(cast: Cast) -> None:
    fields = {"seat": cast.participant, "number": 9, "claim": "c", "rationale": "r", "config": {}}
    with pytest.raises(ValueError, match="submit_experiment"):
        Experiment.objects.create(**fields)
    with pytest.raises(ValueError, match="submit_experiment"):
        cast.participant.experiments.update_or_create(number=9, defaults=fields)
    with pytest.raises(ValueError, match="one by one"):
        Experiment.objects.bulk_create([Experiment(**fields)])
    with pytest.raises(ValueError, match="go with"):
        Experiment.objects.filter(pk=cast.experiment.pk).delete()
    packages = ("assistant", "classrooms", "connections", "experiments")
    sources = [path for name in packages for path in (ROOT / name).rglob("*.py")]
    writers = [path for path in sources if "Experiment.register(" in path.read_text()]
    assert [path.relative_to(ROOT).as_posix() for path in writers] == [
        "experiments/submit/services.py"
    ]
    writers = [path for path in sources if re.search(r"\bSealedEntry\(\n", path.read_text())]
    assert [path.relative_to(ROOT).as_posix() for path in writers] == [
        "experiments/sealing/chain.py"
    ]


def test_a_sealed_entry_is_neither_changed_nor_deleted(cast: Cast) -> None:
    entry = SealedEntry.objects.filter(dojo=cast.dojo).earliest("index")
    every = SealedEntry.objects.all()
    refused: list[Any] = [
        lambda: every.update(content="{}"),
        lambda: cast.dojo.sealed_entries.update(salt=""),
        lambda: every.delete(),
        lambda: every.bulk_update([entry], ["digest"]),
        lambda: every.bulk_create([entry]),
        lambda: every.update_or_create(pk=entry.pk, defaults={"content": "{}"}),
        lambda: every.create(dojo=cast.dojo, index=99),
        entry.save,
        entry.delete,
    ]
    for attempt in refused:
        with pytest.raises(ValueError, match="Sealed entries"):
            attempt()
    assert_is_a_chain(cast.dojo)


def test_nobody_changes_it_in_the_admin(cast: Cast) -> None:
    staff = Client()
    staff.force_login(factories.make_user(is_staff=True, is_superuser=True))
    entry = SealedEntry.objects.filter(dojo=cast.dojo).earliest("index")
    before = (entry.content, entry.salt, entry.digest)
    experiment = Experiment.objects.get(pk=cast.experiment.pk)
    for client in (staff, cast.clients["facilitator"]):
        path = reverse("admin:experiments_sealedentry_change", args=[entry.pk])
        assert client.get(path).status_code == 200
        assert client.post(path, {"content": "{}", "index": 9}).status_code == 403
        assert client.post(path.replace("change", "delete"), {"post": "yes"}).status_code == 403
        assert client.get(reverse("admin:experiments_sealedentry_add")).status_code == 403
        path = reverse("admin:experiments_experiment_change", args=[experiment.pk])
        assert client.get(path).status_code == 200
        answer = client.post(path, {"claim": "I knew it.", "analysis": "Mine.", "decision": "keep"})
        assert answer.status_code == 403
        path = reverse("admin:classrooms_dojo_change", args=[cast.dojo.pk])
        page = client.get(path).content.decode()
        assert 'name="rules-0-visibility"' in page
        assert 'name="rules-0-seals_record"' not in page
    entry.refresh_from_db()
    assert (entry.content, entry.salt, entry.digest) == before
    found = Experiment.objects.get(pk=experiment.pk)
    assert (found.claim, found.analysis) == (experiment.claim, experiment.analysis)


def test_what_was_registered_is_not_written_by_a_detour(member: Seat) -> None:
    experiment = factories.submit(member)
    found = Experiment.objects.get(pk=experiment.pk)
    found.config["model"]["name"] = "decision_tree"
    with pytest.raises(ValueError, match="config"):
        found.save()
    partly = Experiment.objects.only("decision").get(pk=experiment.pk)
    partly.claim = "I knew it."
    with pytest.raises(ValueError, match="claim"):
        partly.save()
    other = factories.join(member.dojo)
    with pytest.raises(ValueError, match="seat"):
        other.experiments.add(experiment, bulk=True)
    again = Experiment.objects.get(pk=experiment.pk)
    again.decision = "keep"
    again.save()
    assert again.config["model"]["name"] == "dummy"


def test_an_entry_is_not_written_over_by_its_key(member: Seat) -> None:
    factories.submit(member)
    entry = SealedEntry.objects.get()
    fields = {"dojo": member.dojo, "index": 2, "kind": "result", "sealed_at": entry.sealed_at}
    with pytest.raises(IntegrityError), transaction.atomic():
        SealedEntry(pk=entry.pk, **fields).save()
    assert SealedEntry.objects.get().kind == "registered"


def test_nobody_deletes_one_experiment_in_the_admin(member: Seat, admin_client: Client) -> None:
    experiment = factories.submit(member)
    for model, key in (("experiment", experiment.pk), ("run", experiment.run.pk)):
        address = reverse(f"admin:experiments_{model}_delete", args=[key])
        assert admin_client.post(address, {"post": "yes"}).status_code == 403
        several = {"action": "delete_selected", "_selected_action": [key], "post": "yes"}
        admin_client.post(reverse(f"admin:experiments_{model}_changelist"), several)
        assert Experiment.objects.get().run
        change = reverse(f"admin:experiments_{model}_change", args=[key])
        assert address not in admin_client.get(change).content.decode()
    seat = reverse("admin:classrooms_seat_delete", args=[member.pk])
    assert admin_client.post(seat, {"post": "yes"}).status_code == 302
    assert not Experiment.objects.exists(), "it goes with its participant"
