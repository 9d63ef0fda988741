"""Telecom churn: the card of the data that `churn_generator` makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.engine.bundled.card import BundledDataset, Trap
from experiments.engine.messages import N_

if TYPE_CHECKING:
    import pandas as pd


def load_churn() -> pd.DataFrame:
    """The generated table; imports numpy only when asked."""
    from experiments.engine.bundled.churn_generator import generate_churn  # noqa: PLC0415

    return generate_churn()


CHURN = BundledDataset(
    key="churn",
    title=N_("Telecom churn"),
    summary=N_(
        "8,000 customers of a regional operator, photographed on 30 June: who will have left "
        "by 30 September? The retention team can call 200 people a week."
    ),
    source=N_("Made by a seeded generator of this project; no real person is in it"),
    licence=N_("Same as the project's"),
    period=N_("Snapshot of 30 June, churn until 30 September"),
    target="churned",
    positive_class="yes",
    column_meanings={
        "customer_id": N_("Number of the customer"),
        "region": N_("Sales region"),
        "age": N_("Age in years"),
        "contract": N_("Commitment: monthly, one year, two years"),
        "tenure_months": N_("Months since the line was opened"),
        "internet": N_("Kind of internet access"),
        "payment_method": N_("How the bill is paid"),
        "monthly_charge_eur": N_("Amount of the last monthly bill, in euros"),
        "data_usage_gb": N_("Data used in the last month, in gigabytes"),
        "support_tickets_90d": N_("Calls to the support in the last 90 days"),
        "late_payments_12m": N_("Bills paid late in the last 12 months"),
        "last_plan_change": N_("Direction of the last change of plan"),
        "usage_trend": N_("Whether use rises or falls over six months"),
        "satisfaction_score": N_("Answer to the last survey, 1 to 10"),
        "network_quality_index": N_("Quality of the network at the address, 0 to 100"),
        "loyalty_points": N_("Points on the loyalty card"),
        "retention_credit_eur": N_("Credit granted by the retention team, in euros"),
        "churned": N_("Left before 30 September"),
    },
    traps=(
        Trap(
            key="leak",
            title=N_("A column that knows the answer"),
            description=N_(
                "The retention team books this credit when a cancellation arrives: after the fact. "
                "With it, every model scores above 0.97; in production it would be empty."
            ),
            columns=("retention_credit_eur",),
            question=N_("When is this value written: before or after the customer decides?"),
        ),
        Trap(
            key="missing_not_at_random",
            title=N_("Values missing for a reason"),
            description=N_(
                "Who is about to leave rarely answers the survey: the score is missing more "
                "than twice as often among churners. Filling it with the median throws that signal "
                "away."
            ),
            columns=("satisfaction_score",),
            question=N_("Who does not answer a satisfaction survey?"),
        ),
        Trap(
            key="interaction",
            title=N_("An interaction that only trees find"),
            description=N_(
                "Upgraded while use falls, or downgraded while it rises: the plan no longer fits, "
                "and the customer leaves. Each column alone says nothing."
            ),
            columns=("last_plan_change", "usage_trend"),
            question=N_("Which two columns only mean something together?"),
        ),
        Trap(
            key="noise",
            title=N_("Noise with good names"),
            description=N_(
                "Both columns are drawn at random. A deep tree still uses them, on train."
            ),
            columns=("network_quality_index", "loyalty_points"),
            question=N_("Does the score fall on test when you leave this column out?"),
        ),
        Trap(
            key="id",
            title=N_("An identifier"),
            description=N_("One value per customer: a model that uses it learns rows by heart."),
            columns=("customer_id",),
            question=N_("What could this number say about a customer whom nobody has seen?"),
        ),
        Trap(
            key="subgroup",
            title=N_("A group on which every simple model fails"),
            description=N_(
                "Among the fibre customers of the South a competitor opened shops; who went there "
                "is written nowhere. About half of them leave, and no column says which half."
            ),
            columns=("internet", "region"),
            question=N_("For whom is the model wrong most often?"),
        ),
        Trap(
            key="rare_categories",
            title=N_("Categories with a handful of rows"),
            description=N_(
                "Islands and vouchers have about thirty rows each: what a model learns of them is "
                "chance, and some folds have none to learn from."
            ),
            columns=("region", "payment_method"),
            question=N_("How many rows stand behind this coefficient?"),
        ),
    ),
    load=load_churn,
)
