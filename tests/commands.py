"""The commands of the product's processes, as `make run` starts them."""

from __future__ import annotations

import configparser
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def commands(port: int, *, concurrency: int = 2) -> dict[str, list[str]]:
    """Of each process of supervisord.conf, by name."""
    values = {
        "ENV_PYTHON": sys.executable,
        "ENV_PORT": str(port),
        "ENV_COMPUTE_CONCURRENCY": str(concurrency),
    }
    config = configparser.RawConfigParser()
    config.read(ROOT / "supervisord.conf")
    return {
        section.removeprefix("program:"): (config[section]["command"] % values).split()
        for section in config.sections()
        if section.startswith("program:")
    }
