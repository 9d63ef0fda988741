"""The Celery application: a `compute` queue for models, an `io` queue for everything else."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"

app = Celery("ml_experimenter")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
