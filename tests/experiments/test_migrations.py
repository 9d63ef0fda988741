"""What an earlier version stored stays what it meant."""

from importlib import import_module

import pytest
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from experiments.engine.models.linear import LogisticRegression
from experiments.models import Experiment, Interpretation, Run, Stage
from tests import factories

pytestmark = pytest.mark.django_db

configs_of_version_2 = import_module("experiments.migrations.0003_configs_of_version_2")
interpret_again = import_module("experiments.migrations.0007_interpret_again")
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


def test_finished_runs_are_interpreted_again_stage_by_stage(apps: Apps) -> None:
    member = factories.join(factories.make_dojo())
    run = factories.finish(factories.submit(member))
    factories.submit(member)
    interpret_again.queue_every_stage(apps, None)
    found = Interpretation.objects.values_list("run", "stage", "status")
    assert list(found) == [(run.pk, stage, "queued") for stage in Stage]


def test_targets_that_were_listed_have_no_problem(apps: Apps) -> None:
    dataset = factories.make_upload(factories.make_user())
    dataset.targets = [{"name": "paid", "values": [["yes", 1], ["no", 2]]}]
    dataset.save()
    problems_of_targets.name_problems(apps, None)
    dataset.refresh_from_db()
    assert dataset.targets[0] == {"problem": "", "name": "paid", "values": [["yes", 1], ["no", 2]]}
