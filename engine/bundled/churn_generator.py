"""Generator of the Telecom churn data: seeded, and honest about how it is made.

The story. A regional operator, *Horizon*, photographs its customers on 30 June; a
customer has churned if their line was closed by 30 September. 8,000 customers,
about 22 % churn.

How churn arises. Each customer has a log-odds of leaving that falls with tenure,
satisfaction and the length of the contract, and rises with support tickets, late
payments and the monthly charge. On top of it come the planted traps, which the
functions below document one by one. Chance decides the rest: no model can know who
leaves, only who is likely to.

Sizes, and the seed, were chosen so that the traps show on the split that the product
makes: with other seeds a model's worst subgroup is at times another one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

ROWS = 8_000
SEED = 20_270_630


def generate_churn(rows: int = ROWS, seed: int = SEED) -> pd.DataFrame:
    """The customers of one snapshot, shape (rows, 18).

    The same seed gives the same table on every platform (PCG64).
    """
    rng = np.random.default_rng(seed)
    customers = _customers(rng, rows)
    churned = _churn(rng, customers)
    table = customers.drop(columns=["true_satisfaction"]).assign(
        satisfaction_score=_answered(rng, customers["true_satisfaction"].to_numpy(), churned),
        network_quality_index=rng.normal(70, 12, rows).clip(0, 100).round(1),
        loyalty_points=rng.integers(0, 5_000, rows),
        retention_credit_eur=_retention_credit(rng, churned),
        churned=np.where(churned, "yes", "no"),
    )
    return table


def _customers(rng: np.random.Generator, rows: int) -> pd.DataFrame:
    """The customers, before anyone leaves."""
    contract = rng.choice(["monthly", "one_year", "two_years"], rows, p=[0.52, 0.28, 0.20])
    stays = {"monthly": 22.0, "one_year": 34.0, "two_years": 46.0}
    tenure = np.array([rng.exponential(stays[kind]) for kind in contract]).clip(0, 120)
    internet = rng.choice(["fiber", "dsl", "none"], rows, p=[0.40, 0.42, 0.18])
    base = {"fiber": 48.0, "dsl": 33.0, "none": 16.0}
    charge = np.array([base[kind] for kind in internet]) + rng.gamma(2.0, 6.0, rows)
    usage = np.array([{"fiber": 190.0, "dsl": 80.0, "none": 6.0}[kind] for kind in internet])
    return pd.DataFrame(
        {
            "customer_id": 100_000 + rng.permutation(9 * rows)[:rows],
            # Rare categories: two levels with about 30 rows each or fewer.
            "region": rng.choice(
                ["North", "South", "East", "West", "Islands"],
                rows,
                p=[0.305, 0.22, 0.215, 0.257, 0.003],
            ),
            "age": rng.normal(46, 15, rows).clip(18, 92).round().astype(int),
            "contract": contract,
            "tenure_months": tenure.round().astype(int),
            "internet": internet,
            "payment_method": rng.choice(
                ["direct_debit", "card", "transfer", "cheque", "voucher"],
                rows,
                p=[0.45, 0.33, 0.18, 0.037, 0.003],
            ),
            "monthly_charge_eur": charge.round(2),
            "data_usage_gb": (usage * rng.lognormal(0, 0.5, rows)).round(1),
            "support_tickets_90d": rng.poisson(0.9, rows),
            "late_payments_12m": rng.poisson(0.5, rows),
            "last_plan_change": rng.choice(["upgrade", "downgrade"], rows),
            "usage_trend": rng.choice(["rising", "falling"], rows),
            "true_satisfaction": rng.normal(7, 1.8, rows).clip(1, 10),
        }
    )


def _churn(rng: np.random.Generator, customers: pd.DataFrame) -> np.ndarray:
    """Who leaves, shape (rows,)."""
    contract = customers["contract"].map({"monthly": 1.5, "one_year": 0.0, "two_years": -1.9})
    log_odds: pd.Series = (
        -3.1
        + contract
        - 0.038 * (customers["tenure_months"] - 25)
        - 0.67 * (customers["true_satisfaction"] - 7)
        + 0.6 * (customers["support_tickets_90d"] - 0.9)
        + 0.55 * (customers["late_payments_12m"] - 0.5)
        + 0.022 * (customers["monthly_charge_eur"] - 50)
        + _mismatch(customers)
    )
    probability = pd.Series(1 / (1 + np.exp(-log_odds)))
    # The subgroup: a competitor opened shops among the fibre customers of the South.
    # Who meets its salesmen is written nowhere, so there the columns tell nothing.
    probability = probability.mask(in_subgroup(customers), 0.5)
    churned: np.ndarray = rng.random(len(customers)) < probability.to_numpy()
    return churned


def _mismatch(customers: pd.DataFrame) -> pd.Series:
    """The interaction: a plan that no longer fits its use makes people leave.

    Upgraded while use falls, or downgraded while it rises. Alone, neither column
    says anything: only a model that asks both questions in a row can see it.
    """
    upgraded = customers["last_plan_change"] == "upgrade"
    falling = customers["usage_trend"] == "falling"
    return (upgraded == falling).map({True: 1.35, False: -1.35})


def in_subgroup(customers: pd.DataFrame) -> pd.Series:
    """Rows of the planted subgroup on which every simple model fails."""
    return (customers["internet"] == "fiber") & (customers["region"] == "South")


def _answered(
    rng: np.random.Generator, satisfaction: np.ndarray, churned: np.ndarray
) -> np.ndarray:
    """Missing not at random: customers about to leave rarely answer the survey."""
    silent = rng.random(len(churned)) < np.where(churned, 0.26, 0.12)
    return np.where(silent, np.nan, satisfaction.round(1))


def _retention_credit(rng: np.random.Generator, churned: np.ndarray) -> np.ndarray:
    """The leak: a credit that the retention team books when a cancellation arrives.

    It is written after the customer has decided, so it does not exist yet when the
    model would be used.
    """
    credited = rng.random(len(churned)) < np.where(churned, 0.96, 0.012)
    return np.where(credited, rng.choice([10.0, 15.0, 20.0, 30.0], len(churned)), 0.0)
