"""Connects the receivers of this app."""

from experiments.exports import requests
from experiments.sealing import services as sealing
from experiments.submit import rules

__all__ = ["requests", "rules", "sealing"]
