"""The deliverables of the brief are ticked off by what is really there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from classrooms.agenda import timeline
from classrooms.models import Dojo, QuizAnswer, Seat
from classrooms.models.agenda import Phase, PhaseKind
from experiments.exports.services import Incomplete, mark_final, reopen
from experiments.models import Documentation, Experiment, Framing, RowNote, Run, Talk
from experiments.pages.reads import experiments_of
from experiments.participants.deliverables import Kind, Progress, own_progress
from experiments.submit.services import record_analysis, save_framing
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
FRAMING = {"problem": "p", "data": "d", "metric": "m", "baseline": "b"}


def progress(member: Seat) -> Progress:
    member = Seat.objects.select_related("dojo__dataset").get(pk=member.pk)
    framing = Framing.objects.filter(seat=member).first()
    return own_progress(member, framing, experiments_of(member))


def done(member: Seat) -> set[str]:
    return {one.kind for one in progress(member).deliverables if one.done}


def make(**dojo: Any) -> Seat:
    return factories.join(factories.make_dojo(**dojo))


def conclude(member: Seat, analysis: str = "It is so.") -> Experiment:
    experiment = factories.submit(member)
    factories.finish(experiment)
    return record_analysis(experiment, analysis=analysis, decision="keep", next_step="")


def test_understanding_is_four_answers_right_or_wrong() -> None:
    member = make()
    for number in range(4):
        assert Kind.UNDERSTANDING not in done(member)
        QuizAnswer.objects.create(
            seat=member, question=f"q{number}", choice=0, is_right=number % 2 == 0
        )
    assert Kind.UNDERSTANDING in done(member)


def test_the_first_experiment_is_a_baseline_with_a_result() -> None:
    member = make()
    factories.finish(factories.submit(member, "random_forest"))
    baseline = factories.submit(member)
    assert Kind.FIRST_EXPERIMENT not in done(member)
    Run.objects.filter(experiment=baseline).update(status="failed")
    assert Kind.FIRST_EXPERIMENT not in done(member)
    factories.finish(factories.submit(member))
    assert Kind.FIRST_EXPERIMENT in done(member)


def test_the_log_has_two_concluded_experiments_and_one_in_two_hours() -> None:
    standard, discovery = make(), make(variant="discovery")
    for member in (standard, discovery):
        factories.finish(factories.submit(member))
        assert Kind.EXPERIMENT_LOG not in done(member)
        conclude(member)
    assert Kind.EXPERIMENT_LOG not in done(standard)
    assert Kind.EXPERIMENT_LOG in done(discovery)
    conclude(standard)
    assert Kind.EXPERIMENT_LOG in done(standard)


@pytest.mark.parametrize(
    ("fields", "is_interpreted"),
    [
        ({}, False),
        # What a text says is for a reader.
        ({"analysis": "False negatives are small tumours."}, False),
        ({"limits": " "}, False),
        ({"limits": "Untested on small tumours."}, True),
        ({"claimed_column": "mean_radius", "column_claim": "matters"}, True),
        ({"claimed_subgroup": "[]", "subgroup_claim": "harder"}, True),
    ],
)
def test_a_claim_or_a_limitation_is_an_interpretation(
    fields: dict[str, str], is_interpreted: bool
) -> None:
    member = make()
    Experiment.objects.filter(pk=conclude(member).pk).update(**fields)
    assert (Kind.ANALYSIS in done(member)) == is_interpreted


def test_notes_on_rows_are_an_analysis_too() -> None:
    member = make()
    RowNote.objects.create(experiment=conclude(member), row=3, text="Odd")
    assert Kind.ANALYSIS in done(member)


def test_a_presentation_is_done_once_it_is_over() -> None:
    member = make()
    talk = Talk.objects.create(seat=member, position=1, started_at=timezone.now())
    assert Kind.PRESENTATION not in done(member)
    talk.ended_at = timezone.now()
    talk.save()
    assert Kind.PRESENTATION in done(member)


def test_two_hours_ask_for_a_framing() -> None:
    member = make(variant="discovery")
    kinds = [one.kind for one in progress(member).deliverables]
    assert kinds == [
        Kind.UNDERSTANDING,
        Kind.FRAMING,
        Kind.FIRST_EXPERIMENT,
        Kind.EXPERIMENT_LOG,
        Kind.PRESENTATION,
    ]
    save_framing(member, **FRAMING)
    assert Kind.FRAMING in done(member)


def test_what_is_skipped_asks_for_nothing() -> None:
    member = make()
    phase = Phase.objects.get(dojo=member.dojo, kind=PhaseKind.INTERPRETATION)
    phase.ended_at = timezone.now()
    phase.save()
    assert Kind.ANALYSIS not in {one.kind for one in progress(member).deliverables}


@pytest.mark.parametrize(("minutes", "is_reminded"), [(29, False), (31, True)])
def test_a_reminder_comes_with_the_last_third_of_the_phase(minutes: int, is_reminded: bool) -> None:
    member = make()  # the theory lasts 45 minutes
    Phase.objects.filter(dojo=member.dojo, kind=PhaseKind.THEORY).update(
        counting_since=timezone.now() - timedelta(minutes=minutes)
    )
    reminder = progress(member).reminder
    assert (reminder.kind if reminder else None) == (Kind.UNDERSTANDING if is_reminded else None)


def test_who_is_done_or_paused_is_not_reminded() -> None:
    member = make()
    timeline.advance_dojo(member.dojo)
    late = timezone.now() - timedelta(minutes=44)
    Phase.objects.filter(dojo=member.dojo, kind=PhaseKind.SETUP).update(counting_since=late)
    found = progress(member)
    assert found.reminder is not None
    assert found.reminder_url == f"/dojos/{member.dojo.public_id}/experiments/new/"
    factories.finish(factories.submit(member))
    assert progress(member).reminder is None
    Experiment.objects.all().wipe()
    timeline.pause_dojo(Dojo.objects.get(pk=member.dojo.pk))
    assert progress(member).reminder is None


def test_the_workspace_shows_progress_and_reminder(cast: Cast) -> None:
    Phase.objects.filter(dojo=cast.dojo, kind=PhaseKind.THEORY).update(
        counting_since=timezone.now() - timedelta(minutes=40)
    )
    page = cast.clients["participant"].get(f"/dojos/{cast.dojo.public_id}/work/").content.decode()
    assert "quatre questions" in page
    assert page.count("progress-mark done") == 1  # the first experiment


# --- Final ----------------------------------------------------------------------------
def complete(member: Seat) -> None:
    save_framing(member, **FRAMING)
    RowNote.objects.create(experiment=conclude(member), row=3, text="Small")


def test_final_is_said_of_what_is_complete_and_can_be_taken_back() -> None:
    member = make()
    complete(member)
    mark_final(member)
    assert Kind.NOTEBOOK in done(member)
    reopen(member)
    assert Kind.NOTEBOOK not in done(member)


def test_what_is_incomplete_is_final_only_knowingly() -> None:
    member = make()
    factories.finish(factories.submit(member))
    with pytest.raises(Incomplete):
        mark_final(member)
    assert not Documentation.objects.exists()
    mark_final(member, gaps_accepted=True)
    assert Kind.NOTEBOOK in done(member)


def test_the_take_home_page_marks_and_reopens(cast: Cast) -> None:
    client, base = cast.clients["participant"], f"/dojos/{cast.dojo.public_id}/take-home/"
    client.post(f"{base}final/")
    assert not Documentation.objects.exists()
    assert "gaps_accepted" in client.get(base).content.decode()
    client.post(f"{base}final/", {"gaps_accepted": "yes"})
    assert Documentation.objects.get().is_final
    assert 'value="reopen"' in client.get(base).content.decode()
    client.post(f"{base}final/", {"action": "reopen"})
    assert not Documentation.objects.get().is_final


# --- Alone ----------------------------------------------------------------------------
def test_who_is_alone_is_asked_by_the_workspace() -> None:
    user = factories.make_user("alone")
    dojo = factories.make_dojo(user, variant="solo")
    member = dojo.seats.get()
    factories.finish(factories.submit(member, "random_forest", claim="test"))
    client = Client()
    client.force_login(user)
    page = client.get(f"/dojos/{dojo.public_id}/work/").content.decode()
    assert "et une régression logistique" in page


def test_who_has_a_facilitator_is_not(cast: Cast) -> None:
    factories.finish(factories.submit(cast.participant, "random_forest", claim="test"))
    page = cast.clients["participant"].get(f"/dojos/{cast.dojo.public_id}/work/").content.decode()
    assert "teste" not in page
