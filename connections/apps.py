from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConnectionsConfig(AppConfig):
    name = "connections"
    verbose_name = _("Connections")

    def ready(self) -> None:
        from experiments import signals  # noqa: PLC0415 (needs the models)

        signals.archive_asked_for.connect(files_for_archive, dispatch_uid="files of tools")


def files_for_archive(sender: Any, record: Any, **_kwargs: Any) -> dict[str, bytes]:
    """What a participant's ZIP has for MLflow."""
    from connections.mlruns import mlruns_of  # noqa: PLC0415 (needs the models)

    return mlruns_of(record)
