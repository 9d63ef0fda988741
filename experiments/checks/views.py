"""Explain a check."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from classrooms.access import Request, member_view
from classrooms.dojos.page import dojo_context
from classrooms.models import Seat
from experiments.checks.wording import EXPLANATIONS


@member_view
@require_safe
def check(request: Request, seat: Seat, check_code: str) -> HttpResponse:
    """What one check asks, why, how it is computed, and what to do."""
    if check_code not in EXPLANATIONS:
        raise Http404
    context = dojo_context(seat, "work") | {
        "explanation": EXPLANATIONS[check_code],
        "explanations": EXPLANATIONS.values(),
    }
    return render(request, "experiments/checks/explanation.html", context)
