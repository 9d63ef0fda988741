from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Each installed app may have a `jobs` module, which registers its job kinds, and a
    `receivers` module, which connects its receivers of signals."""

    name = "jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        autodiscover_modules("jobs", "receivers")
