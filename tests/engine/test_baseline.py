"""The leaderboard's line: a score without a model."""

from engine.run.baseline import baseline_scores
from engine.run.evaluate import evaluate
from engine.spec.config import default_config
from tests.engine.conftest import Table


def test_it_scores_as_the_model_that_looks_at_nothing(table: Table) -> None:
    config = default_config(table.schema, "dummy")
    dummy = evaluate(config, table.schema, table.frame, table.split).evaluation
    found = baseline_scores(table.frame, table.schema, table.split)
    assert found == {"test": dummy.test, "holdout": dummy.holdout}
