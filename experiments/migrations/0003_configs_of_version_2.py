"""Configs and warnings as the second version of the engine writes them."""

from django.db import migrations


def config_2(config):
    """A config of version 1 as one of version 2 that means the same."""
    preparation = config.get("preparation", {})
    numeric = dict(preparation.get("numeric", {}))
    categorical = dict(preparation.get("categorical", {}))
    if numeric.get("impute") == "zero":
        numeric |= {"impute": "constant", "fill_value": 0.0}
    if categorical.get("impute") == "category":
        categorical |= {"impute": "constant", "fill_value": "missing"}
    rest = {key: value for key, value in config.items() if key not in ("features", "preparation")}
    return rest | {
        "version": 2,
        "columns": {"include": config["features"]},
        "preparation": {"numeric": numeric, "categorical": categorical},
    }


def forwards(apps, schema_editor):
    Experiment = apps.get_model("experiments", "Experiment")
    for experiment in Experiment.objects.only("config").iterator():
        if experiment.config.get("version", 1) == 1:
            experiment.config = config_2(experiment.config)
            experiment.save(update_fields=["config"])
    Run = apps.get_model("experiments", "Run")
    for run in Run.objects.exclude(warnings=[]).only("warnings").iterator():
        run.warnings = [
            {"code": warning, "context": {}} if isinstance(warning, str) else warning
            for warning in run.warnings
        ]
        run.save(update_fields=["warnings"])


class Migration(migrations.Migration):
    dependencies = [("experiments", "0002_engine_2")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
