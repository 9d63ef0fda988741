from django.db import migrations


def name_problems(apps, schema_editor):
    """Columns that were listed as possible targets have none."""
    for dataset in apps.get_model("classrooms", "Dataset").objects.exclude(targets=[]).iterator():
        dataset.targets = [{"problem": ""} | target for target in dataset.targets]
        dataset.save(update_fields=["targets"])


class Migration(migrations.Migration):
    dependencies = [("classrooms", "0004_data_in")]

    operations = [migrations.RunPython(name_problems, migrations.RunPython.noop)]
