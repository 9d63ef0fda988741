"""Connects the receivers of this app."""

from classrooms.accounts import proof
from classrooms.datasets import files
from classrooms.dojos import channel
from classrooms.people import empty_seats

__all__ = ["channel", "empty_seats", "files", "proof"]
