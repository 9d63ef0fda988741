from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssistantConfig(AppConfig):
    name = "assistant"
    verbose_name = _("Coach")

    def ready(self) -> None:
        from assistant import reviewing  # noqa: PLC0415 (needs the models)
        from experiments import signals  # noqa: PLC0415

        signals.run_succeeded.connect(reviewing.on_run_succeeded)
        signals.conclusion_written.connect(reviewing.on_conclusion)
