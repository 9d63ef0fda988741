"""The exact versions that a notebook needs, as a requirements file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from django.conf import settings

from experiments.engine.fingerprint import DISTRIBUTIONS
from experiments.models import Experiment

# To open a notebook and to run it, beside the libraries of the runs.
JUPYTER = "jupyterlab\n"
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)


def requirements(experiments: Sequence[Experiment]) -> str:
    """The exact versions that the runs were made with; a run from the log pins its own."""
    versions: dict[str, str] = {}
    for experiment in experiments:
        versions |= experiment.run.versions
    return _written(DISTRIBUTIONS, versions)


def starter_requirements() -> str:
    """The versions that the workers are installed with."""
    return _written((*DISTRIBUTIONS, "pyyaml"), _locked())


def _written(names: Sequence[str], versions: dict[str, str]) -> str:
    pins = [f"{name}=={versions[name]}\n" for name in names if name in versions]
    return "".join(pins) + JUPYTER


@cache
def _locked() -> dict[str, str]:
    locked = settings.BASE_DIR / "requirements" / "ml.txt"
    return dict(PIN.findall(locked.read_text(encoding="utf-8")))
