"""Django's admin: all of it for staff, their own Dojos for facilitators, nothing for others."""

import io
import zipfile
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assistant.models import Call, CoachChoice, CoachSettings, Message, Reading, Review
from classrooms.models import (
    Announcement,
    AuditEntry,
    Dataset,
    Dojo,
    Invitation,
    Seat,
    User,
)
from experiments.models import Experiment, Framing, Interpretation, Run, Talk
from jobs.models import WorkerHeartbeat
from tests import factories
from tests.conftest import Cast

OURS = [
    model
    for model in admin.site._registry
    if model._meta.app_label in ("assistant", "classrooms", "experiments")
]


@pytest.fixture
def everything(cast: Cast) -> Cast:
    """A record of every model that the admin shows, in the cast's Dojo and in another."""
    from experiments.submit.services import save_framing

    WorkerHeartbeat.objects.create(name="compute@x", queue="compute", seen_at=timezone.now())
    stranger = Seat.objects.get(display_name="stranger")
    for seat in (cast.participant, stranger):
        save_framing(seat, problem="p", data="d", metric="m", baseline="b")
        Announcement.objects.create(dojo=seat.dojo, text=f"To {seat}")
        Invitation.objects.create(dojo=seat.dojo, display_name="Zoé")
        Talk.objects.create(seat=seat, position=1)
        factories.coach_message(seat)
        Call.objects.create(dojo=seat.dojo, seat=seat, purpose="chat", model="m", cost="0.25")
        CoachSettings.objects.create(dojo=seat.dojo)
        CoachChoice.objects.create(seat=seat)
        AuditEntry.objects.create(dojo=seat.dojo, action="code")
    factories.finish(factories.submit(stranger, claim="A claim of another Dojo."))
    for experiment in Experiment.objects.all():
        Review.objects.create(experiment=experiment, occasion="results")
        Reading.objects.create(experiment=experiment, reader=experiment.seat, hypothesis=2)
    return cast


def changelist_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def change_of(record: Model) -> str:
    options = record._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[record.pk])


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_staff_see_every_list_and_record(model: type[Model], everything: Cast) -> None:
    client = Client()
    client.force_login(factories.make_user(is_staff=True, is_superuser=True))
    assert client.get(changelist_of(model)).status_code == 200
    assert client.get(changelist_of(model), {"q": "x"}).status_code == 200
    assert client.get(change_of(model._default_manager.first())).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_participants_have_no_admin(model: type[Model], everything: Cast) -> None:
    response = everything.clients["participant"].get(changelist_of(model))
    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_facilitators_see_only_what_belongs_to_their_dojos(
    model: type[Model], everything: Cast
) -> None:
    client = everything.clients["facilitator"]
    page = client.get(changelist_of(model))
    if model in (User, WorkerHeartbeat):
        assert page.status_code == 403
        return
    assert page.status_code == 200
    shown = set(page.context["cl"].queryset)
    assert shown == {
        record for record in model._default_manager.all() if is_own(record, everything)
    }
    assert shown
    for record in model._default_manager.all():
        answer = client.get(change_of(record))
        assert answer.status_code == (200 if record in shown else 302), record


def is_own(record: Model, cast: Cast) -> bool:
    """Whether a record is of the cast's Dojo, by a way of its own."""
    if isinstance(record, Dataset):
        return record.owner_id == cast.dojo.seats.get(role="facilitator").people.get().pk
    if isinstance(record, Interpretation):
        record = record.run
    if isinstance(record, Run | Review | Reading):
        record = record.experiment
    if isinstance(record, Experiment | Framing | Talk | Message | CoachChoice):
        record = record.seat
    dojo = record if isinstance(record, Dojo) else record.dojo  # type: ignore[attr-defined]
    return dojo.pk == cast.dojo.pk


def test_a_facilitator_sees_what_the_coach_cost_and_not_what_was_said(everything: Cast) -> None:
    client = everything.clients["facilitator"]
    english = {"accept-language": "en"}
    calls = client.get(changelist_of(Call), headers=english).content.decode()
    assert "Calls: US$ 0.2500 in total" in calls, "without another Dojo's"
    assert "0.2500" in client.get(changelist_of(CoachSettings), headers=english).content.decode()
    message = factories.coach_message(everything.participant)
    Message.objects.filter(pk=message.pk).update(text="Between us")
    for page in (changelist_of(Message), change_of(message)):
        assert "Between us" not in client.get(page, headers=english).content.decode()


def test_filters_name_no_other_dojo(everything: Cast) -> None:
    other = Dojo.objects.exclude(pk=everything.dojo.pk).get()
    Dojo.objects.filter(pk=other.pk).update(title="A secret title")
    for model in (Seat, Experiment, Run, Announcement, Call, Message, Review):
        page = everything.clients["facilitator"].get(changelist_of(model))
        assert "A secret title" not in page.content.decode()


def test_facilitators_change_a_title_and_never_the_owner_or_the_code(everything: Cast) -> None:
    client, dojo = everything.clients["facilitator"], everything.dojo
    form = client.get(change_of(dojo)).context["adminform"].form
    assert "title" in form.fields
    assert not {"dataset", "join_code", "state", "primary_metric"} & set(form.fields)
    seat = everything.participant
    fields = client.get(change_of(seat)).context["adminform"].form.fields
    assert not {"user", "role", "dojo"} & set(fields)
    for action in ("add", "delete"):
        arguments = [] if action == "add" else [dojo.pk]
        path = reverse(f"admin:classrooms_dojo_{action}", args=arguments)
        assert client.get(path).status_code == 403


def test_facilitators_save_a_title_and_a_rule(everything: Cast) -> None:
    client, dojo = everything.clients["facilitator"], everything.dojo
    page = client.get(change_of(dojo))
    formsets = [inline.formset for inline in page.context["inline_admin_formsets"]]
    forms = [page.context["adminform"].form]
    forms += [form for found in formsets for form in (found.management_form, *found.forms)]
    data = {
        field.html_name: field.value()
        for form in forms
        for field in form
        if field.value() is not None and field.value() is not False
    }
    typed = {"title": "Renamed", "rules-0-visibility": "ranks", "stage-0-slide": "5"}
    client.post(change_of(dojo), data | typed)
    dojo.refresh_from_db()
    assert (dojo.title, dojo.rules.visibility, dojo.stage.slide) == ("Renamed", "ranks", 0)


def test_accounts_pages_are_ours_in_both_languages(client: Client, db) -> None:
    for path in ("login", "signup", "password/reset"):
        for language in ("fr", "en"):
            page = client.get(f"/accounts/{path}/", headers={"accept-language": language})
            assert page.status_code == 200
            assert "navbar" in page.content.decode()
            assert f'lang="{language}"' in page.content.decode()


def test_a_forgotten_password_is_reset_by_mail(client: Client, db, mailoutbox) -> None:
    import re

    user = factories.make_user("olga")
    client.post("/accounts/password/reset/", {"email": user.email})
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mailoutbox[0].body)
    assert link
    form = client.get(link[1], follow=True)
    new = "another-long-password"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)


# --- Actions ----------------------------------------------------------------------
def act(client: Client, action: str, *dojos: Dojo) -> Any:
    data = {"action": action, "_selected_action": [dojo.pk for dojo in dojos]}
    return client.post(reverse("admin:classrooms_dojo_changelist"), data, follow=True)


def test_actions_do_what_the_cockpit_does_and_say_what_was_refused(cast: Cast) -> None:
    client, dojo = cast.clients["facilitator"], cast.dojo
    code = dojo.join_code
    act(client, "rotate_code", dojo)
    act(client, "freeze", dojo)
    page = act(client, "start", dojo)
    dojo.refresh_from_db()
    assert dojo.join_code != code
    assert dojo.stage.board_is_frozen
    assert [str(one) for one in page.context["messages"]][-1].endswith(dojo.title)
    act(client, "clone", dojo)
    clone = Dojo.objects.facilitated_by(dojo.seats.get(role="facilitator").people.get()).exclude(
        pk=dojo.pk
    )
    assert clone.get().state == Dojo.State.DRAFT
    act(client, "start", clone.get())
    assert clone.get().is_running


def test_the_export_of_dojos_has_the_zip_of_each(cast: Cast) -> None:
    response = act(cast.clients["facilitator"], "export", cast.dojo)
    outer = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    (name,) = outer.namelist()
    assert "summary.md" in zipfile.ZipFile(io.BytesIO(outer.read(name))).namelist()


def test_actions_reach_no_dojo_of_others(cast: Cast) -> None:
    other = Dojo.objects.exclude(pk=cast.dojo.pk).get()
    act(cast.clients["facilitator"], "rotate_code", other)
    act(cast.clients["facilitator"], "freeze", other)
    again = Dojo.objects.get(pk=other.pk)
    assert (again.join_code, again.stage.board_frozen_at) == (other.join_code, None)


def test_staff_clone_only_what_they_facilitate(cast: Cast) -> None:
    client = Client()
    client.force_login(factories.make_user(is_staff=True, is_superuser=True))
    count = Dojo.objects.count()
    page = act(client, "clone", cast.dojo)
    assert Dojo.objects.count() == count
    assert str(next(iter(page.context["messages"]))).endswith(cast.dojo.title)


@pytest.mark.parametrize("word", ["word", "²", "9" * 5000, "a\0b"])
def test_a_word_in_the_place_of_a_key_is_no_record(admin_client, word: str) -> None:
    path = "/admin/classrooms/invitation/add/"
    assert admin_client.get(path, {"dojo": word}).status_code == 200
    page = admin_client.post(path, {"dojo": word, "display_name": "Zoé"})
    assert page.context["adminform"].errors.keys() == {"dojo"}


def test_a_record_is_not_found_by_a_field_without_a_name(admin_client, admin_user) -> None:
    path = f"/admin/classrooms/user/{admin_user.pk}/delete/"
    assert admin_client.get(path, {"_to_field": ""}).status_code == 400
