"""Simulated participants go the way that people go, on their own runs' numbers."""

import pytest

from classrooms.agenda import timeline
from classrooms.models import QuizAnswer
from classrooms.theory.deck import answer_slide
from classrooms.theory.services import show_slide
from experiments.demo.simulation import SCRIPTS, advance_all
from experiments.models import Run
from experiments.pages.reads import experiments_of
from tests import factories
from tests.work import do_next

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


def test_every_script_goes_to_its_end() -> None:
    dojo = factories.make_dojo()
    members = {script: factories.join(dojo) for script in SCRIPTS}
    for script, member in members.items():
        member.simulated_as = script
        member.save()
    for _step in range(12):
        advance_all()
        while Run.objects.queued().exists():
            do_next(Run)
    for script, member in members.items():
        experiments = experiments_of(member)
        assert len(experiments) == len(SCRIPTS[script].steps), script
        assert all(experiment.run.has_succeeded for experiment in experiments), script
        if SCRIPTS[script].concludes:
            assert all(experiment.is_closed for experiment in experiments), script
            score = experiments[0].run.score("test", "roc_auc")
            assert f"{score:.3f}" in experiments[0].analysis
            for one in experiments:
                missed = one.run.confusion["false_negatives"]
                assert not missed or str(missed) in one.limits


def test_nobody_moves_while_the_dojo_is_paused() -> None:
    dojo = factories.make_dojo()
    member = factories.join(dojo)
    member.simulated_as = "careful"
    member.save()
    timeline.pause_dojo(dojo)
    advance_all()
    assert not hasattr(type(member).objects.get(pk=member.pk), "framing")


def test_they_answer_what_a_slide_asks_and_some_are_mistaken() -> None:
    dojo = factories.make_dojo()
    members = {script: factories.join(dojo) for script in SCRIPTS}
    for script, member in members.items():
        member.simulated_as = script
        member.save()
    question = answer_slide("baseline") - 1
    advance_all()
    assert not QuizAnswer.objects.exists()
    show_slide(dojo, question)
    advance_all()
    advance_all()
    assert QuizAnswer.objects.count() == len(SCRIPTS)
    mistaken = QuizAnswer.objects.filter(is_right=False).values_list("seat", flat=True)
    assert set(mistaken) == {members["hurried"].pk, members["curious"].pk}


def test_nobody_keeps_a_leak_and_the_score_without_it_is_kept() -> None:
    seat = factories.join(factories.make_dojo(), "Amina")
    seat.simulated_as = "careful"
    seat.save()
    first = factories.submit(seat, "logistic_regression")
    factories.finish(first, test=0.99)
    alarm = {"column": "worst_area", "reason": "alone", "value": 0.97, "others": 0.7}
    Run.objects.filter(experiment=first).update(alarms=[alarm])
    for _framing_conclusion_and_submission in range(3):
        advance_all()
    factories.finish(experiments_of(seat)[1], test=0.8)
    advance_all()
    assert [one.decision for one in experiments_of(seat)] == ["iterate", "keep"]
