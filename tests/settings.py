"""Settings of the tests: the product's own, in a folder of their own, with a quick hash."""

import os
import tempfile

# Processes that the tests start are told the same folder.
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="ml-experimenter-tests-"))
os.environ.setdefault("LEASE_SECONDS", "3")

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
