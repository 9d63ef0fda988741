"""The reveal tells which claims hold, then the scores; leaks fall to what production would show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from classrooms.dojos.settings.rules import proposed_rules
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, DojoRules, DojoStage, Seat
from classrooms.models.dojos import Variant
from experiments.exports.documents.log import experiment_log
from experiments.exports.record import record_of
from experiments.holdout.board import claims_for
from experiments.holdout.claims import claim_of, kept_claims
from experiments.holdout.page import holdout_page
from experiments.leaderboard.reveal import reveal_all, reveal_next, reveal_rows
from experiments.models import Experiment, HoldoutResult, Run
from experiments.submit.services import choose_experiment
from experiments.summary.page import summary_of
from tests import factories

pytestmark = pytest.mark.django_db

MARKED = {"code": "leaking_column", "context": {"names": ["worst_area"], "more": 0}}
HOLDS, CONTRADICTED, CANNOT_TELL = (0.01, 0.05), (-0.05, -0.01), (-0.02, 0.04)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def dojo() -> Dojo:
    dojo = factories.make_dojo()
    DojoRules.objects.filter(dojo=dojo).update(margins={"roc_auc": 0.005})
    return dojo


def fresh(dojo: Dojo) -> Dojo:
    return Dojo.objects.select_related("dataset", "rules", "stage").get(pk=dojo.pk)


def claimed(
    member: Seat,
    interval: tuple[float, float] | None,
    *,
    decision: str = "keep",
    size: float = 0.02,
) -> Experiment:
    """An experiment that forecast a difference from the first, and what the hidden rows say."""
    first = member.experiments.order_by("number").first()
    if first is None:
        first = factories.submit(member, "logistic_regression")
        factories.finish(first, test=0.9)
    one = factories.submit(member, "decision_tree", compared_to=first, expected_effect=size)
    run = factories.finish(one, test=0.92, holdout=0.91)
    Run.objects.filter(pk=run.pk).update(intervals={"roc_auc": [0.9, 0.94]})
    if interval:
        low, high = interval
        found = {"roc_auc": {"low": low, "high": high, "estimate": (low + high) / 2}}
        HoldoutResult.objects.filter(run=run).update(differences=found)
    Experiment.objects.filter(pk=one.pk).update(decision=decision, concluded_at=timezone.now())
    return Experiment.objects.with_results().get(pk=one.pk)


def leaking(member: Seat, test: float, holdout: float, production: float | None) -> Experiment:
    """A run that uses a marked column."""
    one = factories.submit(member, "logistic_regression", expected_effect=None)
    run = factories.finish(one, test=test, holdout=holdout)
    Run.objects.filter(pk=run.pk).update(
        warnings=[MARKED], intervals={"roc_auc": [test - 0.01, test + 0.01]}
    )
    known = {"roc_auc": production} if production is not None else {}
    HoldoutResult.objects.filter(run=run).update(
        missing_columns=["worst_area"], production_metrics=known
    )
    return Experiment.objects.with_results().get(pk=one.pk)


def page(dojo: Dojo, viewer: Seat, query: str = "", language: str = "en") -> str:
    client = Client()
    client.force_login(viewer.people.get())
    path = f"/dojos/{dojo.public_id}/leaderboard/{query}"
    return client.get(path, headers={"accept-language": language}).content.decode()


# --- Claims -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("interval", "size", "answer"),
    [
        (HOLDS, 0.02, "holds"),
        (CONTRADICTED, 0.02, "contradicted"),
        (CANNOT_TELL, 0.02, "cannot_tell"),
        (CONTRADICTED, -0.02, "holds"),
        ((-0.004, 0.004), 0.02, "contradicted"),
        ((-0.004, 0.004), 0.0, "holds"),
        (HOLDS, 0.0, "contradicted"),
        (None, 0.02, ""),
    ],
)
def test_a_claim_is_judged_by_the_rule_of_the_verdicts(
    dojo: Dojo, interval: tuple[float, float] | None, size: float, answer: str
) -> None:
    claim = claim_of(claimed(factories.join(dojo), interval, size=size))
    assert claim is not None
    assert claim.answer == answer
    assert bool(claim.sentence) == bool(answer)


def test_what_is_no_claim_or_not_to_be_believed_is_none(dojo: Dojo) -> None:
    member = factories.join(dojo)
    one = claimed(member, HOLDS)
    first = Experiment.objects.with_results().get(number=1)
    assert claim_of(first) is None, "it forecast a score"
    Run.objects.filter(experiment=one).update(warnings=[MARKED])
    assert claim_of(Experiment.objects.with_results().get(pk=one.pk)) is None


def test_kept_claims_are_counted_beside_those_that_would_hold(dojo: Dojo) -> None:
    for number, interval in enumerate([HOLDS, HOLDS, CONTRADICTED, CANNOT_TELL, None]):
        claimed(factories.join(dojo, f"p{number}"), interval)
    claimed(factories.join(dojo, "rejecting"), HOLDS, decision="reject")
    leak = claimed(factories.join(dojo, "leaking"), HOLDS)
    Run.objects.filter(experiment=leak).update(warnings=[MARKED])
    found = kept_claims(fresh(dojo))
    counted = found.tally
    assert (counted.holds, counted.contradicted, counted.cannot_tell) == (2, 1, 1)
    assert (found.waiting, found.set_aside) == (1, 1)
    assert found.headline == "2 of 4 claims hold"
    assert found.expected == "2 would if all were true, fewer than 1 if none were."
    assert sum(part.width for part in found.parts) == pytest.approx(100)
    assert [claim.answer for claim in found.claims][-1] == ""


def test_the_first_step_tells_claims_and_the_next_a_score(dojo: Dojo) -> None:
    member = factories.join(dojo, "Ada")
    claimed(member, HOLDS)
    facilitator = dojo.seats.get(role="facilitator")
    for viewer in (member, facilitator):
        assert "claim holds" not in page(dojo, viewer)
    reveal_next(dojo)
    stage = fresh(dojo).stage
    assert (stage.claims_are_revealed, stage.revealed_rows) == (True, 0)
    audience = page(dojo, facilitator, "?audience")
    assert "1 of 1 claim holds" in audience
    assert "0.910" not in audience, "no score of the hidden rows yet"
    assert "ROC AUC rises by 0.020" in audience
    assert "Ada" in audience
    reveal_next(dojo)
    audience = page(dojo, facilitator, "?audience")
    assert "0.910" in audience
    assert "1 of 1 claim holds" in audience
    with pytest.raises(NotNow):
        reveal_next(dojo)


def test_without_claims_or_with_the_rule_off_scores_come_first(dojo: Dojo) -> None:
    assert {variant: proposed_rules(variant).tells_claims for variant in Variant} == {
        Variant.DISCOVERY: False,
        Variant.STANDARD: True,
        Variant.ADVANCED: True,
        Variant.SOLO: True,
    }
    member = factories.join(dojo)
    one = claimed(member, HOLDS)
    DojoRules.objects.update(tells_claims=False)
    reveal_next(dojo)
    assert fresh(dojo).stage.holdout_is_revealed
    facilitator = dojo.seats.get(role="facilitator")
    for text in (page(dojo, member), page(dojo, facilitator, "?audience")):
        assert "claim holds" not in text
    told = holdout_page(Experiment.objects.with_results().get(pk=one.pk))
    assert told is not None
    assert told.claim is None
    assert told.hidden is not None


def test_nobody_changes_what_they_kept_once_claims_are_told(dojo: Dojo) -> None:
    member = factories.join(dojo)
    one, other = claimed(member, HOLDS), claimed(member, CONTRADICTED, decision="iterate")
    reveal_next(dojo)
    with pytest.raises(NotNow):
        choose_experiment(one)
    Experiment.objects.filter(pk=other.pk).update(decision="keep", concluded_at=timezone.now())
    assert kept_claims(fresh(dojo)).tally.count == 1


def test_nobody_asks_the_hidden_rows_by_claiming_anew(dojo: Dojo) -> None:
    member = factories.join(dojo, "Amina")
    kept = claimed(member, HOLDS)
    reveal_next(fresh(dojo))
    late = claimed(member, HOLDS, decision="")

    def is_told(experiment: Experiment) -> bool:
        found = holdout_page(Experiment.objects.with_results().get(pk=experiment.pk))
        return found is not None and found.claim is not None

    assert is_told(kept)
    assert not is_told(late), "claims are told, and scores are not"
    reveal_all(fresh(dojo))
    assert is_told(late)


@pytest.mark.parametrize("visibility", ["names", "ranks", "nothing"])
def test_claims_of_others_are_seen_as_their_scores_are(dojo: Dojo, visibility: str) -> None:
    DojoRules.objects.update(visibility=visibility)
    me, other = factories.join(dojo, "myself"), factories.join(dojo, "somebody-else")
    claimed(me, HOLDS)
    claimed(other, CONTRADICTED, size=0.031)
    reveal_next(dojo)
    text = page(dojo, me)
    assert "1 of 2 claims hold" in text
    assert ("rises by 0.031" in text) == (visibility != "nothing")
    assert ("somebody-else" in text) == (visibility == "names")
    assert "rises by 0.020" in text
    facilitator = dojo.seats.get(role="facilitator")
    assert "somebody-else" in page(dojo, facilitator)
    audience = page(dojo, facilitator, "?audience")
    assert ("rises by 0.031" in audience) == (visibility != "nothing")
    assert ("somebody-else" in audience) == (visibility == "names")


def test_the_page_and_the_log_say_it_of_each_experiment(dojo: Dojo) -> None:
    member = factories.join(dojo)
    one = claimed(member, CONTRADICTED, decision="reject")
    client = Client()
    client.force_login(member.people.get())

    def texts() -> tuple[str, str]:
        answer = client.get(one.get_absolute_url(), headers={"accept-language": "en"})
        return answer.content.decode(), experiment_log(
            record_of(Seat.objects.with_dojo().get(pk=member.pk))
        )

    for text in texts():
        assert "contradict the forecast" not in text
    reveal_next(dojo)
    for text in texts():
        assert "The holdout rows contradict the forecast: ROC AUC rises by 0.020." in text
    reveal_all(dojo)
    for text in texts():
        assert "confirmed on unseen rows" in text
        assert "0.910" in text


# --- Leaks ------------------------------------------------------------------------
def test_leaks_fall_first_and_rank_nowhere(dojo: Dojo) -> None:
    sound, both = factories.join(dojo, "sound"), factories.join(dojo, "both")
    factories.finish(factories.submit(sound, "logistic_regression"), test=0.9, holdout=0.89)
    leaking(both, 0.97, 0.96, 0.7)
    leaking(both, 0.99, 0.98, 0.6)
    factories.finish(factories.submit(both, "decision_tree"), test=0.8, holdout=0.79)
    rows = reveal_rows(fresh(dojo))
    assert [(row.row.name, row.place) for row in rows] == [
        ("sound", 1),
        ("both", 2),
        ("both", None),
    ]
    assert [row.hidden for row in rows] == [None] * 3
    reveal_next(dojo)
    fallen = reveal_rows(fresh(dojo))[2]
    assert (fallen.holdout, fallen.hidden.production, fallen.reason) == (0.98, 0.6, "leak")
    assert fallen.is_latest
    assert fallen.moved == 0
    audience = page(dojo, dojo.seats.get(role="facilitator"), "?audience")
    assert "In production" in audience
    assert "From 0.980 to 0.600" in audience
    assert "worst_area" not in audience
    reveal_all(dojo)
    assert [row.hidden_place for row in reveal_rows(fresh(dojo))] == [1, 2, None]
    summary = summary_of(fresh(dojo), Seat.objects.with_dojo().get(dojo=dojo, role="facilitator"))
    (fall,) = summary.falls
    assert (fall.name, fall.number, fall.test) == ("both", 2, 0.99)
    assert fall.hidden.production == 0.6


@pytest.mark.parametrize(
    ("production", "reason", "shown"),
    [(0.985, "needless", "0.985"), (0.5, "leak", "0.500"), (None, "unknown", "–")],
)
def test_what_is_left_of_a_score_decides_the_words(
    dojo: Dojo, production: float | None, reason: str, shown: str
) -> None:
    member = factories.join(dojo)
    one = leaking(member, 0.99, 0.98, production)
    if production is None:
        HoldoutResult.objects.update(status="queued")
    reveal_all(dojo)
    (row,) = reveal_rows(fresh(dojo))
    assert row.reason == reason
    client = Client()
    client.force_login(member.people.get())
    text = client.get(one.get_absolute_url(), headers={"accept-language": "en"}).content.decode()
    assert "As they would arrive in production" in text
    assert shown in text
    log = experiment_log(record_of(Seat.objects.with_dojo().get(pk=member.pk)))
    assert ("as they would arrive in production" in log) == (production is not None)
    assert "worst_area" not in row.words


def test_queries_do_not_grow_with_claims_and_leaks(dojo: Dojo) -> None:
    counts = []
    reveal_all(dojo)
    later = timezone.now() + timedelta(days=1)
    DojoStage.objects.update(claims_revealed_at=later)
    for more in (1, 2, 6):
        for _person in range(more):
            member = factories.join(dojo, f"p{Seat.objects.count()}")
            claimed(member, HOLDS)
            leaking(member, 0.99, 0.98, 0.6)
        facilitator = Seat.objects.with_dojo().get(dojo=dojo, role="facilitator")
        with CaptureQueriesContext(connection) as queries:
            found = claims_for(facilitator, is_audience=False)
            assert found is not None
            assert [claim.name and claim.words for claim in found.shown]
            assert reveal_rows(facilitator.dojo)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2], counts
