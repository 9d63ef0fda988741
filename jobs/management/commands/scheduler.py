"""The scheduler process: `manage.py scheduler`."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from jobs import scheduler


class Command(BaseCommand):
    help = "Recover abandoned jobs, wake workers and do what is to be done regularly, until ended."

    def handle(self, *args: Any, **options: Any) -> None:
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: ended.set())
        scheduler.run(ended)
