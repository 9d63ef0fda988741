"""What is measured before anybody runs anything: the dummy, and how sure a score is."""

import pytest

from engine.judge.power import single_error
from engine.judge.uncertainty.intervals import intervals
from engine.judge.uncertainty.predictions import Predictions
from engine.run import run_warnings
from engine.run.baseline import baseline_scores, reference_errors
from engine.run.evaluate import evaluate
from engine.spec.config import default_config
from tests.engine.conftest import Table


def test_it_scores_as_the_model_that_looks_at_nothing(table: Table) -> None:
    config = default_config(table.schema, "dummy")
    dummy = evaluate(config, table.schema, table.frame, table.split).evaluation
    found = baseline_scores(table.frame, table.schema, table.split)
    assert found == {"test": dummy.test, "holdout": dummy.holdout}


def test_a_score_is_as_uncertain_as_the_plain_model_is(table: Table) -> None:
    config = default_config(table.schema)
    plain = evaluate(config, table.schema, table.frame, table.split)
    y = table.schema.encode_target(table.frame.iloc[table.split.test])
    ends = intervals(y, Predictions(plain.test_probability, config.threshold.value))
    found = reference_errors(table.frame, table.schema, table.split)
    assert found == pytest.approx({name: single_error(pair) for name, pair in ends.items()})


def test_a_column_that_knows_the_answer_makes_it_no_surer(table: Table) -> None:
    names = [column.name for column in table.schema.default_features]
    honest = reference_errors(table.frame, table.schema, table.split, without=names[:1])
    assert honest["roc_auc"] > reference_errors(table.frame, table.schema, table.split)["roc_auc"]


def test_where_no_model_can_be_fitted_there_is_none(table: Table, monkeypatch) -> None:
    monkeypatch.setattr(run_warnings, "MAX_CELLS", 10)
    assert reference_errors(table.frame, table.schema, table.split) == {}
