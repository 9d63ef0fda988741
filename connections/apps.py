from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _


class ConnectionsConfig(AppConfig):
    name = "connections"
    verbose_name = _("Connections")

    def ready(self) -> None:
        from connections import example  # noqa: PLC0415 (needs the models)
        from experiments import signals  # noqa: PLC0415

        signals.archive_asked_for.connect(files_for_archive, dispatch_uid="files of tools")
        signals.stored_files_asked_for.connect(stored_runs, dispatch_uid="stored runs of a Dojo")
        signals.starter_code_asked_for.connect(example.on_starter)
        post_delete.connect(
            forget_what_is_stored, sender="connections.Delivery", dispatch_uid="stored runs"
        )


def files_for_archive(sender: Any, record: Any, **_kwargs: Any) -> dict[str, bytes]:
    """What a participant's ZIP has for MLflow and for Weights & Biases."""
    from connections.mlruns import mlruns_of  # noqa: PLC0415 (needs the models)
    from connections.wandb_client import offline_runs_of  # noqa: PLC0415

    return mlruns_of(record) | offline_runs_of(record)


def stored_runs(sender: Any, dojo: Any, **_kwargs: Any) -> list[str]:
    """What is stored of a Dojo's runs for `wandb sync`."""
    from connections.wandb_client import stored_runs_of  # noqa: PLC0415 (needs the models)

    return stored_runs_of(dojo)


def forget_what_is_stored(sender: Any, instance: Any, **_kwargs: Any) -> None:
    """A run that is deleted leaves no file."""
    from connections.wandb_client import forget  # noqa: PLC0415 (needs the models)

    if instance.remote_id and instance.tool == "wandb":
        forget(instance.remote_id)
