"""Finished runs are interpreted again, now stage by stage. The sweeper rings for them."""

from typing import Any

from django.db import migrations

STAGES = (1, 2, 3, 4)


def queue_every_stage(apps: Any, schema_editor: Any) -> None:
    Interpretation = apps.get_model("experiments", "Interpretation")
    Run = apps.get_model("experiments", "Run")
    Interpretation.objects.all().delete()
    finished = Run.objects.filter(
        status="succeeded", reproduces=None, predictions__isnull=False
    ).values_list("pk", flat=True)
    Interpretation.objects.bulk_create(
        Interpretation(run_id=run, stage=stage) for run in finished for stage in STAGES
    )


class Migration(migrations.Migration):
    dependencies = [("experiments", "0006_stages_and_questions")]

    operations = [migrations.RunPython(queue_every_stage, migrations.RunPython.noop, elidable=True)]
