"""Connects the receivers of this app."""

from jobs.workers import worker

__all__ = ["worker"]
