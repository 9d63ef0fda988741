"""Errors as the engine's error table tells them: which kind each is, and all counts."""

from django.db import migrations


def table_of(errors, confusion, positive_class, threshold):
    """A list of the surest errors as a table of errors that means the same."""
    rows = [
        {
            **row,
            "kind": "false_positive" if row["predicted"] == positive_class else "false_negative",
            "confidence": abs(row["probability"] - threshold),
            "cost": None,
        }
        for row in errors["rows"]
    ]
    return {
        "false_positives": confusion["false_positives"],
        "false_negatives": confusion["false_negatives"],
        "threshold": threshold,
        "columns": [{"name": name, "type": "categorical"} for name in errors["columns"]],
        "columns_left_out": 0,
        "longest_text": 0,
        "rows": rows,
        "rows_left_out": errors["total"] - len(rows),
    }


def forwards(apps, schema_editor):
    Interpretation = apps.get_model("experiments", "Interpretation")
    told = Interpretation.objects.exclude(errors={}).select_related(
        "run__experiment__membership__dojo__dataset"
    )
    for interpretation in told.iterator():
        if "total" in interpretation.errors:
            run = interpretation.run
            interpretation.errors = table_of(
                interpretation.errors,
                interpretation.confusion,
                run.experiment.membership.dojo.dataset.positive_class,
                run.threshold,
            )
            interpretation.save(update_fields=["errors"])


class Migration(migrations.Migration):
    dependencies = [
        ("experiments", "0003_configs_of_version_2"),
        ("classrooms", "0006_stray_words"),
    ]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
