"""Claims on the hidden rows: the rule of the verdicts, and how many would hold."""

from statistics import NormalDist, mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.judge import power
from engine.judge.replication import Replication, replicate, tally
from engine.judge.verdict import DECIDED, MISSED, Forecast, verdict_on

ends = st.floats(-0.2, 0.2)
sizes = st.floats(0.001, 0.2)
margins = st.floats(0.0, 0.05)
intervals = st.tuples(ends, ends).map(lambda pair: (min(pair), max(pair)))


def rises(size: float) -> Forecast:
    return Forecast("rises", size, size / 2, 1.5 * size)


def stays(margin: float) -> Forecast:
    return Forecast("stays", 0.0, -margin, margin, margin=margin)


def mirrored(claim: Forecast) -> Forecast:
    kind = {"rises": "falls", "falls": "rises", "stays": "stays"}[claim.kind]
    return Forecast(kind, -claim.size, -claim.high, -claim.low, margin=claim.margin)


claims = st.one_of(sizes.map(rises), sizes.map(rises).map(mirrored), sizes.map(stays))


@given(intervals, claims, margins)
def test_the_answer_is_that_of_the_verdict(
    interval: tuple[float, float], claim: Forecast, margin: float
) -> None:
    verdict = verdict_on(interval, claim, margin=margin)
    expected = {True: "contradicted", False: "holds"}[verdict in MISSED]
    found = replicate(interval, claim, margin=margin).answer
    assert found == (expected if verdict in DECIDED else "cannot_tell")


@given(intervals, claims, margins)
def test_a_claim_and_its_mirror_image_have_mirrored_answers(
    interval: tuple[float, float], claim: Forecast, margin: float
) -> None:
    low, high = interval
    assert replicate(interval, claim, margin=margin) == replicate(
        (-high, -low), mirrored(claim), margin=margin
    )


@given(intervals, claims, margins)
def test_chances_are_chances_and_what_is_true_holds_no_less_often(
    interval: tuple[float, float], claim: Forecast, margin: float
) -> None:
    found = replicate(interval, claim, margin=margin)
    assert 0 <= found.if_not <= 0.0251
    assert found.if_not - 1e-9 <= found.if_true <= 1


@given(st.lists(st.tuples(intervals, claims, margins)))
def test_counts_add_up(several: list[tuple[tuple[float, float], Forecast, float]]) -> None:
    found = [replicate(interval, claim, margin=margin) for interval, claim, margin in several]
    counted = tally(found)
    assert counted.count == len(several)
    assert counted.holds == [one.answer for one in found].count("holds")
    assert counted.contradicted == [one.answer for one in found].count("contradicted")
    assert counted.if_none <= counted.if_all + 1e-6 <= counted.count + 1e-6
    assert counted.if_all == pytest.approx(sum(one.if_true for one in found))


@given(sizes, st.floats(0.001, 0.1))
def test_without_a_margin_it_is_the_power_of_the_ruler(size: float, error: float) -> None:
    reach = power.Z_95 * error
    found = replicate((-reach, reach), rises(size), margin=0.0)
    assert found.if_true == pytest.approx(power.chance_to_see(size, error))
    found = replicate((-reach, reach), stays(size), margin=0.0)
    assert found.if_true == pytest.approx(power.chance_to_show_no_change(size, error), abs=1e-9)


@pytest.mark.parametrize("error", [0.004, 0.01, 0.03])
@pytest.mark.parametrize("margin", [0.0, 0.01, 0.04])
@pytest.mark.parametrize("claim", [rises(0.03), mirrored(rises(0.03)), stays(0.03)])
def test_as_many_hold_as_are_expected(claim: Forecast, margin: float, error: float) -> None:
    reach, draws = power.Z_95 * error, 1_000
    sides = {"true": claim.size, "not": claim.margin if claim.kind == "stays" else 0.0}
    for name, true in sides.items():
        found: list[Replication] = []
        for draw in range(draws):
            value = NormalDist(true, error).inv_cdf((draw + 0.5) / draws)
            found.append(replicate((value - reach, value + reach), claim, margin=margin))
        held = mean(one.answer == "holds" for one in found)
        expected = found[0].if_true if name == "true" else found[0].if_not
        assert held == pytest.approx(expected, abs=0.002)


def test_two_models_that_predict_the_same_leave_nothing_to_chance() -> None:
    found = replicate((0.0, 0.0), rises(0.02), margin=0.01)
    assert found == Replication("contradicted", if_true=1.0, if_not=0.0)
    found = replicate((0.0, 0.0), stays(0.02), margin=0.01)
    assert found == Replication("holds", if_true=1.0, if_not=0.0)


def test_a_score_is_no_claim_about_a_difference() -> None:
    with pytest.raises(ValueError, match="score"):
        replicate((0.7, 0.8), Forecast("score", 0.75, 0.7, 0.8), margin=0.01)
