"""Editing a Dojo's agenda: before, under way and after; and its templates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone, translation

from classrooms.agenda import timeline
from classrooms.agenda.readers import agenda_words
from classrooms.agenda.services import agenda_digest
from classrooms.models import AgendaTemplate, Dojo
from live.models import current_version
from tests import factories
from tests.classrooms.prepare_pages import client_of, path
from tests.classrooms.test_opening import typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def dojo() -> Dojo:
    return factories.make_dojo(started=False)


@pytest.fixture
def client(dojo: Dojo) -> Client:
    return client_of(dojo)


def edit(client: Client, dojo: Dojo, action: str = "save", **changes: Any) -> Any:
    """Change the agenda in one go, as it is shown."""
    page = client.get(path(dojo, "agenda/"))
    post = {**typed(page), "seen": page.context["seen"], **changes, "action": action}
    return client.post(path(dojo, "agenda/"), post)


def then(client: Client, dojo: Dojo, page: Any, action: str, **changes: Any) -> Any:
    """The next button on an editor that is not saved yet."""
    post = {**typed(page), "seen": page.context["seen"], **changes, "action": action}
    return client.post(path(dojo, "agenda/"), post)


def titles(dojo: Dojo) -> list[str]:
    return [phase.title for phase in dojo.phases.all()]


def test_phases_change_places_and_keep_their_rows(dojo: Dojo, client: Client) -> None:
    before = list(dojo.phases.values_list("pk", "title"))
    page = edit(client, dojo, "up:5")
    page = then(client, dojo, page, "down:0")
    assert titles(dojo) == [title for _pk, title in before]  # nothing is saved yet
    version = current_version(dojo.pk)
    then(client, dojo, page, "save")
    order = [1, 0, 2, 3, 5, 4]
    assert list(dojo.phases.values_list("pk", "title")) == [before[place] for place in order]
    assert list(dojo.phases.values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert current_version(dojo.pk) > version


def test_phases_are_added_changed_and_removed(dojo: Dojo, client: Client) -> None:
    page = edit(client, dojo, "remove:0", **{"phases-1-planned_minutes": "77"})
    page = then(client, dojo, page, "add")
    new = {"phases-5-title": "Lunch", "phases-5-planned_minutes": "50", "phases-5-kind": "setup"}
    then(client, dojo, page, "save", **new)
    phases = list(dojo.phases.all())
    assert len(phases) == 6
    assert (phases[0].planned_minutes, phases[0].kind) == (77, "setup")
    assert (phases[5].title, phases[5].planned_minutes, phases[5].deliverable) == ("Lunch", 50, "")


def test_an_agenda_has_one_phase_at_least_and_twenty_at_most(dojo: Dojo, client: Client) -> None:
    page = edit(client, dojo, "remove:0")
    for _time in range(6):
        page = then(client, dojo, page, "remove:0")
    assert len(page.context["form"].forms) == 1
    for _time in range(25):
        page = then(client, dojo, page, "add")
    assert len(page.context["form"].forms) == 20
    assert "at most 20 phases" in page.content.decode()


def test_an_agenda_that_another_changed_meanwhile_is_not_overwritten(
    dojo: Dojo, client: Client
) -> None:
    page = edit(client, dojo, "count", **{"phases-0-title": "Mine"})
    dojo.phases.filter(position=2).update(title="Theirs")
    page = then(client, dojo, page, "save")
    assert "someone else changed the agenda" in page.content.decode()
    assert 'value="Mine"' in page.content.decode()
    assert titles(dojo)[:2] == ["Theory", "Theirs"]


def test_what_began_is_only_renamed_or_lengthened(dojo: Dojo, client: Client) -> None:
    timeline.start_dojo(dojo)
    page = edit(client, dojo, **{"phases-0-planned_minutes": "44"})
    [error] = page.context["form"].forms[0].errors["planned_minutes"]
    assert error == "This phase has started. You can only lengthen it, to 45 min or more."
    changes = {
        "phases-0-planned_minutes": "60",
        "phases-0-title": "Begun",
        "phases-0-kind": "setup",
    }
    edit(client, dojo, **changes, **{"phases-2-planned_minutes": "50"})
    first, _second, third = dojo.phases.all()[:3]
    assert (first.title, first.kind) == ("Begun", "theory")
    # The plan stays, so that it can be compared with what happened.
    assert (first.planned_minutes, first.extra_minutes) == (45, 15)
    assert (third.planned_minutes, third.extra_minutes) == (60, -10)


def test_what_began_keeps_its_place(dojo: Dojo, client: Client) -> None:
    timeline.start_dojo(dojo)
    timeline.advance_dojo(dojo)
    before = titles(dojo)
    for action in ("up:1", "up:2", "down:0", "down:1", "remove:0", "remove:1"):
        page = edit(client, dojo, action)
        found = [form["title"].value() for form in page.context["form"].forms]
        assert found == before, action
    page = edit(client, dojo, "use", source="variant:discovery")
    found = [form["title"].value() for form in page.context["form"].forms]
    assert found[:2] == before[:2]
    assert len(found) == 7


def test_a_forged_order_of_what_began_is_refused(dojo: Dojo, client: Client) -> None:
    timeline.start_dojo(dojo)
    page = edit(client, dojo, **{"phases-0-was": "2", "phases-1-was": "1"})
    assert page.status_code == 200
    assert dojo.phases.get(started_at__isnull=False).position == 1
    page = edit(client, dojo, **{"phases-0-was": "2"})
    assert "twice" in page.content.decode()
    page = edit(client, dojo, **{"phases-0-was": "99"})
    assert "no longer exists" in page.content.decode()


def test_a_phase_that_begins_while_somebody_edits_is_not_moved(dojo: Dojo, client: Client) -> None:
    page = edit(client, dojo, "down:0")
    timeline.start_dojo(dojo)
    page = then(client, dojo, page, "save")
    assert "a phase has started" in page.content.decode()
    assert titles(dojo)[0] == "Theory"


def test_an_ended_dojo_keeps_its_agenda(dojo: Dojo, client: Client) -> None:
    Dojo.objects.filter(pk=dojo.pk).update(state="ended")
    assert client.get(path(dojo, "agenda/")).status_code == 302
    hub = client.get(path(dojo)).content.decode()
    assert "/prepare/agenda/" not in hub


def test_the_agenda_is_checked_against_the_planned_end(dojo: Dojo, client: Client) -> None:
    start = datetime(2027, 7, 1, 12, tzinfo=UTC)
    Dojo.objects.filter(pk=dojo.pk).update(scheduled_for=start, time_zone="Europe/Paris")
    assert client.get(path(dojo, "agenda/")).context["timing"].end == "Ends at 18:00, as planned."
    timing = edit(client, dojo, "count", **{"phases-0-planned_minutes": "30"}).context["timing"]
    assert timing.end == "Planned end 18:00; with this agenda, 17:45."
    assert timing.total == "3 h 45 min"
    assert "4 h" in timing.note


def test_under_way_the_end_counts_what_was_lost(dojo: Dojo, client: Client) -> None:
    timeline.start_dojo(dojo)
    started = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=55)
    Dojo.objects.filter(pk=dojo.pk).update(started_at=started, time_zone="UTC")
    dojo.phases.filter(position=1).update(counting_since=started)
    # 55 of 45 minutes are gone, so nothing of the first phase is left.
    possible = {f"{timezone.now() + timedelta(minutes=195):%H:%M}"}
    timing = client.get(path(dojo, "agenda/")).context["timing"]
    possible |= {f"{timezone.now() + timedelta(minutes=195):%H:%M}"}
    planned = f"{started + timedelta(minutes=240):%H:%M}"
    assert timing.end in {f"Planned end {planned}; with this agenda, {late}." for late in possible}


def test_what_is_skipped_takes_no_time_and_may_still_be_moved(dojo: Dojo, client: Client) -> None:
    timeline.start_dojo(dojo)
    timeline.skip_phase(dojo, position=4)
    page = client.get(path(dojo, "agenda/"))
    assert page.context["timing"].total == "3 h 30 min"
    assert "skipped" in page.content.decode()
    then(client, dojo, edit(client, dojo, "up:3"), "save")
    assert [phase.is_skipped for phase in dojo.phases.all()][2:4] == [True, False]


def test_what_the_group_came_back_from_counts_as_begun(dojo: Dojo, client: Client) -> None:
    timeline.start_dojo(dojo)
    timeline.advance_dojo(dojo)
    timeline.go_back(dojo)
    page = edit(client, dojo, **{"phases-1-planned_minutes": "5"})
    assert list(page.context["form"].forms[1].errors) == ["planned_minutes"]


def test_the_title_of_a_template_to_be_stays_typed(dojo: Dojo, client: Client) -> None:
    page = edit(client, dojo, "count", template_title="Half a d")
    assert page.context["title_form"]["template_title"].value() == "Half a d"


def test_templates_are_renamed_and_deleted_by_their_owner(dojo: Dojo, client: Client) -> None:
    edit(client, dojo, "keep", template_title="One")
    edit(client, dojo, "keep", template_title="Two")
    one = AgendaTemplate.objects.get(title="One")
    taken = client.post(f"/agendas/{one.public_id}/rename/", {"template_title": "Two"})
    assert "You already have a template with this title." in taken.content.decode()
    client.post(f"/agendas/{one.public_id}/rename/", {"template_title": "<Half> a day"})
    page = client.get("/agendas/").content.decode()
    assert "&lt;Half&gt; a day" in page
    assert "4 h" in page
    client.post(f"/agendas/{one.public_id}/delete/")
    assert [template.title for template in AgendaTemplate.objects.all()] == ["Two"]
    stranger = client_of(factories.make_dojo())
    two = AgendaTemplate.objects.get()
    assert stranger.post(f"/agendas/{two.public_id}/delete/").status_code == 404
    page = stranger.get("/agendas/").content.decode()
    assert "Two" not in page


def test_the_digest_tells_what_was_planned_not_what_the_clock_did(dojo: Dojo) -> None:
    before = agenda_digest(dojo.phases.all())
    dojo.phases.update(extra_minutes=F("extra_minutes") + 5)
    assert agenda_digest(dojo.phases.all()) == before


def test_what_is_typed_is_escaped(dojo: Dojo, client: Client) -> None:
    edit(client, dojo, **{"phases-0-title": "<b>T</b>", "phases-0-content": "<i>C</i>"})
    for page in (path(dojo), path(dojo, "agenda/")):
        found = client.get(page).content.decode()
        assert "<b>T</b>" not in found
        assert "&lt;b&gt;T&lt;/b&gt;" in found


def test_what_nobody_rewrote_is_read_in_the_readers_language() -> None:
    with translation.override("en"):
        assert agenda_words("Mise en place") == "Setup"
        assert agenda_words("Environnement et baseline") == "Environment and baseline"
        assert agenda_words("Mise en place des outils") == "Mise en place des outils"
    with translation.override("fr"):
        assert agenda_words("Setup") == "Mise en place"
        assert agenda_words("") == ""


def test_an_english_participant_of_a_french_dojo_reads_english_phases(client: Client) -> None:
    with translation.override("fr"):
        dojo = factories.make_dojo(language="fr")
    assert dojo.phases.first().title == "Théorie"
    client.force_login(factories.join(dojo).people.get())
    page = client.get(f"/dojos/{dojo.public_id}/work/", headers={"Accept-Language": "en"})
    text = page.content.decode()
    assert "Theory" in text
    assert "Understanding" in text
    assert not {"Théorie", "Compréhension", "Mise en place"} & set(text.split())
