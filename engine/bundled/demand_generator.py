"""Generator of the Charging demand data: seeded, and honest about how it is made.

The story. *Volta* runs the charging stations of a city behind one transformer that
carries 750 kW. Every hour it asks: will the demand at this hour tomorrow exceed that? If
so, it asks drivers to charge later. One row is one hour of 2025, with what was known
at its end; the target looks 24 hours ahead.

How demand arises. Chargers in service × a profile of the hour and the kind of day ×
temperature × holidays × the state of the day (fairs, traffic, strikes: written nowhere)
× chance. The planted traps are in the functions below, each with its reason.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SEED = 20_251_101
LIMIT_KW = 750.0
FIRST_HOUR = pd.Timestamp(2025, 1, 1)
HOURS = 365 * 24
AHEAD = 24
# Hours simulated before the first row and after the last, for what looks back and ahead.
MARGIN = 8 * 24
NIGHT_TARIFF_FROM = pd.Timestamp(2025, 11, 1)
SENSOR_OUT = pd.Timestamp(2025, 9, 8), pd.Timestamp(2025, 9, 26)

# kW per charger in each hour of the day: the first twelve, the last twelve.
WORKING_DAY = (
    (0.55, 0.45, 0.40, 0.40, 0.45, 0.60, 0.95, 1.55, 1.95, 1.80, 1.55, 1.50),
    (1.60, 1.55, 1.45, 1.50, 1.65, 2.00, 2.40, 2.45, 2.10, 1.60, 1.10, 0.75),
)
DAY_OFF = (
    (0.70, 0.60, 0.50, 0.45, 0.40, 0.45, 0.55, 0.75, 1.05, 1.40, 1.75, 1.95),
    (1.90, 1.80, 1.75, 1.80, 1.85, 1.85, 1.75, 1.60, 1.40, 1.20, 1.00, 0.85),
)
# What the night tariff makes of the profile of a working day, by hour.
NIGHT_TARIFF = {17: 0.90, 18: 0.72, 19: 0.68, 20: 0.80, 21: 1.15, 22: 1.95, 23: 2.45, 0: 1.7}
# Public holidays of the year, and the first of the next.
HOLIDAYS = (
    *("2025-01-01", "2025-04-21", "2025-05-01", "2025-05-08", "2025-05-29", "2025-06-09"),
    *("2025-07-14", "2025-08-15", "2025-11-01", "2025-11-11", "2025-12-25", "2026-01-01"),
)


def generate_demand(seed: int = SEED) -> pd.DataFrame:
    """The hours of a year, shape (8760, 13), in order.

    The same seed gives the same table on every platform (PCG64).
    """
    rng = np.random.default_rng(seed)
    first = FIRST_HOUR - pd.Timedelta(hours=MARGIN)
    hours = pd.DatetimeIndex([first + pd.Timedelta(hours=n) for n in range(HOURS + 2 * MARGIN)])
    temperature = _temperature(rng, hours)
    weather = rng.choice(["clear", "cloudy", "rain"], len(hours) // 24, p=[0.4, 0.35, 0.25])
    weather = np.repeat(weather, 24)
    chargers = _chargers(hours)
    demand = _demand(rng, hours, chargers, temperature, weather)
    table = pd.DataFrame(
        {
            "hour": hours.astype(str),
            "demand_kw": demand,
            "demand_24h_before_kw": demand.shift(24),
            "demand_week_before_kw": demand.shift(7 * 24),
            "level_7d_kw": _same_hour_mean(demand, range(7)),
            "smoothed_3d_kw": _same_hour_mean(demand, range(-1, 2)),
            "temperature_c": temperature.mask(_sensor_is_out(hours)),
            "forecast_temperature_c": _forecast(rng, temperature),
            "forecast_weather": pd.Series(weather).shift(-AHEAD),
            "holiday_tomorrow": np.where(_is_holiday(hours + pd.Timedelta(days=1)), "yes", "no"),
            "chargers_in_service": chargers,
            "grid_frequency_hz": rng.normal(50, 0.02, len(hours)).round(3),
            "peak_tomorrow": np.where(demand.shift(-AHEAD) > LIMIT_KW, "yes", "no"),
        }
    )
    return table.iloc[MARGIN : MARGIN + HOURS].reset_index(drop=True)


def _temperature(rng: np.random.Generator, hours: pd.DatetimeIndex) -> pd.Series:
    """Degrees outside: the year, the day, and weather that lasts for some days."""
    days = len(hours) // 24
    spell = np.zeros(days)
    for day in range(1, days):
        spell[day] = 0.75 * spell[day - 1] + rng.normal(0, 2.0)
    year = -9.5 * np.cos(2 * np.pi * (hours.day_of_year.to_numpy() - 20) / 365)
    of_day = -3.5 * np.cos(2 * np.pi * (hours.hour.to_numpy() - 4) / 24)
    return pd.Series((12.0 + year + of_day + np.repeat(spell, 24)).round(1))


def _chargers(hours: pd.DatetimeIndex) -> np.ndarray:
    """A drift that a column shows: new chargers are opened every month."""
    months = (hours.year.to_numpy() - 2025) * 12 + hours.month.to_numpy() - 1
    return 330 + 7 * months


def _demand(
    rng: np.random.Generator,
    hours: pd.DatetimeIndex,
    chargers: np.ndarray,
    temperature: pd.Series,
    weather: np.ndarray,
) -> pd.Series:
    """kW in each hour, shape (n_hours,)."""
    off = (hours.day_of_week >= 5) | _is_holiday(hours)
    of_hour = hours.hour.to_numpy()
    profile = np.where(off, np.ravel(DAY_OFF)[of_hour], np.ravel(WORKING_DAY)[of_hour])
    # The drift that no column shows: a cheap night makes the evening's drivers wait.
    tariff = np.array([NIGHT_TARIFF.get(hour, 1.0) for hour in of_hour])
    profile = np.where(hours >= NIGHT_TARIFF_FROM, profile * tariff, profile)
    cold = 1 + 0.014 * np.maximum(0, 14 - temperature.to_numpy())
    rain = np.where(weather == "rain", 1.05, 1.0)
    away = np.where(_is_away(hours), 0.82, 1.0)
    noise = np.exp(rng.normal(0, 0.05, len(hours)))
    state = np.exp(np.repeat(_state_of_days(rng, len(hours) // 24), 24))
    return pd.Series((chargers * profile * cold * rain * away * state * noise).round(1))


def _state_of_days(rng: np.random.Generator, days: int) -> np.ndarray:
    """What a day has for all of its hours alike, and hands on in part to the next.

    Hours of one day resemble each other: with rows drawn at random, those in train
    tell about those in test.
    """
    state = np.zeros(days)
    for day in range(1, days):
        state[day] = 0.4 * state[day - 1] + rng.normal(0, 0.13)
    return state


def _same_hour_mean(demand: pd.Series, days_before: range) -> pd.Series:
    """Mean of the same hour over some days; a negative number of days before is a day after.

    The leak: a window that is centred, as smoothing is by habit, reaches into tomorrow.
    The honest one ends now.
    """
    shifted = [demand.shift(24 * days) for days in days_before]
    mean: pd.Series = pd.concat(shifted, axis=1).mean(axis=1).round(1)
    return mean


def _forecast(rng: np.random.Generator, temperature: pd.Series) -> pd.Series:
    """Today's weather forecast for this hour tomorrow, off by about two degrees."""
    return (temperature.shift(-AHEAD) + rng.normal(0, 2.0, len(temperature))).round(1)


def _sensor_is_out(hours: pd.DatetimeIndex) -> np.ndarray:
    """Missing in one stretch, which a split by time puts into the test rows whole."""
    begin, end = SENSOR_OUT
    return np.asarray((hours >= begin) & (hours < end))


def _is_holiday(hours: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray(hours.normalize().isin(pd.DatetimeIndex(list(HOLIDAYS))))


def _is_away(hours: pd.DatetimeIndex) -> np.ndarray:
    summer = (hours.month == 8) & (hours.day <= 21)
    winter = (hours.month == 12) & (hours.day >= 22)
    return np.asarray(summer | winter)
