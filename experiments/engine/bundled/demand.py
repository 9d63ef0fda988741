"""Charging demand: the card of the data that `demand_generator` makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.engine.bundled.card import BundledDataset, Trap
from experiments.engine.messages import N_
from experiments.engine.schema import SplitPolicy

if TYPE_CHECKING:
    import pandas as pd


def load_demand() -> pd.DataFrame:
    """The generated table; imports numpy only when asked."""
    from experiments.engine.bundled.demand_generator import generate_demand  # noqa: PLC0415

    return generate_demand()


DEMAND = BundledDataset(
    key="demand",
    title=N_("Charging demand"),
    summary=N_(
        "8,760 hours of a city's charging stations, January to December 2025: will the demand at "
        "this hour tomorrow exceed the 750 kW that the transformer carries? A time series, split "
        "by time; an open problem for the eight hours of the advanced variant."
    ),
    source=N_("Made by a seeded generator of this project; no real person is in it"),
    licence=N_("Same as the project's"),
    period=N_("January to December 2025, hour by hour"),
    target="peak_tomorrow",
    positive_class="yes",
    column_meanings={
        "hour": N_("Beginning of the hour"),
        "demand_kw": N_("Demand in this hour, in kilowatts"),
        "demand_24h_before_kw": N_("Demand at the same hour yesterday"),
        "demand_week_before_kw": N_("Demand at the same hour a week ago"),
        "level_7d_kw": N_("Mean of the same hour over seven days"),
        "smoothed_3d_kw": N_("Smoothed demand: mean of the same hour over three days"),
        "temperature_c": N_("Temperature outside, in °C, measured on the roof"),
        "forecast_temperature_c": N_("Forecast of the temperature at this hour tomorrow"),
        "forecast_weather": N_("Forecast of tomorrow's weather"),
        "holiday_tomorrow": N_("Tomorrow is a public holiday"),
        "chargers_in_service": N_("Chargers in service"),
        "grid_frequency_hz": N_("Frequency of the grid, in hertz"),
        "peak_tomorrow": N_("At this hour tomorrow the demand exceeds 750 kW"),
    },
    traps=(
        Trap(
            key="leak",
            title=N_("A mean that looks ahead"),
            description=N_(
                "The smoothed demand is the mean of yesterday, today and tomorrow: a centred "
                "window, as smoothing is by habit. With today's and yesterday's demand beside it, "
                "a linear model reads tomorrow's off to the kilowatt. The level over seven days "
                "ends now and is honest."
            ),
            columns=("smoothed_3d_kw",),
            question=N_("Which days are in this mean, and have they all happened yet?"),
        ),
        Trap(
            key="random_split",
            title=N_("A random split would flatter"),
            description=N_(
                "The hours of a day resemble each other, for reasons that no column tells. Drawn "
                "at random, the hours in train tell trees about their neighbours in test: 0.96 "
                "(ROC AUC) instead of 0.90."
            ),
            columns=("hour",),
            question=N_("On the day of the forecast, which of these rows would you have?"),
        ),
        Trap(
            key="drift",
            title=N_("The world changes in November"),
            description=N_(
                "From 1 November a night tariff moves the evening's peak towards midnight. It is "
                "written nowhere, and nearly all of it lies in the hidden holdout: who learned the "
                "clock by heart falls deepest there, who looks at today's demand hardly falls."
            ),
            columns=("hour", "demand_kw"),
            question=N_("What in this model would still be true if habits changed?"),
        ),
        Trap(
            key="growth",
            title=N_("A number that only grows"),
            description=N_(
                "New chargers open every month, as the days go by: in the holdout both values are "
                "beyond all that train has seen. Trees cannot go beyond it, a line goes too far."
            ),
            columns=("chargers_in_service", "hour"),
            question=N_("Has the model ever seen a value as large as those of next month?"),
        ),
        Trap(
            key="sensor",
            title=N_("A sensor falls silent"),
            description=N_(
                "The thermometer on the roof was out of order for 18 days in September, all of "
                "them in test: train has no missing value from which to learn what to do."
            ),
            columns=("temperature_c",),
            question=N_("When were these values missing, and was it ever so in train?"),
        ),
        Trap(
            key="few_days",
            title=N_("Many rows, few days"),
            description=N_(
                "1,752 test rows are 73 days, and what a day has, all of its hours have. Intervals "
                "count rows, so they are narrower here than they should be: a difference that just "
                "clears them may be two or three odd days."
            ),
            columns=("hour",),
            question=N_("On how many different days is the one model better than the other?"),
        ),
        Trap(
            key="noise",
            title=N_("Noise with a good name"),
            description=N_(
                "The frequency of the grid is drawn at random. A deep tree still uses it, on train."
            ),
            columns=("grid_frequency_hz",),
            question=N_("Does the score fall on test when you leave this column out?"),
        ),
    ),
    load=load_demand,
    split=SplitPolicy(kind="time", column="hour"),
    primary_metric="roc_auc",
    success_threshold=0.88,
    baseline=N_(
        "Tomorrow is like today: a logistic regression on the demand of this hour alone. A "
        "forecast that does not beat it is not worth its computer."
    ),
)
