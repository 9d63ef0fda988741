from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExperimentsConfig(AppConfig):
    name = "experiments"
    verbose_name = _("Experiments")

    def ready(self) -> None:
        # Receivers of signals: what classrooms asks, and what the worker process tells.
        from experiments import rules, worker  # noqa: F401, PLC0415 (need the app registry)
