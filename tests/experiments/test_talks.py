"""The queue of presentations, the page of a talk, takeaways, the jury."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from classrooms.exceptions import NotNow
from classrooms.models import Phase, Seat
from classrooms.models.agenda import PhaseKind
from experiments.models import Experiment, Run, Takeaway, Talk
from experiments.talks import services as talks
from experiments.talks.learnings import learnings_of
from experiments.talks.services import talk_queue
from live.models import Topic, current_version
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    """A Dojo with three participants who joined one after the other."""
    dojo = factories.make_dojo()
    return dojo, [factories.join(dojo, name) for name in ("Ada", "Bo", "Cy")]


def names(dojo):
    return [talk.seat.display_name for talk in talk_queue(dojo).talks]


def state(dojo):
    return [
        "now" if t.is_current else "done" if t.is_over else "absent" if t.is_skipped else "waits"
        for t in talk_queue(dojo).talks
    ]


def logged_in(seat: Seat) -> Client:
    client = Client()
    client.force_login(seat.people.get())
    client.cookies["django_language"] = "en"
    return client


def facilitator_of(dojo) -> Seat:
    return dojo.seats.filter(role="facilitator").first()


# --- The queue ----------------------------------------------------------------------------
def test_everyone_stands_as_they_joined_before_anything_is_stored(room) -> None:
    dojo, _people = room
    assert names(dojo) == ["Ada", "Bo", "Cy"]
    assert not Talk.objects.exists()
    talks.begin_next_talk(dojo)
    assert Talk.objects.count() == 3
    factories.join(dojo, "Late")
    assert names(dojo) == ["Ada", "Bo", "Cy", "Late"]


def test_one_talk_is_current_at_most(room) -> None:
    dojo, (_ada, _bo, cy) = room
    talks.begin_next_talk(dojo)
    assert state(dojo) == ["now", "waits", "waits"]
    talks.begin_talk(dojo, cy)
    assert state(dojo) == ["done", "waits", "now"]
    talks.begin_next_talk(dojo)
    assert state(dojo) == ["done", "now", "done"]
    with pytest.raises(NotNow):
        talks.begin_next_talk(dojo)
    talks.end_talk(dojo)
    assert state(dojo) == ["done", "done", "done"]
    with pytest.raises(NotNow):
        talks.end_talk(dojo)


def test_going_back_goes_on_with_the_talk_before(room) -> None:
    dojo, _people = room
    with pytest.raises(NotNow):
        talks.reopen_previous_talk(dojo)
    talks.begin_next_talk(dojo)
    talks.begin_next_talk(dojo)
    talks.reopen_previous_talk(dojo)
    assert state(dojo) == ["now", "waits", "waits"]


def test_who_is_absent_is_passed_over_and_may_come_back(room) -> None:
    dojo, (ada, _bo, _cy) = room
    talks.begin_next_talk(dojo)
    talks.skip_talk(dojo, ada)
    assert state(dojo) == ["absent", "waits", "waits"]
    talks.begin_next_talk(dojo)
    talks.call_again(dojo, ada)
    assert state(dojo) == ["waits", "now", "waits"]
    with pytest.raises(NotNow):
        talks.call_again(dojo, ada)
    talks.begin_next_talk(dojo)
    talks.end_talk(dojo)
    with pytest.raises(NotNow):
        talks.skip_talk(dojo, ada)


def test_the_facilitator_moves_and_shuffles_who_waits(room) -> None:
    dojo, (ada, bo, cy) = room
    talks.move_talk(dojo, cy, by=-1)
    assert names(dojo) == ["Ada", "Cy", "Bo"]
    talks.move_talk(dojo, ada, by=1)
    assert names(dojo) == ["Cy", "Ada", "Bo"]
    with pytest.raises(NotNow):
        talks.move_talk(dojo, bo, by=1)
    talks.begin_next_talk(dojo)
    with pytest.raises(NotNow):
        talks.move_talk(dojo, ada, by=-1)
    for _again in range(5):
        talks.shuffle_talks(dojo)
        assert names(dojo)[0] == "Cy"
        assert sorted(names(dojo)) == ["Ada", "Bo", "Cy"]


def test_the_phase_is_shared_by_who_is_there(room) -> None:
    dojo, (ada, _bo, _cy) = room
    assert talk_queue(dojo).time_each == timedelta(minutes=10)
    talks.skip_talk(dojo, ada)
    Phase.objects.filter(dojo=dojo, kind=PhaseKind.PRESENTATION).update(extra_minutes=10)
    assert talk_queue(dojo).time_each == timedelta(minutes=20)
    talks.begin_next_talk(dojo)
    begun = talk_queue(dojo).current.started_at
    assert talk_queue(dojo).milliseconds_left(begun + timedelta(minutes=21)) == -60_000
    Phase.objects.filter(dojo=dojo, kind=PhaseKind.PRESENTATION).delete()
    assert talk_queue(dojo).milliseconds_left() is None


def test_nobody_presents_before_the_dojo_starts() -> None:
    dojo = factories.make_dojo(started=False)
    member = factories.join(dojo)
    for begin in (lambda: talks.begin_next_talk(dojo), lambda: talks.begin_talk(dojo, member)):
        with pytest.raises(NotNow):
            begin()


def test_the_buttons_do_what_they_say_and_screens_are_told(room) -> None:
    dojo, (_ada, bo, _cy) = room
    client = logged_in(facilitator_of(dojo))
    base = f"/dojos/{dojo.public_id}/talks"
    version = current_version(dojo.pk)
    part = client.post(f"{base}/{bo.public_id}/start/", headers={"HX-Request": "true"}, follow=True)
    assert "talks" in Topic.objects.filter(channel=dojo.pk, version__gt=version).values_list(
        "name", flat=True
    )
    assert state(dojo) == ["waits", "now", "waits"]
    assert part.status_code == 200
    client.post(f"{base}/queue/next/")
    client.post(f"{base}/{bo.public_id}/up/")
    page = client.get(f"{base}/").content.decode()
    assert "the queue had already moved on" in page
    assert client.post(f"{base}/queue/nonsense/").status_code == 404
    assert client.post(f"{base}/{bo.public_id}/nonsense/").status_code == 404
    assert client.post(f"{base}/{facilitator_of(dojo).public_id}/start/").status_code == 404


def test_the_projector_shows_the_talk_or_who_comes_next(room) -> None:
    dojo, (ada, _bo, _cy) = room
    client = logged_in(facilitator_of(dojo))
    path = f"/dojos/{dojo.public_id}/talks/screen/"
    page = client.get(path).content.decode()
    assert "<html" not in page
    assert page.index("Ada") < page.index("Bo") < page.index("Cy")
    factories.finish(factories.submit(ada, claim="Only trees find it."))
    talks.begin_next_talk(dojo)
    page = client.get(path).content.decode()
    assert "Only trees find it." in page
    assert "data-left=" in page
    assert "Cy" not in page


# --- The page ------------------------------------------------------------------------------
def with_comparison(experiment: Experiment, *, test: float) -> None:
    run = factories.finish(experiment, test=test)
    difference = {"low": test - 0.9, "high": test - 0.7, "estimate": test - 0.8}
    Run.objects.filter(pk=run.pk).update(
        intervals={"roc_auc": [test - 0.02, test + 0.02]},
        comparison={"differences": {"roc_auc": difference}, "kind": "model"},
    )


def keep(experiment: Experiment) -> None:
    kept = Experiment.objects.filter(pk=experiment.pk)
    kept.update(decision="keep", concluded_at=timezone.now())


@pytest.fixture
def presenter(room):
    """Four experiments: a baseline, a small surprise that is kept, a large one, a failure."""
    _dojo, (ada, _bo, _cy) = room
    first = factories.submit(ada)
    factories.finish(first, test=0.8)
    second = factories.submit(ada, "decision_tree", compared_to=first, expected_effect=0.01)
    with_comparison(second, test=0.9)
    keep(second)
    third = factories.submit(ada, "random_forest", compared_to=first, expected_effect=0.3)
    with_comparison(third, test=0.81)
    fourth = factories.submit(ada, compared_to=first, expected_effect=0.02)
    fourth.run.transition("failed", failure_code="time_limit", failure_context={"seconds": 9})
    return ada


def page_of(member):
    talk = Talk.objects.filter(seat=member).first() or Talk(position=1)
    talk.seat = Seat.objects.select_related("dojo__dataset").get(pk=member.pk)
    return learnings_of(talk)


def test_the_product_shows_what_is_submitted_and_the_largest_surprise(presenter) -> None:
    page = page_of(presenter)
    assert page.best.experiment.number == 2
    assert page.most_instructive.experiment.number == 3
    assert "+0" in page.most_instructive.reason
    assert (page.failures, page.record.held, page.record.count) == (1, 0, 2)


def test_a_failure_that_was_analysed_teaches_more_than_a_surprise(presenter) -> None:
    Experiment.objects.filter(seat=presenter, number=4).update(analysis="Too many trees.")
    assert page_of(presenter).most_instructive.experiment.number == 4
    assert "Too many trees." in page_of(presenter).learned


def test_a_leak_is_no_best_experiment_unless_the_presenter_says_so(presenter) -> None:
    alarm = {"column": "worst_area", "reason": "alone", "value": 0.97, "others": 0.7}
    second = Experiment.objects.get(seat=presenter, number=2)
    Run.objects.filter(experiment=second).update(alarms=[alarm])
    page = page_of(presenter)
    assert page.best is None
    assert not any(mark.is_best for mark in page.chart.marks)
    Talk.objects.update_or_create(seat=presenter, defaults={"position": 1, "best": second})
    with translation.override("en"):
        assert page_of(presenter).best.reason == "Doesn't rank: open leak alarm."


def test_nothing_run_is_a_page_that_says_so(room) -> None:
    dojo, (ada, _bo, _cy) = room
    page = page_of(ada)
    assert (page.best, page.most_instructive, page.chart) == (None, None, None)
    factories.submit(ada)
    response = logged_in(ada).get(f"/dojos/{dojo.public_id}/talks/{ada.public_id}/")
    assert "No result yet" in response.content.decode()


def test_the_chart_has_a_mark_for_each_experiment_and_for_failures(presenter) -> None:
    chart = page_of(presenter).chart
    assert [mark.number for mark in chart.marks] == [1, 2, 3, 4]
    assert [mark.failed for mark in chart.marks] == [False, False, False, True]
    assert [mark.is_best for mark in chart.marks] == [False, True, False, False]
    heights = [float(mark.y) for mark in chart.marks if mark.y]
    assert heights[1] < heights[2] < heights[0]  # a higher score stands higher
    second = chart.marks[1]
    assert float(second.high) < float(second.y) < float(second.low)
    client = logged_in(presenter)
    client.cookies["django_language"] = "fr"
    path = f"/dojos/{presenter.dojo.public_id}/talks/{presenter.public_id}/"
    drawn = client.get(path).content.decode().split('class="progress-chart"', 1)[1]
    assert "0,900" in drawn  # what is read is French,
    assert f'cy="{second.y}"' in drawn  # what is drawn is not


def test_a_presenter_puts_it_into_their_own_words_and_chooses(presenter) -> None:
    Experiment.objects.filter(seat=presenter, number=2).update(
        analysis="Interactions matter.", next_step="Fewer columns"
    )
    client = logged_in(presenter)
    path = f"/dojos/{presenter.dojo.public_id}/talks/mine/"
    page = client.get(path).content.decode()
    assert "Interactions matter." in page
    assert "Fewer columns" in page
    chosen = Experiment.objects.get(seat=presenter, number=1).public_id
    sent = {"learned": "<b>Trees</b>", "next_step": "", "best": chosen, "most_instructive": ""}
    response = client.post(path, sent, follow=True)
    found = page_of(presenter)
    assert (found.learned, found.best.experiment.number) == ("<b>Trees</b>", 1)
    assert "&lt;b&gt;Trees" in response.content.decode()
    assert "Fewer columns" in response.content.decode()  # nothing written: the record's again


def test_what_cannot_be_kept_stays_typed(presenter) -> None:
    client = logged_in(presenter)
    path = f"/dojos/{presenter.dojo.public_id}/talks/mine/"
    foreign = factories.submit(factories.join(factories.make_dojo(), "Eve")).public_id
    sent = {"learned": "x" * 2001, "next_step": "Y", "best": foreign}
    page = client.post(path, sent).content.decode()
    assert "x" * 2001 in page
    assert 'id="id_learned_error"' in page
    assert 'id="id_best_error"' in page
    assert not Talk.objects.exists()


def test_a_page_no_longer_changes_once_the_dojo_has_ended(presenter) -> None:
    dojo = presenter.dojo
    dojo.state = dojo.State.ENDED
    dojo.save()
    sent = {"learned": "Later", "next_step": ""}
    page = logged_in(presenter).post(f"/dojos/{dojo.public_id}/talks/mine/", sent)
    assert "can&#x27;t change any more" in page.content.decode()
    assert not Talk.objects.exists()


def test_peers_read_a_page_from_the_beginning_of_its_talk(room) -> None:
    dojo, (ada, bo, _cy) = room
    path = f"/dojos/{dojo.public_id}/talks/{ada.public_id}/"
    peer = logged_in(bo)
    assert peer.get(path).status_code == 404
    talks.begin_next_talk(dojo)
    assert peer.get(path).status_code == 200
    talks.begin_next_talk(dojo)
    assert peer.get(path).status_code == 200
    talks.reopen_previous_talk(dojo)
    assert logged_in(ada).get(f"/dojos/{dojo.public_id}/talks/{bo.public_id}/").status_code == 404


# --- Takeaways -------------------------------------------------------------------------------
def test_a_peer_leaves_one_word_changes_it_and_takes_it_back(room) -> None:
    dojo, (ada, bo, _cy) = room
    path = f"/dojos/{dojo.public_id}/talks/{ada.public_id}/takeaway/"
    peer = logged_in(bo)
    assert peer.post(path, {"text": "Too early"}).status_code == 404
    talks.begin_next_talk(dojo)
    peer.post(path, {"text": "Look at the intervals"})
    peer.post(path, {"text": "Look at the errors"})
    assert [word.text for word in Takeaway.objects.all()] == ["Look at the errors"]
    too_long = peer.post(path, {"text": "y" * 501})
    assert "y" * 501 in too_long.content.decode()
    assert 'id="id_text_error"' in too_long.content.decode()
    assert logged_in(ada).post(path, {"text": "I am great"}).status_code == 404
    peer.post(path, {"text": "", "remove": "1"})
    assert not Takeaway.objects.exists()


def test_the_presenter_reads_it_after_the_talk_and_the_facilitator_at_once(room) -> None:
    dojo, (ada, bo, cy) = room
    talks.begin_next_talk(dojo)
    talk = Talk.objects.get(seat=ada)
    talks.leave_takeaway(talk, bo, "Look at the errors")
    path = f"/dojos/{dojo.public_id}/talks/{ada.public_id}/"

    def reads(member) -> bool:
        page = logged_in(member).get(path).content.decode()
        return "Look at the errors" in page

    assert [reads(m) for m in (ada, cy, facilitator_of(dojo))] == [False, False, True]
    talks.end_talk(dojo)
    assert [reads(m) for m in (ada, cy, facilitator_of(dojo))] == [True, False, True]


def test_nobody_else_is_told_of_a_word(room) -> None:
    dojo, (ada, bo, _cy) = room
    talks.begin_next_talk(dojo)
    version = current_version(dojo.pk)
    talks.leave_takeaway(Talk.objects.get(seat=ada), bo, "Yes")
    told = set(
        Topic.objects.filter(channel=dojo.pk, version__gt=version).values_list("name", flat=True)
    )
    assert told == {ada.topic}


# --- Pages --------------------------------------------------------------------------------------
def test_participants_find_the_tab_once_the_phase_has_begun(room) -> None:
    dojo, (ada, _bo, _cy) = room
    path, tab = f"/dojos/{dojo.public_id}/data/", f'href="/dojos/{dojo.public_id}/talks/"'
    assert tab in logged_in(facilitator_of(dojo)).get(path).content.decode()
    assert tab not in logged_in(ada).get(path).content.decode()
    Phase.objects.filter(dojo=dojo, kind=PhaseKind.PRESENTATION).update(started_at=timezone.now())
    assert tab in logged_in(ada).get(path).content.decode()


def test_queries_do_not_grow_with_people_and_their_experiments(room) -> None:
    dojo, (ada, bo, _cy) = room
    first = factories.submit(ada)
    factories.finish(first)
    talks.begin_next_talk(dojo)
    base = f"/dojos/{dojo.public_id}/talks"
    watched = [
        (logged_in(facilitator_of(dojo)), f"{base}/"),
        (logged_in(facilitator_of(dojo)), f"{base}/screen/"),
        (logged_in(facilitator_of(dojo)), f"{base}/{ada.public_id}/"),
        (logged_in(bo), f"{base}/"),
        (logged_in(ada), f"{base}/mine/"),
    ]
    counts = []
    for added in (0, 2, 9):
        for _new in range(added):
            newcomer = factories.join(dojo)
            talks.leave_takeaway(Talk.objects.get(seat=ada), newcomer, "Yes")
            factories.finish(factories.submit(ada, compared_to=first, expected_effect=0.1))
        row = []
        for client, path in watched:
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            row.append(len(queries))
        counts.append(row)
    assert counts[0] == counts[1] == counts[2], counts
