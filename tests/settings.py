"""Settings of the tests: the product's own, in a folder of their own, with a quick hash."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

# Processes that the tests start are told the same folder; who made it takes it away.
if "VAR_DIR" not in os.environ:
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="ml-experimenter-tests-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
# Tests that run side by side (pytest-xdist) have a folder each.
if (worker := os.environ.get("PYTEST_XDIST_WORKER", "")) not in os.environ["VAR_DIR"]:
    os.environ["VAR_DIR"] = str(Path(os.environ["VAR_DIR"]) / worker)
# Redis has numbered databases: each of them takes one below that of the whole.
if worker and os.environ.get("BROKER_OF") != worker:
    url, _, number = os.environ.get("CELERY_BROKER_URL", "").rpartition("/")
    if url.startswith("redis") and number.isdigit():
        os.environ["CELERY_BROKER_URL"] = f"{url}/{int(number) - 1 - int(worker[2:])}"
        os.environ["BROKER_OF"] = worker
# A test's own transaction would keep the thread that renews a lease waiting for SQLite's lock.
os.environ.setdefault("LEASE_SECONDS", "60")
# Playwright's synchronous interface keeps an event loop in the thread of the tests.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from engine.process_settings import set_up_process

set_up_process()

from config.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Or every test client would look through all static files, in half of a page test's time.
# The processes of the product do so once, as on a server.
WHITENOISE_AUTOREFRESH = "pytest" in sys.modules

# Nothing is told to the tools of whoever runs the tests.
MLFLOW_TRACKING_URI = WANDB_MODE = ""
