"""Dojos put away and deleted; one's own things taken along and erased; deleted accounts."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from assistant.models import Message
from classrooms.agenda import timeline
from classrooms.conversation import hands
from classrooms.exceptions import NotNow
from classrooms.models import Dataset, Dojo, Seat, User
from classrooms.people import services as people
from classrooms.retention import services as retention
from experiments.demo.rehearsal import begin_rehearsal
from experiments.models import Experiment, JuryGrade, Run, Talk
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.django_db


def end(dojo: Dojo) -> None:
    Dojo.objects.filter(pk=dojo.pk).update(state=Dojo.State.ENDED)
    dojo.refresh_from_db()


# --- Dojos ------------------------------------------------------------------------
def test_an_archived_dojo_is_away_from_the_lists_and_can_be_read(cast: Cast) -> None:
    facilitator, participant = cast.clients["facilitator"], cast.clients["participant"]
    path = f"/dojos/{cast.dojo.public_id}/"
    facilitator.post(f"{path}archive/")
    assert not Dojo.objects.get(pk=cast.dojo.pk).is_archived, "it has not ended"
    end(cast.dojo)
    facilitator.post(f"{path}archive/")
    page = participant.get("/")
    assert page.context["seats"] == []
    assert [one.dojo for one in page.context["archived"]] == [cast.dojo]
    assert participant.get(f"{path}work/").status_code == 200
    facilitator.post(f"{path}archive/", {"action": "restore"})
    assert [one.dojo for one in participant.get("/").context["seats"]] == [cast.dojo]


def test_a_dojo_is_deleted_with_everything_once_its_title_is_typed(cast: Cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/delete/"
    client = cast.clients["facilitator"]
    refused = client.post(path, {"title": "something else"})
    assert refused.status_code == 200
    assert refused.context["form"].errors["title"]
    assert Dojo.objects.filter(pk=cast.dojo.pk).exists()
    assert client.post(path, {"title": cast.dojo.title.upper()})["Location"] == "/"
    assert not Dojo.objects.filter(pk=cast.dojo.pk).exists()
    assert not Experiment.objects.filter(pk=cast.experiment.pk).exists()
    assert User.objects.filter(email="participant@example.org").exists()
    assert Dataset.objects.filter(pk=cast.dojo.dataset_id).exists()
    assert cast.clients["participant"].get(f"/dojos/{cast.dojo.public_id}/work/").status_code == 404


def test_simulated_participants_keep_nobody_from_going() -> None:
    user = factories.make_user()
    dojo = factories.make_dojo(user, started=False)
    begin_rehearsal(dojo, people=2)
    retention.erase_account(user)
    assert not Dojo.objects.filter(pk=dojo.pk).exists()


def test_a_dataset_goes_with_its_only_dojo_where_asked_and_its_files_with_it(
    django_capture_on_commit_callbacks: Any,
) -> None:
    owner = factories.make_user()
    first, second = (factories.make_dojo(owner, title=title) for title in ("First", "Second"))
    dataset = factories.make_upload(owner)
    dataset.upload.save("mine.csv", ContentFile(b"a,b\n1,2\n"))
    upload = dataset.upload.name
    Dojo.objects.update(dataset=dataset)
    assert not retention.has_its_own_dataset(Dojo.objects.get(pk=first.pk))
    retention.delete_dojo(first, with_dataset=True)
    assert Dataset.objects.filter(pk=dataset.pk).exists(), "another Dojo uses it"
    assert retention.has_its_own_dataset(Dojo.objects.get(pk=second.pk))
    assert default_storage.exists(upload)
    with django_capture_on_commit_callbacks(execute=True):
        retention.delete_dojo(second, with_dataset=True)
    assert not Dataset.objects.filter(pk=dataset.pk).exists()
    assert not default_storage.exists(upload)


# --- One person -------------------------------------------------------------------
def records(response: Any) -> tuple[set[str], dict[str, Any]]:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    return set(archive.namelist()), json.loads(archive.read("data.json"))


def test_everyone_takes_along_what_is_kept_of_them_and_of_nobody_else(cast: Cast) -> None:
    member = cast.participant
    factories.submit(cast.neighbour, claim="The neighbour's claim.")
    factories.coach_message(member)
    hands.raise_hand(member, reason="I am stuck")
    Run.objects.update(holdout_metrics={"roc_auc": 0.123})
    talk = Talk.objects.create(seat=member, position=1)
    juror = cast.dojo.seats.get(role="facilitator")
    JuryGrade.objects.create(talk=talk, juror=juror, criterion="clarity", points=1)
    Seat.objects.filter(pk=member.pk).update(facilitator_note="A private word.")
    names, found = records(
        cast.clients["participant"].get(f"/dojos/{cast.dojo.public_id}/my-data/")
    )
    assert names == {"README.txt", "data.json", "take-home.zip"}
    assert found["account"][0]["email"] == member.people.get().email
    assert [one["claim"] for one in found["experiments.experiment"]] == [cast.experiment.claim]
    assert found["classrooms.raisedhand"][0]["reason"] == "I am stuck"
    assert len(found["assistant.message"]) == Message.objects.filter(seat=member).count()
    text = json.dumps(found)
    assert "private word" not in text
    assert "0.123" not in text
    assert "experiments.jurygrade" not in found
    assert "password" not in text


def test_a_facilitator_takes_along_all_that_is_kept_of_somebody(cast: Cast) -> None:
    Run.objects.update(holdout_metrics={"roc_auc": 0.123})
    Seat.objects.filter(pk=cast.participant.pk).update(facilitator_note="A private word.")
    path = f"/dojos/{cast.dojo.public_id}/people/{cast.participant.public_id}/data/"
    text = json.dumps(records(cast.clients["facilitator"].get(path))[1])
    assert "A private word." in text
    assert "0.123" in text
    assert cast.clients["neighbour"].get(path).status_code == 404


def test_who_leaves_is_erased_from_the_dojo_and_keeps_the_account(cast: Cast) -> None:
    client, path = cast.clients["participant"], f"/dojos/{cast.dojo.public_id}/leave/"
    assert client.get(path).status_code == 200
    assert Experiment.objects.filter(pk=cast.experiment.pk).exists(), "a look erases nothing"
    assert client.post(path)["Location"] == "/"
    assert not Experiment.objects.filter(pk=cast.experiment.pk).exists()
    assert User.objects.filter(email="participant@example.org").exists()
    assert client.get(path).status_code == 404


def test_the_only_facilitator_cannot_leave(cast: Cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/leave/"
    assert cast.clients["facilitator"].post(path)["Location"] == path
    assert cast.dojo.seats.filter(role="facilitator").exists()


# --- Accounts ---------------------------------------------------------------------
def test_an_account_goes_with_everything_after_its_password(cast: Cast) -> None:
    client, user = cast.clients["participant"], cast.participant.people.get()
    wrong = client.post("/account/delete/", {"secret": "not it"})
    assert wrong.context["form"].errors["secret"]
    assert User.objects.filter(pk=user.pk).exists()
    done = client.post("/account/delete/", {"secret": factories.PASSWORD}, follow=True)
    assert done.status_code == 200
    assert not User.objects.filter(pk=user.pk).exists()
    assert not Experiment.objects.filter(pk=cast.experiment.pk).exists()
    assert client.get("/account/")["Location"].startswith("/accounts/login/")


def test_who_never_had_a_password_types_the_email() -> None:
    user = factories.make_user()
    user.set_unusable_password()
    user.save()
    client = Client()
    client.force_login(user)
    assert client.post("/account/delete/", {"secret": "x@example.org"}).context["form"].errors
    client.post("/account/delete/", {"secret": user.email.upper()})
    assert not User.objects.filter(pk=user.pk).exists()


def test_a_facilitator_whom_people_need_stays_until_somebody_else_runs_the_dojo(
    cast: Cast,
) -> None:
    client = cast.clients["facilitator"]
    user = cast.dojo.seats.get(role="facilitator").people.get()
    page = client.post("/account/delete/", {"secret": factories.PASSWORD})
    assert list(page.context["in_need"]) == [cast.dojo]
    with pytest.raises(NotNow):
        retention.erase_account(user)
    heir = factories.make_user("heir")
    people.add_facilitator(cast.dojo, heir)
    retention.erase_account(user)
    dojo = Dojo.objects.get(pk=cast.dojo.pk)
    heirs = dojo.dataset.dojos.filter(seats__people=dojo.dataset.owner)
    assert dojo.dataset.owner != user
    assert heirs.filter(seats__role="facilitator").exists()
    assert Experiment.objects.filter(pk=cast.experiment.pk).exists()


def test_a_solo_session_goes_with_its_only_person() -> None:
    user = factories.make_user()
    dojo = factories.make_dojo(user, variant="solo", started=False)
    timeline.start_dojo(dojo)
    retention.erase_account(user)
    assert not Dojo.objects.filter(pk=dojo.pk).exists()
    assert not User.objects.filter(pk=user.pk).exists()
