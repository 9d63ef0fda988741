"""The API's documentation page, without third-party scripts."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from classrooms.access import Request, account_view
from connections.http.example import example_script, latest_dojo
from connections.http.reference import reference as api_reference


@account_view
@require_safe
def reference(request: Request) -> HttpResponse:
    """Every call with its fields, and an example."""
    context = {
        "reference": api_reference(),
        "example": example_script(request.build_absolute_uri, latest_dojo(request)),
    }
    return render(request, "connections/reference.html", context)
