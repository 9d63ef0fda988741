"""Verdicts, power and skill: each point of the plane has one verdict, and errors are known."""

import random
from statistics import NormalDist, mean

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.judge import power
from engine.judge.skill import (
    Scored,
    calibration_curve,
    interval_score,
    mean_skill,
    score_forecast,
)
from engine.judge.verdict import Forecast, direction, guardrail, rows_needed, verdict_on

M = 0.01
ends = st.floats(-0.2, 0.2)
sizes = st.floats(0.001, 0.2)
margins = st.floats(0.0, 0.05)


def rises(size: float, low: float | None = None, high: float | None = None) -> Forecast:
    return Forecast(
        "rises", size, size / 2 if low is None else low, 1.5 * size if high is None else high
    )


def stays(margin: float) -> Forecast:
    return Forecast("stays", 0.0, -margin, margin, margin=margin)


def mirrored(forecast: Forecast) -> Forecast:
    return Forecast("falls", -forecast.size, -forecast.high, -forecast.low)


@pytest.mark.parametrize(
    ("low", "high", "forecast", "verdict"),
    [
        (0.02, 0.05, rises(0.03), "as_forecast"),
        (0.012, 0.02, rises(0.1), "smaller"),
        (0.08, 0.1, rises(0.03), "larger"),
        (-0.01, 0.05, rises(0.03), "cannot_tell"),
        (-0.05, -0.001, rises(0.03), "opposite"),
        # Wholly within the margin, on the forecast side or not.
        (0.001, 0.009, rises(0.005), "too_small"),
        (-0.009, 0.009, rises(0.03), "too_small"),
        (0.0, 0.0, rises(0.03), "too_small"),
        (-0.009, 0.009, stays(M), "equivalent"),
        (0.002, 0.009, stays(M), "equivalent"),
        (-0.009, 0.02, stays(M), "cannot_tell"),
        (0.02, 0.03, stays(M), "refuted"),
        (0.7, 0.79, Forecast("score", 0.9, 0.85, 0.95), "smaller"),
        (0.7, 0.86, Forecast("score", 0.9, 0.85, 0.95), "as_forecast"),
        (0.97, 0.99, Forecast("score", 0.8, 0.75, 0.85), "larger"),
    ],
)
def test_verdicts(low: float, high: float, forecast: Forecast, verdict: str) -> None:
    assert verdict_on((low, high), forecast, margin=M) == verdict
    assert verdict_on((low, high), forecast, margin=M, is_believed=False) == "not_believed"
    if forecast.kind == "rises":
        assert verdict_on((-high, -low), mirrored(forecast), margin=M) == verdict


@given(ends, ends, sizes, margins)
@example(0.0, 0.01, 0.02, 0.005)
@example(-0.01, 0.0, 0.02, 0.005)
@example(0.005, 0.005, 0.02, 0.005)
def test_each_point_of_the_plane_has_one_verdict(
    one: float, other: float, size: float, margin: float
) -> None:
    """The regions of the issue, written apart from the function, in their order."""
    low, high = min(one, other), max(one, other)
    forecast = rises(size)
    regions = {
        "opposite": high < 0,
        "too_small": high >= 0 and low >= -margin and high <= margin,
    }
    is_open = not any(regions.values())
    regions |= {
        "as_forecast": is_open and low > 0 and high >= forecast.low and low <= forecast.high,
        "smaller": is_open and low > 0 and high < forecast.low,
        "larger": is_open and low > 0 and low > forecast.high,
        "cannot_tell": is_open and low <= 0 <= high,
    }
    assert [name for name, holds in regions.items() if holds] == [
        verdict_on((low, high), forecast, margin=margin)
    ]


@given(ends, ends, margins)
def test_no_change_is_shown_refuted_or_open(one: float, other: float, margin: float) -> None:
    low, high = min(one, other), max(one, other)
    regions = {
        "equivalent": -margin <= low and high <= margin,
        "refuted": low > margin or high < -margin,
    }
    expected = next((name for name, holds in regions.items() if holds), "cannot_tell")
    assert sum(regions.values()) <= 1
    assert verdict_on((low, high), stays(margin), margin=0.03) == expected


@pytest.mark.parametrize(
    ("low", "high", "higher_is_better", "expected"),
    [
        (-0.01, 0.03, True, "held"),
        (-0.06, -0.03, True, "broken"),
        (-0.03, 0.01, True, "not_shown"),
        (-0.03, 0.01, False, "held"),
        (0.03, 0.06, False, "broken"),
    ],
)
def test_guardrails(low: float, high: float, higher_is_better: bool, expected: str) -> None:
    assert guardrail((low, high), 0.02, higher_is_better=higher_is_better) == expected


def test_directions() -> None:
    assert direction((0.01, 0.02), higher_is_better=True) == "better"
    assert direction((0.01, 0.02), higher_is_better=False) == "worse"
    assert direction((-0.02, 0.01), higher_is_better=True) == "unclear"


def test_rows_needed_are_those_of_the_forecast_and_not_of_the_measured_effect() -> None:
    """They halve the error where the forecast effect is half of the smallest visible one."""
    error = 0.01
    size = power.smallest_visible(error) / 2
    reach = power.Z_95 * error
    for middle in (-0.01, 0.0, 0.015):
        interval = (middle - reach, middle + reach)
        needed = rows_needed(interval, rises(size), margin=0.001, rows=1_000)
        assert needed == pytest.approx(4_000, abs=1)
    # Nobody is sent after less than what matters.
    assert rows_needed((-reach, reach), rises(0.0001), margin=size, rows=1_000) == pytest.approx(
        4_000, abs=1
    )


@pytest.mark.parametrize("effect", [0.0, 0.01, 0.028, 0.05])
def test_the_stated_chance_is_the_simulated_one(effect: float) -> None:
    random.seed(1)
    error = 0.01
    seen = mean(random.gauss(effect, error) - power.Z_95 * error > 0 for _ in range(20_000))
    assert power.chance_to_see(effect, error) == pytest.approx(seen, abs=0.02)
    within = mean(abs(random.gauss(0, error)) + power.Z_95 * error <= 0.03 for _ in range(20_000))
    assert power.chance_to_show_no_change(0.03, error) == pytest.approx(within, abs=0.02)


def test_rows_that_settle_it_make_the_effect_the_smallest_visible() -> None:
    rows = power.rows_to_see(0.02, 0.01, 1_000)
    error = 0.01 * (1_000 / rows) ** 0.5
    assert power.smallest_visible(error) == pytest.approx(0.02, rel=1e-3)
    assert power.chance_to_see(0.02, error) == pytest.approx(0.8, abs=0.001)


def test_past_comparisons_say_more_than_tables() -> None:
    few = power.standard_error("model", "roc_auc", single=0.01, past=[0.5])
    assert few.source == "tables"
    some = power.standard_error("model", "roc_auc", single=0.01, past=[0.002, 0.004, 0.02])
    assert (some.source, some.value, some.low, some.high) == ("past", 0.004, 0.002, 0.02)
    unknown = power.standard_error("", "roc_auc", single=0.01)
    assert unknown.source == "unknown"
    assert unknown.low <= few.low
    assert unknown.high >= few.high


# --- Skill --------------------------------------------------------------------------------
def test_the_interval_score_is_proper() -> None:
    """In expectation nobody gains by another range than the 10th to 90th percentile."""
    random.seed(0)
    values = [random.gauss(0.02, 0.01) for _ in range(4_000)]
    belief = NormalDist(0.02, 0.01)

    def expected(low: float, high: float) -> float:
        return mean(interval_score(low, high, value) for value in values)

    honest = expected(belief.inv_cdf(0.1), belief.inv_cdf(0.9))
    for low, high in ((0.0, 0.04), (0.018, 0.022), (0.0005, 0.0015), (-0.5, 0.5)):
        assert expected(low, high) > honest


def test_skill_is_bounded_and_needs_three() -> None:
    one = score_forecast("rises", (0.01, 0.02), 0.9, error=0.01, margin=0.0, chance=0.99)
    assert -1 <= one.skill <= 1
    assert not one.is_held
    assert mean_skill([one, one]) is None
    assert mean_skill([one, one, one]) == pytest.approx(one.skill)


def test_calibration_groups_by_what_was_said() -> None:
    scored = [Scored(0.0, True, 0.95, True)] * 9 + [Scored(0.0, True, 0.95, False)]
    scored += [Scored(0.0, True, 0.5, True), Scored(0.0, True, 0.5, False), Scored(0.0, True)]
    low, high = calibration_curve(scored)
    assert (low.said, low.came, low.count) == (0.5, 0.5, 2)
    assert (high.said, high.came, high.count) == (pytest.approx(0.95), 0.9, 10)


# Spread of true effects by kind, and the error of their measurement.
SPREAD = {"model": 0.03, "settings": 0.004}
NOISE = 0.006
MARGIN = 0.01


def skill_of(strategy: str, rounds: int = 1_500) -> float:
    """Mean skill of somebody who forecasts like this, over simulated experiments.

    They see a noisy sign of the true effect before, as somebody who has looked at the data.
    """
    rng = random.Random(3)  # noqa: S311 (a simulation)
    kind = "settings" if strategy == "trivial" else "model"
    spread, hint_noise = SPREAD[kind], 0.5 * SPREAD[kind]
    last, skills = 0.0, []
    for _round in range(rounds):
        true = rng.gauss(0, spread)
        measured = true + rng.gauss(0, NOISE)
        hint = true + rng.gauss(0, hint_noise)
        weight = spread**2 / (spread**2 + hint_noise**2)
        belief = NormalDist(weight * hint, (weight * hint_noise**2 + NOISE**2) ** 0.5)
        low, high = belief.inv_cdf(0.1), belief.inv_cdf(0.9)
        chance: float | None = 1 - belief.cdf(0)
        side = "rises"
        if strategy == "tiny":
            low, high, chance = 0.0005, 0.0015, 0.9
        elif strategy == "huge":
            low, high, chance = -0.5, 0.5, 0.5
        elif strategy == "last":
            low, high, chance = last - 0.005, last + 0.005, 0.9 if last > 0 else 0.1
        elif strategy == "trivial":
            low, high, side, chance = -0.001, 0.001, "stays", 0.99
        last = measured
        error = (spread**2 + NOISE**2) ** 0.5
        skills.append(
            score_forecast(
                side, (low, high), measured, error=error, margin=MARGIN, chance=chance
            ).skill
        )
    return mean(skills)


@pytest.mark.parametrize("strategy", ["tiny", "huge", "last", "trivial"])
def test_who_tells_what_they_believe_beats_who_plays(strategy: str) -> None:
    assert skill_of("honest") > max(skill_of(strategy), 0.0) + 0.05
