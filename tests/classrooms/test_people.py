"""Code, roster, links that work once, co-facilitators, checklist and rehearsal."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import RestrictedError
from django.test import Client
from django.utils import translation

from classrooms.agenda import timeline
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, DojoRules, Invitation, Membership, Phase, Seat
from classrooms.people import services as people
from classrooms.people.checklist import checklist
from classrooms.people.roster import decoded, read_roster
from experiments.demo.rehearsal import begin_rehearsal, end_rehearsal
from experiments.demo.simulation import advance_all
from experiments.models import Experiment, Framing, Run
from experiments.submit.services import save_framing
from jobs.claim import claim_next
from jobs.kinds import kind_of
from tests import factories
from tests.conftest import Cast
from tests.work import do_next

pytestmark = pytest.mark.django_db


def path(cast: Cast, name: str = "") -> str:
    return f"/dojos/{cast.dojo.public_id}/seats/{name}"


# --- The code ---------------------------------------------------------------------
def test_a_new_code_ends_the_old_one(cast: Cast) -> None:
    old = cast.dojo.join_code
    cast.clients["facilitator"].post(path(cast, "code/"), {"action": "rotate"})
    new = Dojo.objects.get(pk=cast.dojo.pk).join_code
    assert new != old
    assert Client().get(f"/join/{old}/").status_code == 404
    assert Client().get(f"/join/{new}/").status_code == 200


def test_closed_joining_lets_in_who_has_a_link_of_their_own(cast: Cast) -> None:
    cast.clients["facilitator"].post(path(cast, "code/"), {"action": "close"})
    assert Client().get(f"/join/{cast.dojo.join_code}/").status_code == 410
    token = factories.invite(cast.dojo).token
    assert Client().get(f"/invite/{token}/").status_code == 200
    cast.clients["facilitator"].post(path(cast, "code/"), {"action": "open"})
    assert Client().get(f"/join/{cast.dojo.join_code}/").status_code == 200


# --- The roster -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Amina\nBruno", [("Amina", ""), ("Bruno", "")]),
        ("name;email\nAmina Diallo;a@x.org", [("Amina Diallo", "a@x.org")]),
        ("Nom,E-mail\r\n\r\nÉlie , e@x.org\r\n", [("Élie", "e@x.org")]),
        ("Amina\ta@x.org\n", [("Amina", "a@x.org")]),
        ('"Diallo, Amina";a@x.org', [("Diallo, Amina", "a@x.org")]),
        ("=HYPERLINK(1)", [("=HYPERLINK(1)", "")]),
        ("Amina\rBruno\r", [("Amina", ""), ("Bruno", "")]),
        ('"Amina\nBruno', [("Amina", ""), ("Bruno", "")]),
        ("", []),
    ],
)
def test_lists_are_read_as_people_write_them(text: str, found: list[tuple[str, str]]) -> None:
    assert [(line.name, line.email) for line in read_roster(text)] == found
    assert not any(line.problem for line in read_roster(text))


def test_what_is_wrong_with_a_line_is_said_of_that_line() -> None:
    with translation.override("en"):
        lines = read_roster(f"Amina\n;a@x.org\namina\n{'x' * 61}\nb@x.org;B\nCarl;no@mail")
    assert [(line.number, bool(line.problem)) for line in lines] == [
        (1, False), (2, True), (3, True), (4, True), (5, True), (6, True)
    ]  # fmt: skip


def test_files_of_spreadsheets_are_read() -> None:
    assert decoded("Élie;e@x.org".encode("utf-8-sig")) == "Élie;e@x.org"
    assert decoded("Élie".encode("cp1252")) == "Élie"


def test_a_roster_keeps_seats_and_adding_it_again_changes_nothing(cast: Cast) -> None:
    client, where = cast.clients["facilitator"], path(cast, "roster/")
    for _twice in range(2):
        client.post(where, {"names": "Zoé; zoe@x.org\nparticipant\nYann"})
    assert list(Invitation.objects.values_list("display_name", "email")) == [
        ("Yann", ""),
        ("Zoé", "zoe@x.org"),
    ]
    file = SimpleUploadedFile("list.csv", b"Walid;w@x.org\n")
    client.post(where, {"file": file})
    assert Invitation.objects.filter(display_name="Walid").exists()


def test_a_roster_with_a_fault_invites_nobody_and_stays_typed(cast: Cast) -> None:
    page = cast.clients["facilitator"].post(
        path(cast, "roster/"), {"names": "Zoé\n<b>Y</b>;no@mail"}, headers={"accept-language": "en"}
    )
    text = page.content.decode()
    assert "Line 2" in text
    assert "&lt;b&gt;Y&lt;/b&gt;;no@mail" in text
    assert not Invitation.objects.exists()


def test_a_file_that_is_no_text_is_told_beside_its_field(cast: Cast) -> None:
    file = SimpleUploadedFile("list.xlsx", b'PK\x03\x04\0\0\r"')
    page = cast.clients["facilitator"].post(path(cast, "roster/"), {"file": file, "names": "Zoé"})
    assert page.context["roster"].errors.keys() == {"file"}
    assert page.context["roster"]["names"].value() == "Zoé"
    assert not Invitation.objects.exists()


def test_an_invitation_seats_one_person_once(cast: Cast) -> None:
    invitation = factories.invite(cast.dojo, "Zoé Martin")
    link = f"/invite/{invitation.token}/"
    somebody = Client()
    assert "Zoé Martin" in somebody.get(link).content.decode()
    joined = somebody.post(
        link, {"display_name": "Zoé M", "email": "z@x.org", "password": "correct-horse-9"}
    )
    assert joined.status_code == 302
    invitation.refresh_from_db()
    assert invitation.seat.display_name == "Zoé M"
    assert Client().get(link).status_code == 410
    with pytest.raises(NotNow):
        people.accept(invitation, user=factories.make_user(), display_name="Other")
    assert Client().get("/invite/nobody/").status_code == 404


def test_links_are_renewed_and_taken_back(cast: Cast) -> None:
    invitation = factories.invite(cast.dojo)
    old, where = invitation.token, path(cast, "invitation/")
    cast.clients["facilitator"].post(where, {"token": old, "action": "renew"})
    assert Client().get(f"/invite/{old}/").status_code == 404
    invitation.refresh_from_db()
    cast.clients["facilitator"].post(where, {"token": invitation.token, "action": "revoke"})
    assert not Invitation.objects.exists()


def test_cards_are_for_links_that_nobody_used(cast: Cast) -> None:
    factories.invite(cast.dojo, "Zoé")
    page = cast.clients["facilitator"].get(path(cast, "cards/")).content.decode()
    assert page.count('<svg role="img"') == 1
    assert "Zoé" in page


# --- Seats ------------------------------------------------------------------------
def test_a_second_facilitator_can_do_what_the_first_can(cast: Cast) -> None:
    other = factories.make_user("second")
    cast.clients["facilitator"].post(path(cast, "facilitators/"), {"email": other.email.upper()})
    client = Client()
    client.force_login(other)
    assert client.get(f"/dojos/{cast.dojo.public_id}/cockpit/").status_code == 404
    offer = cast.dojo.seat_offers.get()
    client.post(f"/offers/{offer.public_id}/", {"action": "accept"})
    assert client.get(f"/dojos/{cast.dojo.public_id}/cockpit/").status_code == 200
    own = cast.dojo.seats.held_by(other).get()
    client.post(path(cast, f"{own.public_id}/"), {"action": "remove"})
    first = cast.dojo.seats.get(role="facilitator")
    with pytest.raises(NotNow):
        people.remove(first)


def test_who_has_begun_to_work_does_not_become_a_facilitator(cast: Cast) -> None:
    later = cast.participant.joined_at + timedelta(minutes=5)
    Seat.objects.filter(pk=cast.participant.pk).update(active_at=later)
    with pytest.raises(NotNow):
        people.add_facilitator(cast.dojo, cast.participant.people.get())
    assert people.add_facilitator(cast.dojo, cast.neighbour.people.get()).is_facilitator


def test_people_are_renamed_and_taken_out(cast: Cast) -> None:
    where = path(cast, f"{cast.participant.public_id}/")
    client = cast.clients["facilitator"]
    for name, stored in (("  New  Name ", "New Name"), ("neighbour", "New Name"), ("", "New Name")):
        client.post(where, {"display_name": name})
        assert Seat.objects.get(pk=cast.participant.pk).display_name == stored
    client.post(where, {"action": "remove"})
    assert not Experiment.objects.exists()
    assert cast.clients["participant"].get("/").status_code == 200, "the account stays"
    stranger = Seat.objects.get(display_name="stranger")
    assert client.post(path(cast, f"{stranger.public_id}/")).status_code == 404


def test_who_is_taken_out_goes_with_experiments_that_compare(cast: Cast) -> None:
    factories.submit(cast.participant, "logistic_regression", compared_to=cast.experiment)
    people.remove(cast.participant)
    assert not Experiment.objects.filter(seat__dojo=cast.dojo).exists()
    # An experiment alone is kept as long as another one is measured against it.
    first = factories.submit(cast.neighbour)
    factories.finish(first)
    factories.submit(cast.neighbour, "logistic_regression", compared_to=first)
    with pytest.raises(RestrictedError):
        first.delete()


def test_who_comes_late_is_told_where_the_group_is(cast: Cast) -> None:
    timeline.advance_dojo(cast.dojo)
    late = factories.join(cast.dojo)
    client = Client()
    client.force_login(late.people.get())
    work = f"/dojos/{cast.dojo.public_id}/work/"
    assert (
        "The group is in the phase"
        in client.get(work, headers={"accept-language": "en"}).content.decode()
    )
    early = cast.clients["neighbour"].get(work, headers={"accept-language": "en"})
    assert "The group is in the phase" not in early.content.decode()


# --- Before the start -------------------------------------------------------------
def test_the_checklist_says_what_is_missing_and_where_to_mend_it() -> None:
    dojo = factories.make_dojo(started=False)
    ready = {str(check.label): check for check in checklist(dojo)}
    missing = [place for place, check in enumerate(ready.values()) if not check.is_ready]
    assert missing == [5, 7]
    DojoRules.objects.update(join_is_open=False)
    Phase.objects.update(ended_at="2026-01-01T00:00:00Z")
    factories.join(dojo)
    again = checklist(Dojo.objects.get(pk=dojo.pk))
    missing = [place for place, check in enumerate(again) if not check.is_ready]
    assert missing == [1, 5, 6]


@pytest.mark.parametrize(("language", "words"), [("fr", "## Contexte"), ("en", "## Context")])
def test_the_log_template_is_the_brief_s(cast: Cast, language: str, words: str) -> None:
    Dojo.objects.update(language=language)
    response = cast.clients["participant"].get(f"/dojos/{cast.dojo.public_id}/log-template/")
    text = response.content.decode()
    assert words in text
    assert "| Accuracy | X% | X% |" in text
    assert "&#x27;" not in text


# --- Rehearsal --------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_rehearsal_runs_for_real_and_leaves_nothing() -> None:
    dojo = factories.make_dojo(started=False)
    real = factories.join(dojo, "real")
    begin_rehearsal(dojo, people=3)
    simulated = dojo.seats.exclude(simulated_as="")
    assert simulated.count() == 3
    assert not Membership.objects.filter(seat__in=simulated).exists(), "nobody is invented"
    with pytest.raises(NotNow):
        begin_rehearsal(dojo, people=3)
    advance_all()
    advance_all()
    factories.submit(real)
    save_framing(real, problem="p", data="d", metric="m", baseline="b")
    assert do_next()
    claimed = claim_next([kind_of(Run)])
    assert claimed
    end_rehearsal(dojo)
    # A worker that finishes after the wipe ends harmlessly.
    assert not claimed.job.finish("succeeded")
    stored = Dojo.objects.get(pk=dojo.pk)
    assert (stored.state, stored.started_at, stored.stage.is_rehearsed) == ("draft", None, False)
    assert list(dojo.seats.values_list("display_name", flat=True)) == ["Camille", "real"]
    assert not Run.objects.exists()
    assert not Framing.objects.exists()
    assert all(phase.is_to_come for phase in dojo.phases.all())
    timeline.start_dojo(dojo)
    with pytest.raises(NotNow):
        end_rehearsal(dojo)


# --- Links and letters ------------------------------------------------------------
def test_a_letter_opens_with_the_link_in_the_language_of_the_dojo(cast: Cast) -> None:
    Dojo.objects.filter(pk=cast.dojo.pk).update(language="fr")
    invitation = factories.invite(cast.dojo)
    Invitation.objects.filter(pk=invitation.pk).update(email="zoe+dojo@x.org")
    page = cast.clients["facilitator"].get(path(cast))
    (invited,) = page.context["invited"]
    address, _mark, query = invited.letter.partition("?")
    assert address == "mailto:zoe%2Bdojo%40x.org"
    fields = parse_qs(query)
    assert f"/invite/{invitation.token}/" in fields["body"][0]
    assert "Bonjour" in fields["body"][0]
    assert cast.dojo.title in fields["subject"][0]


def test_a_letter_says_when_the_dojo_starts_on_a_line_of_its_own(cast: Cast) -> None:
    start = datetime(2026, 12, 1, 13, tzinfo=UTC)
    Dojo.objects.filter(pk=cast.dojo.pk).update(scheduled_for=start, time_zone="Europe/Paris")
    factories.invite(cast.dojo)
    (invited,) = cast.clients["facilitator"].get(path(cast)).context["invited"]
    (body,) = parse_qs(invited.letter.partition("?")[2])["body"]
    assert "It starts:\r\nTuesday 1 December 2026, 14:00 (Europe/Paris)\r\n\r\n" in body
    assert not any(line.startswith(" ") for line in body.splitlines())


def test_the_links_of_who_has_not_come_are_a_table_without_formulas(cast: Cast) -> None:
    used, unused = factories.invite(cast.dojo), factories.invite(cast.dojo, "Yann")
    Invitation.objects.filter(pk=used.pk).update(seat=cast.participant)
    Invitation.objects.filter(pk=unused.pk).update(display_name="=cmd()")
    content = cast.clients["facilitator"].get(path(cast, "links/")).content.decode("utf-8-sig")
    assert f"/invite/{unused.token}/" in content
    assert used.token not in content
    assert "'=cmd()" in content


def test_the_checklist_names_the_prompt_and_who_answers(cast: Cast) -> None:
    with translation.override("en"):
        checks = {check.label: check for check in checklist(cast.dojo)}
    assert checks["Coach prompt"].url.endswith("/coach/settings/")
    assert "rule-based" in checks["Coach prompt"].detail
