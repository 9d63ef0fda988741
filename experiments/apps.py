from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExperimentsConfig(AppConfig):
    name = "experiments"
    verbose_name = _("Experiments")

    def ready(self) -> None:
        # Receivers of signals: what classrooms asks, what the worker process tells, what is
        # deleted with a file.
        from experiments import rules, worker  # noqa: F401, PLC0415 (need the app registry)
        from experiments.exports import archiving  # noqa: F401, PLC0415
