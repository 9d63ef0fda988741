"""Settings of the tests: the product's own, in a folder of their own, with a quick hash."""

import os
import tempfile

# Processes that the tests start are told the same folder.
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="ml-experimenter-tests-"))
os.environ.setdefault("LEASE_SECONDS", "3")
# Playwright's synchronous interface keeps an event loop in the thread of the tests.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from experiments.engine.threads import limit_threads

limit_threads()

from config.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
