"""A run has its confusion matrix with its metrics; until now its interpretation had it."""

from typing import Any

from django.db import migrations, models


def copy_confusion(apps: Any, schema_editor: Any) -> None:
    interpretations = apps.get_model("experiments", "Interpretation").objects
    for interpretation in interpretations.select_related("run").iterator():
        interpretation.run.confusion = interpretation.confusion
        interpretation.run.save(update_fields=["confusion"])


class Migration(migrations.Migration):
    dependencies = [("experiments", "0004_error_tables")]

    operations = [
        migrations.AddField(
            "run",
            "confusion",
            models.JSONField(blank=True, default=dict, verbose_name="confusion matrix"),
        ),
        migrations.AddField(
            "experiment",
            "limits",
            models.TextField(blank=True, max_length=4000, verbose_name="Limits"),
        ),
        migrations.RunPython(copy_confusion, migrations.RunPython.noop, elidable=True),
    ]
