"""Rows of the training set, for everyone in a Dojo."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from classrooms.access import Request, member_view
from classrooms.datasets.page import CHART_HEIGHT, CHART_WIDTH
from classrooms.datasets.rows.page import RowsPage
from classrooms.dojos.page import dojo_context
from classrooms.models import Seat


@member_view
@require_safe
def dojo_rows(request: Request, seat: Seat) -> HttpResponse:
    context = dojo_context(seat, "data") | {
        "page": RowsPage(seat.dojo.dataset, request.GET),
        "chart_width": CHART_WIDTH,
        "chart_height": CHART_HEIGHT,
    }
    return render(request, "classrooms/dojo_rows.html", context)
