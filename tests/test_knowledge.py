"""Who may know what a Dojo hides, and when: one rule on every page, export, prompt and API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from classrooms.datasets.services import add_bundled_dataset
from classrooms.knowledge import (
    hiding_dojos,
    knows_truths,
    may_take_everything,
    same_split_elsewhere,
)
from classrooms.models import Dataset, Dojo, Seat, User
from classrooms.solo.services import begin_solo
from experiments.exports.archives.personal import personal_records
from experiments.exports.documents.log import experiment_log
from experiments.exports.record import record_of
from experiments.leaderboard.reveal import reveal_all
from experiments.models import Experiment, Interpretation, Run, Stage
from tests import factories
from tests.conftest import Cast

LEAK = "mean_area"
ENGLISH = {"accept-language": "en"}
MARKED = "It uses a column that may be recorded after the outcome."


def end(dojo: Dojo) -> None:
    Dojo.objects.filter(pk=dojo.pk).update(state=Dojo.State.ENDED)


def person_of(seat: Seat) -> User:
    return seat.people.get()


def fresh(seat: Seat) -> Seat:
    return Seat.objects.with_dojo().get(pk=seat.pk)


@pytest.fixture
def marked(cast: Cast) -> Cast:
    """The participant's run used a column that the facilitator marked."""
    Dataset.objects.filter(pk=cast.dojo.dataset_id).update(leak_columns=[LEAK])
    warning = {"code": "leaking_column", "context": {"names": [LEAK], "more": 0}}
    QuerySet(Experiment).update(
        config=factories.config_of(cast.participant).model_dump(mode="json"),
    )
    Run.objects.update(warnings=[warning])
    limits = [
        {"code": "leaking_column", "context": {"names": [LEAK], "more": 0}}
        | {"severity": "high", "is_spoiler": False},
        {"code": "leak_suspected", "context": {"names": [LEAK], "more": 0}}
        | {"severity": "high", "is_spoiler": True},
    ]
    stage = Interpretation.objects.get(run__experiment=cast.experiment, stage=Stage.SUBGROUPS)
    stage.content["limits"] = limits
    stage.save()
    return cast


def named(text: str) -> bool:
    """Whether a sentence about marked columns names this one."""
    return f"“{LEAK}”" in text


def pages_of(cast: Cast, role: str) -> dict[str, str]:
    experiment = cast.experiment
    arguments = [cast.dojo.public_id, experiment.public_id]
    addresses = {
        "page": reverse("experiments:experiment", args=arguments),
        "run": reverse("experiments:run", args=arguments),
        "limits": reverse("experiments:analysis", args=[*arguments, "limits"]),
        "feedback": reverse("assistant:feedback", args=arguments),
        "workspace": reverse("experiments:workspace", args=[cast.dojo.public_id]),
        "room": reverse("experiments:participants", args=[cast.dojo.public_id]),
        "person": reverse(
            "experiments:person", args=[cast.dojo.public_id, cast.participant.public_id]
        ),
    }
    client = cast.clients[role]
    return {
        name: client.get(address, headers=ENGLISH).content.decode()
        for name, address in addresses.items()
    }


def test_the_name_of_a_marked_column_is_told_to_participants_at_the_end_only(marked: Cast) -> None:
    before = pages_of(marked, "participant")
    assert "Your facilitator marked a column that it uses" in before["page"]
    assert not any(named(page) for page in before.values())
    end(marked.dojo)
    after = pages_of(marked, "participant")
    assert named(after["page"])
    assert named(after["run"])
    assert named(after["limits"])


def test_facilitators_are_told_from_the_start(marked: Cast) -> None:
    pages = pages_of(marked, "facilitator")
    assert all(named(pages[name]) for name in ("page", "run", "limits", "person")), pages


def test_a_facilitator_who_takes_part_elsewhere_on_the_same_data_is_not_told(marked: Cast) -> None:
    facilitator = marked.dojo.seats.get(role="facilitator")
    stranger = Seat.objects.get(display_name="stranger")
    assert knows_truths(fresh(facilitator))
    other = factories.make_dojo(
        factories.make_user(), dataset=factories.copy_of_dataset(marked.dojo.dataset)
    )
    factories.services.join_dojo(dojo=other, user=person_of(facilitator), display_name="Me too")
    assert not knows_truths(fresh(facilitator))
    assert not any(named(page) for page in pages_of(marked, "facilitator").values())
    assert not may_take_everything(fresh(facilitator))
    end(other)
    assert knows_truths(fresh(facilitator))
    assert may_take_everything(fresh(facilitator))
    assert not knows_truths(fresh(stranger))


def test_the_record_names_it_nowhere_before_the_end(marked: Cast) -> None:
    def exports() -> list[str]:
        seat = fresh(marked.participant)
        rows: Any = personal_records(seat, [person_of(seat)], is_for_facilitator=False)
        return [experiment_log(record_of(seat)), json.dumps(rows["experiments.run"], default=str)]

    assert not any(LEAK in text for text in exports()[1:])
    assert not named(exports()[0])
    end(marked.dojo)
    log, rows = exports()
    assert named(log)
    assert LEAK in rows


def test_the_prompt_of_the_coach_names_it_only_as_the_record_does(marked: Cast) -> None:
    from assistant.facts.records import work_of
    from assistant.facts.rules import review_by_rules

    def review() -> str:
        work = work_of(fresh(marked.participant))
        return str(review_by_rules(work.facts(work.record.experiments[0].pk)).model_dump())

    Experiment.objects.update(decision="keep", analysis="Good.", concluded_at=timezone.now())
    assert MARKED in review()
    assert LEAK not in review()


def test_a_dataset_page_shows_no_truth_to_who_takes_part_on_the_same_data(cast: Cast) -> None:
    person = person_of(cast.participant)
    copy = factories.copy_of_dataset(cast.dojo.dataset, owner_id=person.pk)
    address = reverse("classrooms:dataset", args=[copy.public_id])
    title = cast.dojo.dataset.bundled.traps[0].title  # type: ignore[union-attr]
    trap = str(title)
    client = cast.clients["participant"]
    page = client.get(address, headers=ENGLISH).content.decode()
    assert trap not in page
    assert "Open that Dojo" in page
    end(cast.dojo)
    page = client.get(address, headers=ENGLISH).content.decode()
    assert trap in page
    owner = cast.clients["facilitator"]
    address = reverse("classrooms:dataset", args=[cast.dojo.dataset.public_id])
    assert trap in owner.get(address, headers=ENGLISH).content.decode()


def test_it_is_the_same_data_by_content_too(cast: Cast) -> None:
    """An upload of the very file."""
    copy = factories.copy_of_dataset(
        cast.dojo.dataset, owner=person_of(cast.participant), bundled_key=""
    )
    assert hiding_dojos([person_of(cast.participant)], copy).get() == cast.dojo
    Dataset.objects.filter(pk=copy.pk).update(content_hash="0" * 64)
    copy.refresh_from_db()
    assert not hiding_dojos([person_of(cast.participant)], copy).exists()


def test_a_solo_session_hides_until_its_end(cast: Cast) -> None:
    person = factories.make_user()
    dataset = factories.copy_of_dataset(cast.dojo.dataset, owner_id=person.pk)
    dojo = begin_solo(person, dataset, language="en")
    seat = dojo.seats.get()
    assert not knows_truths(fresh(seat))
    assert hiding_dojos([person], dataset).get() == dojo
    end(dojo)
    assert knows_truths(fresh(seat))


def test_each_copy_of_a_bundled_dataset_is_split_its_own_way(cast: Cast) -> None:
    person = person_of(cast.participant)
    seeds = {add_bundled_dataset(person, "churn").split_seed for _copy in range(4)}
    assert len(seeds) == 4


def test_who_takes_part_on_the_same_split_reveals_no_score(cast: Cast) -> None:
    facilitator = cast.dojo.seats.get(role="facilitator")
    other = factories.make_dojo(
        factories.make_user(),
        title="Next door",
        dataset=factories.copy_of_dataset(cast.dojo.dataset),
    )
    factories.services.join_dojo(dojo=other, user=person_of(facilitator), display_name="Me too")
    address = reverse("experiments:reveal", args=[cast.dojo.public_id])
    page = cast.clients["facilitator"].post(address, {"rows": "all"}, follow=True, headers=ENGLISH)
    cast.dojo.stage.refresh_from_db()
    assert not cast.dojo.stage.holdout_is_revealed
    assert "Next door" in page.content.decode()
    # Split by another seed, its scores say nothing of those.
    Dataset.objects.filter(pk=other.dataset_id).update(split_seed=1)
    assert same_split_elsewhere(fresh(facilitator)) is None
    Dataset.objects.update(split_kind="time")
    assert same_split_elsewhere(fresh(facilitator)) == other
    Dataset.objects.update(split_kind="stratified")
    cast.clients["facilitator"].post(address, {"rows": "all"})
    cast.dojo.stage.refresh_from_db()
    assert cast.dojo.stage.holdout_is_revealed


def admin_page(client: Client, run: Run) -> str:
    answer = client.get(reverse("admin:experiments_run_change", args=[run.pk]), headers=ENGLISH)
    return answer.content.decode()


def test_the_admin_prints_no_hidden_score_before_its_reveal(cast: Cast) -> None:
    run = cast.experiment.run
    Run.objects.filter(pk=run.pk).update(holdout_metrics={"roc_auc": 0.73737})
    staff = Client()
    staff.force_login(factories.make_user(is_staff=True, is_superuser=True))
    for client in (cast.clients["facilitator"], staff):
        page = admin_page(client, run)
        assert "Succeeded" in page
        assert "0.73737" not in page
    reveal_all(cast.dojo)
    assert "0.73737" in admin_page(staff, run)


def test_a_solo_session_opens_no_admin(cast: Cast) -> None:
    person = factories.make_user()
    begin_solo(
        person, factories.copy_of_dataset(cast.dojo.dataset, owner_id=person.pk), language="en"
    )
    client = Client()
    client.force_login(person)
    assert client.get(reverse("admin:index")).status_code == 302
    facilitator = cast.dojo.seats.get(role="facilitator").people.get()
    mine = begin_solo(
        facilitator,
        factories.copy_of_dataset(cast.dojo.dataset, owner_id=facilitator.pk),
        language="en",
    )
    shown = cast.clients["facilitator"].get(reverse("admin:classrooms_dojo_changelist"))
    assert mine not in shown.context["cl"].queryset
