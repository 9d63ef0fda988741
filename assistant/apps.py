from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssistantConfig(AppConfig):
    name = "assistant"
    verbose_name = _("Coach")

    def ready(self) -> None:
        from assistant import checks, reviewing  # noqa: PLC0415 (need the models)
        from classrooms.checklist import checks_are_asked_for  # noqa: PLC0415
        from experiments import signals  # noqa: PLC0415

        checks_are_asked_for.connect(checks.on_checks)
        signals.run_succeeded.connect(reviewing.on_run_succeeded)
        signals.conclusion_written.connect(reviewing.on_conclusion)
