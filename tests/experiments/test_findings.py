"""All rules together: a good experimenter gets no issue."""

from __future__ import annotations

import pytest
from django.utils import translation

from experiments.demo.simulation import advance_all
from experiments.findings import (
    Record,
    findings_of,
    most_pressing,
    setting_of,
)
from experiments.findings.judging import RULES
from experiments.findings.words import WORDS
from experiments.pages.reads import experiments_of
from tests import factories
from tests.experiments.records import Participant
from tests.work import do_next

pytestmark = [pytest.mark.serverless, pytest.mark.django_db]


def test_no_experiment_no_finding() -> None:
    assert findings_of(Participant().record()) == []


def test_every_finding_has_words_and_a_page_in_both_languages() -> None:
    codes = {rule.problem for rule in RULES} | {rule.strength for rule in RULES}
    assert codes - {""} == set(WORDS)
    for rule in RULES:
        for language in ("en", "fr"):
            with translation.override(language):
                assert not rule.problem or str(WORDS[rule.problem].question)
                assert not rule.strength or not WORDS[rule.strength].question
    someone = Participant()
    someone.has_framing = False
    someone.tries("decision_tree", train=1.0, claim="test")
    someone.tries("decision_tree")
    for finding in findings_of(someone.record(leaks=frozenset({"mean_area"}))):
        with translation.override("fr"):
            assert "%(" not in finding.sentence
        assert finding.url.startswith(f"/dojos/{someone.dojo.public_id}/")


def test_the_most_pressing_are_one_of_a_kind_and_the_gravest_first() -> None:
    someone = Participant()
    someone.has_framing = False
    for _try in range(2):
        someone.tries("random_forest", expected_effect=None)
    pressing = most_pressing(findings_of(someone.record()))
    assert len(pressing) == len({f.code for f in pressing})
    assert [f.severity for f in pressing] == sorted((f.severity for f in pressing), reverse=True)
    assert {f.experiment.number for f in pressing if f.code == "no_expectation"} == {2}


@pytest.mark.django_db(transaction=True)
def test_a_careful_participant_is_has_no_issue_and_a_hurried_one_is() -> None:
    dojo = factories.make_dojo()
    members = {}
    for script in ("careful", "hurried"):
        member = members[script] = factories.join(dojo, script)
        member.simulated_as = script
        member.save()
    for _step in range(12):
        advance_all()
        while do_next():
            pass
    issues = {}
    for script, member in members.items():
        record = Record(
            setting_of(dojo, names_columns=True),
            tuple(experiments_of(member)),
            has_framing=script == "careful",
        )
        assert len(record.experiments) > 1
        issues[script] = {f.code for f in findings_of(record) if f.is_issue}
    assert issues["careful"] == set()
    assert "no_decision" in issues["hurried"]
