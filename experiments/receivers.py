"""Connects the receivers of this app."""

from experiments.exports import requests
from experiments.submit import rules

__all__ = ["requests", "rules"]
