"""How large a lead luck alone would give in a Dojo: counted, shown, told, and left out."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assistant.facts.records import work_of
from assistant.model.client import Turn
from assistant.model.prompting import chat_prompt
from classrooms.dojos.settings.rules import proposed_rules
from classrooms.models import Dojo, DojoRules, Seat
from classrooms.models.dojos import Variant
from experiments.compute.room_luck import FEWEST
from experiments.leaderboard.reveal import freeze
from experiments.leaderboard.rows import leaderboard
from experiments.models import LeaderboardSnapshot, Predictions, Run
from tests import factories
from tests.experiments.predicted import predicting, ranked

pytestmark = pytest.mark.django_db


@pytest.fixture
def dojo() -> Dojo:
    return factories.make_dojo()


def everyone(dojo: Dojo, *skills: float) -> list[Seat]:
    """A person with one run for each skill."""
    members = [factories.join(dojo, f"person-{number}-") for number in range(len(skills))]
    for number, (member, skill) in enumerate(zip(members, skills, strict=True)):
        predicting(member, skill, seed=number)
    return members


def page(dojo: Dojo, viewer: Seat, query: str = "", language: str = "en") -> str:
    client = Client()
    client.force_login(viewer.people.get())
    path = f"/dojos/{dojo.public_id}/leaderboard/{query}"
    return client.get(path, headers={"accept-language": language}).content.decode()


def board(dojo: Dojo, viewer: Seat | None = None):
    return leaderboard(Dojo.objects.select_related("rules", "stage").get(pk=dojo.pk), viewer)


def test_every_config_counts_once_and_there_must_be_a_few(dojo: Dojo) -> None:
    members = everyone(dojo, *[1.0] * (FEWEST - 1))
    predicting(members[0], 1.0, seed=1)
    assert ranked(dojo).content["luck"] == {}, "the second person's config again"
    predicting(members[0], 1.0, seed=99)
    luck = ranked(dojo).content["luck"]
    assert luck["configs"] == FEWEST
    scores = [run.score("test", "roc_auc") for run in Run.objects.all()]
    assert luck["middle"] in scores
    assert 0 < luck["gain"] < max(scores) - min(scores) + 0.1


def test_trials_of_a_search_and_repetitions_are_no_configs(dojo: Dojo) -> None:
    everyone(dojo, *[1.0] * FEWEST)
    run = Run.objects.first()
    Run.objects.filter(pk=run.pk).update(
        search={"is_complete": True, "trials": [{"params": {}}] * 40, "candidates": []}
    )
    again = Run.objects.create(
        experiment=run.experiment,
        reproduces=run,
        status="succeeded",
        metrics=run.metrics,
        fingerprint="of other versions",
    )
    Predictions.objects.create(run=again, test=run.predictions.test, out_of_fold=b"")
    assert ranked(dojo).content["luck"]["configs"] == FEWEST


def test_who_leads_by_more_than_luck_is_marked_and_counted(dojo: Dojo) -> None:
    members = everyone(dojo, 0.2, 0.2, 0.2, 0.2, 9.0)
    facilitator = dojo.seats.get(role="facilitator")
    found = ranked(dojo)
    leading = {seat for seat, rank in found.content["ranks"].items() if rank["leads"]}
    assert str(members[-1].pk) in leading
    gain, middle = found.content["luck"]["gain"], found.content["luck"]["middle"]
    for row in board(dojo).rows:
        if row.seat:
            assert row.leads == (row.score > middle + gain), row.name
    shown = page(dojo, members[0])
    assert "5 different configs have been tried on these test rows." in shown
    assert f"lead the middle one by about {gain:.3f}, by luck alone" in shown
    people = "1 person leads" if len(leading) == 1 else f"{len(leading)} people lead"
    audience = page(dojo, facilitator, "?audience")
    assert f"by luck alone, the best would lead the middle one by about {gain:.3f}." in audience
    for whole in (shown, audience):
        assert f"{people} it by more." in whole
        assert whole.count("more than luck") == len(leading)
    french = page(dojo, members[0], language="fr")
    assert "5 configurations différentes" in french
    assert f"{gain:.3f}".replace(".", ",") in french


def test_lower_is_better_where_it_is() -> None:
    dojo = factories.make_dojo(primary_metric="log_loss", success_threshold=0.3)
    members = everyone(dojo, 0.2, 0.2, 0.2, 0.2, 3.0)
    found = ranked(dojo).content
    assert found["luck"]["gain"] > 0
    assert found["ranks"][str(members[-1].pk)]["leads"]
    assert not found["ranks"][str(members[0].pk)]["leads"]


def test_where_participants_see_only_their_own_score_nobody_is_counted(dojo: Dojo) -> None:
    members = everyone(dojo, 0.2, 0.2, 0.2, 0.2, 9.0)
    ranked(dojo)
    DojoRules.objects.update(visibility="nothing")
    assert "it by more" not in page(dojo, members[0])
    assert "more than luck" not in page(dojo, members[0])
    assert "more than luck" in page(dojo, members[-1])


def test_a_rule_leaves_it_out_and_two_hours_propose_that(dojo: Dojo) -> None:
    assert {variant: proposed_rules(variant).tells_luck for variant in Variant} == {
        Variant.DISCOVERY: False,
        Variant.STANDARD: True,
        Variant.ADVANCED: True,
        Variant.SOLO: True,
    }
    members = everyone(dojo, 0.2, 0.2, 0.2, 0.2, 9.0)
    ranked(dojo)
    DojoRules.objects.update(tells_luck=False)
    assert board(dojo).luck is None
    assert "luck" not in page(dojo, members[-1])
    assert work_of(Seat.objects.get(pk=members[-1].pk)).luck is None
    found = ranked(dojo)
    assert (found.content["luck"], found.resamples) == ({}, {}), "nor is it computed"


def test_a_frozen_board_says_nothing_of_later_runs(dojo: Dojo) -> None:
    everyone(dojo, 0.2, 0.2, 0.2, 0.2, 9.0)
    Run.objects.update(finished_at=timezone.now() - timedelta(minutes=9))
    ranked(dojo)
    LeaderboardSnapshot.objects.update(started_at=timezone.now() - timedelta(minutes=5))
    freeze(dojo)
    assert board(dojo).luck is not None
    LeaderboardSnapshot.objects.update(started_at=timezone.now() + timedelta(seconds=5))
    assert board(dojo).luck is None
    assert not any(row.leads for row in board(dojo).rows)
    facilitator = dojo.seats.get(role="facilitator")
    assert board(dojo, facilitator).luck is not None


def test_the_coach_is_told_and_tells(dojo: Dojo) -> None:
    from assistant.facts.small_talk import answer_by_rules

    members = everyone(dojo, 0.2, 0.2, 0.2, 0.2, 9.0)
    gain = ranked(dojo).content["luck"]["gain"]
    first, best = (work_of(Seat.objects.get(pk=one.pk)) for one in (members[0], members[-1]))
    told = answer_by_rules(first, None, "Is it just luck?").text
    assert "5 different configs have been tried" in told
    assert f"{gain:.3f}" in told
    assert "Your best run does not lead it by more." in told
    assert "Your best run leads it by more." in answer_by_rules(best, None, "Is it just luck?").text
    prompt = chat_prompt(best, None, [Turn("user", "Luck?")], language="en")
    assert '"configs_tried_by_everyone":5' in prompt.current
    assert '"their_best_leads_by_more":true' in prompt.current
    LeaderboardSnapshot.objects.all().delete()
    without = work_of(Seat.objects.get(pk=members[0].pk))
    assert "configs have been tried" not in answer_by_rules(without, None, "Is it just luck?").text
    prompt = chat_prompt(without, None, [Turn("user", "Luck?")], language="en")
    assert "configs_tried" not in prompt.current
