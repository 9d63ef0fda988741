"""Columns marked while a Dojo goes on: runs are judged anew, and people are told without blame."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from classrooms.models import Announcement, AuditEntry, Dojo, Seat
from engine.spec.columns import Columns
from experiments.alarms.marking import leave_traps, mark_columns
from experiments.forecasts.belief import leaks_of, traps_of
from experiments.leaderboard.entries import entries_of
from experiments.models import Experiment, Interpretation, LeaderboardSnapshot, Run, Stage
from tests import factories
from tests.conftest import Cast
from tests.work import do_next

pytestmark = pytest.mark.django_db

COLUMN = "worst_area"
ENGLISH = {"accept-language": "en"}


def fresh(dojo: Dojo) -> Dojo:
    return Dojo.objects.select_related("dataset").get(pk=dojo.pk)


def facilitator_of(dojo: Dojo) -> Seat:
    return Seat.objects.with_dojo().get(dojo=dojo, role="facilitator")


def without(seat: Seat, column: str = COLUMN) -> Any:
    config = factories.config_of(seat)
    kept = [name for name in config.columns.include if name != column]
    return config.model_copy(update={"columns": Columns(include=kept)})


def scored(seat: Seat, test: float, **fields: Any) -> Experiment:
    experiment = factories.submit(seat, **{"model": "logistic_regression"} | fields)
    factories.finish(experiment, test=test)
    return experiment


def test_runs_that_used_it_no_longer_rank_until_it_is_unmarked(cast: Cast) -> None:
    facilitator = facilitator_of(cast.dojo)
    used = scored(cast.participant, 0.99)
    spared = scored(cast.neighbour, 0.9, config=without(cast.neighbour))
    LeaderboardSnapshot.objects.update(status="succeeded")
    assert mark_columns(facilitator, [COLUMN])
    entries = entries_of(cast.dojo)
    # Their first run is a dummy, which reads no column.
    assert entries[cast.participant.pk].experiment == cast.experiment
    assert entries[cast.neighbour.pk].ranked == spared
    assert Run.objects.get(experiment=used).warnings == [
        {"code": "leaking_column", "context": {"names": [COLUMN], "more": 0}}
    ]
    assert LeaderboardSnapshot.objects.get().status == "queued"
    assert leaks_of(fresh(cast.dojo)) == {COLUMN}
    assert not mark_columns(facilitator, [COLUMN])
    assert mark_columns(facilitator, [])
    assert entries_of(cast.dojo)[cast.participant.pk].ranked == used
    assert not leaks_of(fresh(cast.dojo))


def test_who_is_concerned_gets_a_message_that_names_and_blames_nobody(cast: Cast) -> None:
    first, second = scored(cast.participant, 0.99), scored(cast.participant, 0.98)
    scored(cast.neighbour, 0.9, config=without(cast.neighbour))
    mark_columns(facilitator_of(cast.dojo), [COLUMN])
    (message,) = Announcement.objects.all()
    assert message.recipient == cast.participant
    assert message.text.startswith("We found out that a column of your experiments #2 and #3")
    assert "Their runs don't rank any more. The score alone couldn't tell you." in message.text
    assert COLUMN not in message.text
    assert message.link == second.get_absolute_url()
    mark_columns(facilitator_of(cast.dojo), [])
    again = Announcement.objects.latest("pk")
    assert "#2 and #3 is known when you predict after all: their runs rank again." in again.text
    assert first.number == 2


def test_a_column_that_is_marked_under_way_stays_ticked(cast: Cast) -> None:
    """Left out of the first form all at once, it would be told."""
    mark_columns(facilitator_of(cast.dojo), [COLUMN])
    dojo = fresh(cast.dojo)
    assert traps_of(dojo) == {COLUMN}
    leave_traps(dojo, [])
    assert not traps_of(fresh(cast.dojo))


def test_a_mark_holds_for_its_dojo_only(cast: Cast) -> None:
    elsewhere = factories.make_dojo(dataset=cast.dojo.dataset)
    mark_columns(facilitator_of(cast.dojo), [COLUMN])
    assert not leaks_of(fresh(elsewhere))
    assert not fresh(elsewhere).schema.by_name[COLUMN].leak
    assert fresh(cast.dojo).schema.by_name[COLUMN].leak


def test_what_the_dataset_says_can_be_taken_back(cast: Cast) -> None:
    dataset = cast.dojo.dataset
    for column in dataset.data_schema["columns"]:
        column["leak"] = column["name"] == COLUMN
    dataset.save()
    assert leaks_of(fresh(cast.dojo)) == {COLUMN}
    mark_columns(facilitator_of(cast.dojo), [])
    assert not leaks_of(fresh(cast.dojo))
    assert not fresh(cast.dojo).schema.by_name[COLUMN].leak


def test_a_run_that_was_under_way_is_judged_by_the_marks_of_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from experiments.compute import execution

    dojo = factories.make_dojo()
    experiment = factories.submit(factories.join(dojo), "logistic_regression")
    original = execution.library_versions

    def marked_meanwhile() -> dict[str, str]:
        mark_columns(facilitator_of(dojo), [COLUMN])
        return original()

    monkeypatch.setattr(execution, "library_versions", marked_meanwhile)
    assert do_next(Run)
    assert Experiment.objects.get(pk=experiment.pk).run.uses_marked_column


def test_subgroups_in_its_terms_are_looked_for_again(cast: Cast) -> None:
    stage = Interpretation.objects.get(run__experiment=cast.experiment, stage=Stage.SUBGROUPS)
    condition = {"column": COLUMN, "kind": "between", "low": 1.0, "high": 2.0}
    stage.content["slices"]["found"] = [{"conditions": [condition]}]
    stage.save()
    mark_columns(facilitator_of(cast.dojo), ["mean_texture"])
    assert Interpretation.objects.get(pk=stage.pk).has_succeeded
    mark_columns(facilitator_of(cast.dojo), ["mean_texture", COLUMN])
    assert Interpretation.objects.get(pk=stage.pk).is_unfinished


def test_a_facilitator_marks_on_a_page_that_says_what_happens(cast: Cast) -> None:
    scored(cast.participant, 0.99)
    address = reverse("experiments:marks", args=[cast.dojo.public_id])
    client = cast.clients["facilitator"]
    page = client.get(address, headers=ENGLISH).content.decode()
    assert "names no column" in page
    assert f'value="{COLUMN}"' in page
    response = client.post(address, {"columns": [COLUMN]}, headers=ENGLISH, follow=True)
    assert "those concerned have a message" in response.content.decode()
    assert AuditEntry.objects.filter(action="marked").count() == 1
    marks = client.get(address).context["form"]["columns"]
    assert [mark.data["value"] for mark in marks if mark.data["selected"]] == [COLUMN]
    board = reverse("experiments:leaderboard", args=[cast.dojo.public_id])
    seen = cast.clients["participant"].get(board, headers=ENGLISH).content.decode()
    assert COLUMN not in seen
    assert client.post(address, {"columns": ["no such"]}).status_code == 200
    assert leaks_of(fresh(cast.dojo)) == {COLUMN}


def test_who_takes_part_elsewhere_on_the_same_data_marks_nothing(cast: Cast) -> None:
    facilitator = facilitator_of(cast.dojo)
    copy = factories.copy_of_dataset(cast.dojo.dataset)
    other = factories.make_dojo(factories.make_user(), dataset=copy)
    person = facilitator.people.get()
    factories.services.join_dojo(dojo=other, user=person, display_name="Me too")
    address = reverse("experiments:marks", args=[cast.dojo.public_id])
    assert cast.clients["facilitator"].get(address).status_code == 404
