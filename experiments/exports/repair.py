"""Downloads that need a stored file which may be damaged."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from classrooms.access import Request
from classrooms.models import Seat
from classrooms.storage import files
from experiments.leaderboard.requests import request_leaderboard

View = Callable[..., HttpResponseBase]


def waits_for_repair(view: View) -> View:
    """For a view of a seat: where the data's file is damaged, have a worker make it again, and
    say so. The web process cannot read the data."""

    @wraps(view)
    def guarded(request: Request, seat: Seat, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, seat, *args, **kwargs)
        except files.Damaged:
            files.delete(seat.dojo.dataset.participant_csv_path)
            request_leaderboard(seat.dojo)  # reads the data, and makes again what is damaged
            words = _("A file of the data is damaged and is being made again. Try in a minute.")
            messages.warning(request, words)
            return redirect(seat.dojo)

    return guarded
