"""Each trap of the churn data is really there, shown with fitted models."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from engine.bundled import BUNDLED
from engine.bundled.churn_generator import generate_churn, in_subgroup
from engine.run.evaluate import Evaluated, evaluate
from engine.spec.config import ExperimentConfig, default_config
from tests.engine.conftest import Table, prepare

LEAK = "retention_credit_eur"


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return generate_churn()


@pytest.fixture(scope="module")
def churn(raw: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Table:
    return prepare(raw, tmp_path_factory.mktemp("churn"), target="churned", positive="yes")


def fitted(churn: Table, model: str, *, without: tuple[str, ...] = (LEAK,)) -> Evaluated:
    values = default_config(churn.schema, model).model_dump()
    values["columns"]["exclude"] = list(without)
    values["validation"] = {"folds": 2}
    config = ExperimentConfig.model_validate(values)
    return evaluate(config, churn.schema, churn.frame, churn.split)


@pytest.fixture(scope="module")
def logistic(churn: Table) -> Evaluated:
    return fitted(churn, "logistic_regression")


@pytest.fixture(scope="module")
def boosted(churn: Table) -> Evaluated:
    return fitted(churn, "lightgbm")


def test_the_table_is_what_the_card_says(raw: pd.DataFrame) -> None:
    card = BUNDLED["churn"]
    assert raw.shape == (8000, 18)
    assert set(raw.columns) == set(card.column_meanings)
    assert 0.21 < (raw["churned"] == "yes").mean() < 0.235
    for trap in card.traps:
        assert set(trap.columns) <= set(raw.columns)


def test_the_same_seed_gives_the_same_bytes(raw: pd.DataFrame) -> None:
    csv = raw.to_csv(index=False).encode()
    assert generate_churn().to_csv(index=False).encode() == csv
    assert generate_churn(seed=1).to_csv(index=False).encode() != csv
    assert hashlib.sha256(csv).hexdigest() == (
        "8a156569965605c5fa311dc1d063063026543296912becce496f01a21255a9f1"
    )


def test_the_leak_knows_the_answer(churn: Table, logistic: Evaluated) -> None:
    leaking = fitted(churn, "logistic_regression", without=())
    assert leaking.evaluation.test["roc_auc"] > 0.97
    assert 0.72 < logistic.evaluation.test["roc_auc"] < 0.8


def test_satisfaction_is_missing_among_those_who_leave(raw: pd.DataFrame) -> None:
    missing = raw["satisfaction_score"].isna().groupby(raw["churned"]).mean()
    assert missing["yes"] > 2 * missing["no"]


def test_only_trees_find_the_interaction(
    raw: pd.DataFrame, logistic: Evaluated, boosted: Evaluated
) -> None:
    churned = raw["churned"] == "yes"
    for column in ("last_plan_change", "usage_trend"):
        rates = churned.groupby(raw[column]).mean()
        assert rates.max() - rates.min() < 0.03
    together = churned.groupby(raw["last_plan_change"] + raw["usage_trend"]).mean()
    assert together.max() - together.min() > 0.15
    gain = boosted.evaluation.test["roc_auc"] - logistic.evaluation.test["roc_auc"]
    assert gain > 0.02


def test_the_noise_says_nothing(churn: Table, boosted: Evaluated) -> None:
    noise = ("network_quality_index", "loyalty_points")
    without = fitted(churn, "lightgbm", without=(LEAK, *noise))
    assert without.evaluation.test["roc_auc"] > boosted.evaluation.test["roc_auc"] - 0.01


def test_the_id_is_one_per_customer(raw: pd.DataFrame, churn: Table) -> None:
    assert raw["customer_id"].is_unique
    assert churn.schema.by_name["customer_id"].type == "id"


@pytest.mark.parametrize("name", ["logistic", "boosted"])
def test_every_simple_model_fails_on_the_subgroup(
    name: str, churn: Table, request: pytest.FixtureRequest
) -> None:
    pipeline = request.getfixturevalue(name).pipeline
    test = churn.frame.iloc[churn.split.test]
    features = [c.name for c in churn.schema.default_features if c.name != LEAK]
    predicted = pipeline.predict_proba(test[features])[:, 1] >= 0.5
    wrong = predicted != churn.schema.encode_target(test)
    group = in_subgroup(test).to_numpy()
    assert wrong[group].mean() > 1.7 * wrong[~group].mean()


def test_the_subgroup_is_a_small_part_of_the_customers(raw: pd.DataFrame) -> None:
    assert 0.07 < in_subgroup(raw).mean() < 0.1


def test_some_categories_are_rare(raw: pd.DataFrame) -> None:
    for column in ("region", "payment_method"):
        assert raw[column].value_counts(normalize=True).min() < 0.005


def test_breast_cancer_is_the_library_s(tmp_path: Path) -> None:
    card = BUNDLED["breast_cancer"]
    frame = card.load()
    assert frame.shape == (569, 31)
    assert set(frame.columns) == set(card.column_meanings)
    table = prepare(frame, tmp_path, target=card.target, positive=card.positive_class)
    config = default_config(table.schema)
    scores = evaluate(config, table.schema, table.frame, table.split).evaluation.test
    assert scores["roc_auc"] > 0.98
