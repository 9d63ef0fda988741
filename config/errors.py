"""Pages of errors that Django's own handlers would render without the person who reads them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be read; what exactly is wrong goes to the log only."""
    return render(request, "400.html", status=400)
