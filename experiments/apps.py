from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExperimentsConfig(AppConfig):
    name = "experiments"
    verbose_name = _("Experiments")

    def ready(self) -> None:
        # Signals of the worker process; the web process never sends them.
        from experiments import worker  # noqa: F401, PLC0415 (needs the app registry)
