"""A script that submits an experiment, ready to run."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import indent
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from classrooms.access import Request
from classrooms.models import Dojo, Seat


def example_script(absolute: Callable[[str], str], dojo: Dojo | None) -> str:
    """Thirty lines of plain Python, in the reader's language.

    Args:
        absolute: makes an absolute address of a path.
        dojo: in which it submits; the reader fills it in where none is given.
    """
    context = {
        "address": absolute(reverse("api:api-root")).rstrip("/"),
        "dojo_id": dojo.public_id if dojo else "",
    }
    return render_to_string("connections/example.txt", context)


def latest_dojo(request: Request) -> Dojo | None:
    """The one that the caller joined last as a participant."""
    seats = Seat.objects.participants().held_by(request.user)
    seat = seats.select_related("dojo").order_by("-joined_at").first()
    return seat.dojo if seat else None


def on_starter(dojo: Dojo, absolute: Callable[[str], str], **kwargs: Any) -> str:
    """The script for a starter notebook, which runs without a token and without network, too."""
    script = indent(example_script(absolute, dojo), "    ")
    return f'import os\n\nif "MLX_TOKEN" in os.environ:\n{script}'
