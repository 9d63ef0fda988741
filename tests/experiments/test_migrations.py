"""What an earlier version stored stays what it meant."""

from importlib import import_module

import pytest
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from experiments.engine.models.linear import LogisticRegression
from experiments.models import Experiment, Interpretation, Run
from tests import factories

pytestmark = pytest.mark.django_db

configs_of_version_2 = import_module("experiments.migrations.0003_configs_of_version_2")
error_tables = import_module("experiments.migrations.0004_error_tables")
problems_of_targets = import_module("classrooms.migrations.0005_problems_of_targets")


@pytest.fixture
def apps() -> Apps:
    """The models as migrations see them."""
    return MigrationLoader(connection).project_state().apps


def test_a_config_of_the_first_version_means_the_same_in_the_second(apps: Apps) -> None:
    member = factories.join(factories.make_dojo())
    experiment = factories.submit(member)
    names = [column.name for column in member.dojo.dataset.schema.default_features][:3]
    first = {
        "version": 1,
        "features": names,
        "preparation": {
            "numeric": {"impute": "zero", "scale": "none"},
            "categorical": {"impute": "category", "encode": "ordinal"},
        },
        "model": {"name": "logistic_regression", "C": 0.5},
        "validation": {"folds": 4},
        "seed": 9,
    }
    Experiment.objects.filter(pk=experiment.pk).update(config=first)
    Run.objects.filter(experiment=experiment).update(warnings=["not_converged"])
    configs_of_version_2.forwards(apps, None)
    configs_of_version_2.forwards(apps, None)
    experiment = Experiment.objects.get(pk=experiment.pk)
    config = experiment.parsed_config
    assert config.columns.include == names
    numeric, categorical = config.preparation.numeric, config.preparation.categorical
    assert (numeric.impute, numeric.fill_value, numeric.scale) == ("constant", 0.0, "none")
    assert (categorical.impute, categorical.encode) == ("constant", "ordinal")
    assert isinstance(config.model, LogisticRegression)
    assert (config.model.C, config.validation.folds, config.seed) == (0.5, 4, 9)
    assert experiment.run.warnings == [{"code": "not_converged", "context": {}}]


def test_a_config_of_the_second_version_is_left_alone(apps: Apps) -> None:
    member = factories.join(factories.make_dojo())
    experiment = factories.submit(member)
    before = experiment.parsed_config
    configs_of_version_2.forwards(apps, None)
    assert Experiment.objects.get(pk=experiment.pk).parsed_config == before


def test_a_list_of_errors_becomes_a_table_of_them(apps: Apps) -> None:
    experiment = factories.submit(factories.join(factories.make_dojo()))
    run = factories.finish(experiment)
    row = {"row": 12, "actual": "benign", "predicted": "malignant", "probability": 0.98}
    row |= {"values": [880.5]}
    errors = {"total": 9, "columns": ["worst_area"], "rows": [row]}
    Interpretation.objects.filter(run=run).update(errors=errors)
    error_tables.forwards(apps, None)
    error_tables.forwards(apps, None)
    found = Interpretation.objects.get(run=run).errors
    assert (found["false_positives"], found["false_negatives"], found["rows_left_out"]) == (4, 5, 8)
    assert found["columns"] == [{"name": "worst_area", "type": "categorical"}]
    told = {"kind": "false_positive", "confidence": pytest.approx(0.48), "cost": None}
    assert found["rows"] == [row | told]


def test_targets_that_were_listed_have_no_problem(apps: Apps) -> None:
    dataset = factories.make_upload(factories.make_user())
    dataset.targets = [{"name": "paid", "values": [["yes", 1], ["no", 2]]}]
    dataset.save()
    problems_of_targets.name_problems(apps, None)
    dataset.refresh_from_db()
    assert dataset.targets[0] == {"problem": "", "name": "paid", "values": [["yes", 1], ["no", 2]]}
