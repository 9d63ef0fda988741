"""How rows are divided is part of a dataset's schema; it was the seed alone."""

from django.db import migrations


def forwards(apps, schema_editor):
    Dataset = apps.get_model("classrooms", "Dataset")
    for dataset in Dataset.objects.exclude(data_schema={}).iterator():
        dataset.data_schema["split"] = {
            "kind": "stratified",
            "column": None,
            "seed": dataset.split_seed,
            "test": 0.2,
            "holdout": 0.2,
        }
        dataset.save(update_fields=["data_schema"])


class Migration(migrations.Migration):
    dependencies = [("classrooms", "0002_dojo_costs")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
