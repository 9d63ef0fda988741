"""Splits, honest numbers, and the same bits every time."""

import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from engine.build.runtime_helpers import scores
from engine.failures import CannotRun
from engine.run.evaluate import Evaluation, evaluate, fit
from engine.run.fingerprint import DISTRIBUTIONS, fingerprint, library_versions
from engine.run.split import split_rows
from engine.spec.config import ExperimentConfig, default_config, validate_config
from engine.spec.metrics import METRICS
from engine.spec.models import MODELS
from engine.spec.schema import ColumnType, Costs, SplitPolicy, retype
from tests.engine.configs import quick_config
from tests.engine.conftest import Table

PARTS = ("train", "test", "holdout")
PLAIN = [name for name, metric in METRICS.items() if not metric.needs_costs]


def run(table: Table, model: str = "logistic_regression", **changes: object) -> Evaluation:
    data = quick_config(table.schema, model).model_dump() | changes
    config = ExperimentConfig.model_validate(data)
    return evaluate(config, table.schema, table.frame, table.split).evaluation


def codes(evaluation: Evaluation) -> list[str]:
    return [warning.code for warning in evaluation.warnings]


# --- Splits -----------------------------------------------------------------------
def test_probabilities_have_the_precision_in_which_they_are_scored(table: Table) -> None:
    """XGBoost's are 32 bits long; intervals and stored predictions have 64."""
    config = validate_config(
        {"columns": {"include": ["signal"]}, "model": {"name": "xgboost"}}, table.schema
    )
    found = evaluate(config, table.schema, table.frame, table.split)
    assert found.test_probability.dtype == np.float64
    assert found.out_of_fold.dtype == np.float64


def test_a_split_is_complete_disjoint_sorted_and_stratified() -> None:
    target = np.array(["no"] * 700 + ["yes"] * 300)
    split = split_rows(pd.DataFrame({"y": target}), "y", SplitPolicy())
    parts = [getattr(split, part) for part in PARTS]
    assert [len(part) for part in parts] == [600, 200, 200]
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(1000))
    for part in parts:
        assert np.all(np.diff(part) > 0)
        assert np.mean(target[part] == "yes") == pytest.approx(0.3)


def test_a_split_by_time_keeps_the_latest_rows_for_last() -> None:
    rng = np.random.default_rng(1)
    days = pd.Series(pd.date_range("2024-01-01", periods=500).astype(str))
    frame = pd.DataFrame({"day": days, "y": rng.choice(["a", "b"], 500)}).sample(
        frac=1, random_state=2, ignore_index=True
    )
    split = split_rows(frame, "y", SplitPolicy(kind="time", column="day"))
    assert [len(getattr(split, part)) for part in PARTS] == [300, 100, 100]
    day = frame["day"]
    assert day.iloc[split.train].max() < day.iloc[split.test].min()
    assert day.iloc[split.test].max() < day.iloc[split.holdout].min()


def test_a_split_by_group_has_no_group_in_two_parts() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"person": rng.integers(0, 60, 600).astype(str), "y": rng.choice(["a", "b"], 600)}
    )
    split = split_rows(frame, "y", SplitPolicy(kind="group", column="person"))
    groups = [set(frame["person"].iloc[getattr(split, part)]) for part in PARTS]
    shared = [a & b for a, b in itertools.combinations(groups, 2)]
    assert not any(shared)
    assert sum(len(getattr(split, part)) for part in PARTS) == 600


def test_a_split_depends_on_the_seed_and_on_nothing_else() -> None:
    frame = pd.DataFrame({"y": ["no", "yes"] * 100})
    first, again, other = (split_rows(frame, "y", SplitPolicy(seed=seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(getattr(first, part), getattr(again, part)) for part in PARTS)
    assert not np.array_equal(first.train, other.train)


# --- Numbers ------------------------------------------------------------------------
def test_scores_are_those_of_the_textbook() -> None:
    y = np.array([1, 1, 1, 0, 0, 0])
    probability = np.array([0.9, 0.5, 0.2, 0.7, 0.4, 0.1])
    # At 0.5: two true positives (0.5 counts), one false positive, one false negative.
    found = scores(y, probability)
    assert found == {
        "accuracy": pytest.approx(4 / 6),
        "f1": pytest.approx(2 / 3),
        "precision": pytest.approx(2 / 3),
        "recall": pytest.approx(2 / 3),
        "roc_auc": pytest.approx(6 / 9),
        "log_loss": pytest.approx(-np.mean(np.log([0.9, 0.5, 0.2, 0.3, 0.6, 0.9]))),
        "balanced_accuracy": pytest.approx(2 / 3),
        "average_precision": pytest.approx((1 + 2 / 3 + 3 / 5) / 3),
        "brier": pytest.approx(np.mean([0.01, 0.25, 0.64, 0.49, 0.16, 0.01])),
        "mcc": pytest.approx((2 * 2 - 1 * 1) / 9),
    }
    assert set(found) == set(PLAIN)


def test_nobody_predicted_is_a_zero_and_not_a_crash() -> None:
    found = scores(np.array([1, 0, 0]), np.array([0.1, 0.2, 0.3]))
    assert (found["precision"], found["recall"], found["f1"]) == (0.0, 0.0, 0.0)


def test_better_is_lower_where_it_should_be() -> None:
    lower = [name for name in METRICS if not METRICS[name].higher_is_better]
    assert lower == ["log_loss", "brier", "expected_cost"]
    assert METRICS["log_loss"].is_better(0.1, 0.2)
    assert METRICS["f1"].is_better(0.2, 0.1)


def test_a_run_is_plain_json_and_repeats_to_the_last_bit(table: Table) -> None:
    """Every other model's second fit is that of its generated code: see `test_codegen`."""
    first, again = run(table, "random_forest"), run(table, "random_forest")
    for part in (*PARTS, "cross_validation"):
        assert getattr(first, part) == getattr(again, part)


@pytest.mark.parametrize("model", ["random_forest", "xgboost"])
def test_the_seed_is_part_of_the_result(model: str, table: Table) -> None:
    # XGBoost's own draws need rows to draw from; the folds' shuffle differs for every model.
    assert run(table, model, seed=1).cross_validation != run(table, model, seed=2).cross_validation


def test_parts_are_scored_on_their_own_rows_by_a_model_of_train_only(table: Table) -> None:
    config = default_config(table.schema, "decision_tree")
    evaluated = evaluate(config, table.schema, table.frame, table.split)
    assert evaluated.evaluation.train["accuracy"] == 1.0, "a full tree knows train by heart"
    for part in PARTS:
        rows = table.frame.iloc[getattr(table.split, part)]
        probability = evaluated.pipeline.predict_proba(rows[config.columns.chosen(table.schema)])[
            :, 1
        ]
        expected = roc_auc_score(
            rows[table.schema.target] == table.schema.positive_class, probability
        )
        assert getattr(evaluated.evaluation, part)["roc_auc"] == expected


def test_what_is_hidden_cannot_touch_what_is_seen(table: Table) -> None:
    """Nonsense in test and holdout rows leaves train and cross-validation as they were."""
    frame = table.frame.copy()
    hidden = np.concatenate([table.split.test, table.split.holdout])
    frame.iloc[hidden, frame.columns.get_loc("signal")] = 1e9
    frame.iloc[hidden, frame.columns.get_loc("colour")] = "never seen"
    config = default_config(table.schema, "hist_gradient_boosting")
    changed = evaluate(config, table.schema, frame, table.split).evaluation
    plain = evaluate(config, table.schema, table.frame, table.split).evaluation
    assert changed.train == plain.train
    assert changed.cross_validation == plain.cross_validation
    assert changed.test != plain.test


def test_cross_validation_has_its_folds_mean_and_deviation(table: Table) -> None:
    found = run(table, validation={"folds": 4}).cross_validation
    aucs = [fold["roc_auc"] for fold in found["folds"]]
    assert len(aucs) == 4
    assert found["mean"]["roc_auc"] == pytest.approx(sum(aucs) / 4)
    assert found["std"]["roc_auc"] == pytest.approx(math.sqrt(np.var(aucs)))


def test_progress_is_told_between_fits(table: Table) -> None:
    told: list[float] = []
    config = default_config(table.schema, "dummy")
    evaluate(config, table.schema, table.frame, table.split, on_progress=told.append)
    assert told == [pytest.approx(n / 6) for n in range(1, 7)]


def test_a_model_that_gave_up_says_so(table: Table) -> None:
    hurried = {"name": "logistic_regression", "max_iter": 50, "C": 1e4}
    unscaled = {"numeric": {"scale": "none"}}
    frame = table.frame.assign(signal=table.frame["signal"] * 1e6)
    loud = Table(table.schema, frame, table.split)
    assert "not_converged" not in codes(run(loud, model="logistic_regression"))
    again = default_config(loud.schema).model_dump() | {"model": hurried, "preparation": unscaled}
    config = ExperimentConfig.model_validate(again)
    assert "not_converged" in codes(evaluate(config, loud.schema, frame, loud.split).evaluation)


def test_the_dummy_learns_nothing(table: Table) -> None:
    found = run(table, "dummy")
    assert found.test["roc_auc"] == 0.5
    assert found.cross_validation["std"]["roc_auc"] == 0.0


@pytest.mark.parametrize(
    ("model", "impute"), zip(MODELS, itertools.cycle(["constant", "most_frequent"]))
)
def test_a_column_may_be_empty_wherever_a_model_learns(
    model: str, impute: str, table: Table
) -> None:
    """Both kinds of column, empty in all of train and filled in one test row.

    What the imputer leaves is constant either way, so each model meets one of them.
    """
    frame = table.frame.copy()
    for name, value in (("colour", "red"), ("whole", 3.0)):
        frame[name] = np.nan if name == "whole" else np.array([np.nan] * len(frame), dtype=object)
        frame.iloc[table.split.test[0], frame.columns.get_loc(name)] = value
    data = quick_config(table.schema, model).model_dump()
    data["columns"] = {"include": ["colour", "whole", "all missing", "constant", "rare"]}
    data["preparation"]["categorical"]["impute"] = impute
    data["preparation"]["numeric"]["missing_indicator"] = True
    config = ExperimentConfig.model_validate(data)
    if model == "gaussian_naive_bayes":  # it divides by a variance that is none here
        with pytest.raises(CannotRun, match="no_probability"):
            evaluate(config, table.schema, frame, table.split)
        return
    found = evaluate(config, table.schema, frame, table.split).evaluation
    assert np.isfinite(list(found.test.values())).all()
    for part in (*PARTS, "cross_validation"):
        json.dumps(getattr(found, part), allow_nan=False)
    assert [type(value) for value in found.test.values()] == [float] * len(PLAIN)


def test_fitting_again_gives_the_same_pipeline(table: Table) -> None:
    config = default_config(table.schema, "xgboost")
    first = evaluate(config, table.schema, table.frame, table.split).pipeline
    again = fit(config, table.schema, table.frame, table.split.train)
    X = table.frame[config.columns.chosen(table.schema)]
    assert np.array_equal(first.predict_proba(X), again.predict_proba(X))


# --- Fingerprint -------------------------------------------------------------------
def test_a_fingerprint_tells_every_cause_of_another_result(table: Table) -> None:
    config, versions, schema = default_config(table.schema), library_versions(), table.schema
    base = fingerprint("hash", schema, config, versions)
    otherwise_split = schema.model_copy(update={"split": SplitPolicy(seed=3)})
    with_costs = schema.model_copy(update={"costs": Costs(false_positive=1, false_negative=5)})
    other_target = schema.model_copy(update={"target": "answer"})
    turned = schema.model_copy(update={"positive_class": schema.negative_class})
    retyped = schema.model_copy(
        update={"columns": retype(schema.columns, {"whole": ColumnType.CATEGORICAL})}
    )
    others = {
        fingerprint("hash", other_target, config, versions),
        fingerprint("hash", turned, config, versions),
        fingerprint("hash", retyped, config, versions),
        fingerprint("other", schema, config, versions),
        fingerprint("hash", otherwise_split, config, versions),
        fingerprint("hash", with_costs, config, versions),
        fingerprint("hash", schema, config.model_copy(update={"seed": 1}), versions),
        fingerprint("hash", schema, default_config(schema, "dummy"), versions),
        fingerprint("hash", schema, config, versions | {"numpy": "0"}),
    }
    assert len(others | {base}) == 10
    assert base == fingerprint("hash", schema, config, dict(reversed(versions.items())))
    assert len(base) == 64


def test_columns_count_as_they_are_chosen_however_they_are_written(table: Table) -> None:
    model = {"name": "dummy"}
    named = ExperimentConfig(columns={"include": ["whole", "signal"]}, model=model)
    turned = ExperimentConfig(columns={"include": ["signal", "whole"]}, model=model)
    marks = {fingerprint("h", table.schema, config, {}) for config in (named, turned)}
    assert len(marks) == 1


def test_versions_name_every_library_that_computes() -> None:
    versions = library_versions()
    assert set(versions) == {"engine", "python", *DISTRIBUTIONS}
    assert versions["numpy"] == np.__version__
