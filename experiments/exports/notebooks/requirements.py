"""The exact versions that a notebook needs, as a requirements file."""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence
from functools import cache

from django.conf import settings

from engine.run.fingerprint import DISTRIBUTIONS
from experiments.models import Experiment

# What the notebook's interpretation draws with; no score depends on their versions.
INTERPRETATION = ("shap", "matplotlib")

# To open a notebook and to run it, beside the libraries of the runs.
JUPYTER = "jupyterlab\n"

# "shap==0.51.0 ; python_full_version < '3.12' \\", the marker only where versions differ.
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(==\S+(?: ; .+?)?) \\$", re.MULTILINE)


def requirements(experiments: Sequence[Experiment]) -> str:
    """The exact versions that the runs were made with; a run from the log pins its own."""
    versions = _versions(experiments)
    pins = [f"{name}=={versions[name]}\n" for name in DISTRIBUTIONS if name in versions]
    rest = [name for name in INTERPRETATION if name not in DISTRIBUTIONS]
    return "".join(pins) + _locked(*rest) + JUPYTER


def starter_requirements() -> str:
    """The versions that the workers are installed with."""
    names = dict.fromkeys((*DISTRIBUTIONS, *INTERPRETATION, "pyyaml"))
    return _locked(*names) + JUPYTER


def python_version(experiments: Sequence[Experiment]) -> str:
    """The Python of the runs, as "3.12"; this process's own where there is no run."""
    full = _versions(experiments).get("python", platform.python_version())
    return ".".join(full.split(".")[:2])


def _versions(experiments: Sequence[Experiment]) -> dict[str, str]:
    versions: dict[str, str] = {}
    for experiment in experiments:
        versions |= experiment.run.versions
    return versions


def _locked(*names: str) -> str:
    return "".join(f"{name}{pin}\n" for name in names for pin in _lock().get(name, ()))


@cache
def _lock() -> dict[str, list[str]]:
    """Of each package, its pins: more than one where they depend on the Python."""
    text = (settings.BASE_DIR / "requirements" / "ml.txt").read_text(encoding="utf-8")
    pins: dict[str, list[str]] = {}
    for name, pin in PIN.findall(text):
        pins.setdefault(name, []).append(pin)
    return pins
