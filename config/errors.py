"""Pages of errors that Django's own handlers would render without the person who reads them."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.bodies import too_large


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be read; what exactly is wrong goes to the log only."""
    if isinstance(exception, RequestDataTooBig):
        # Typed or pasted into a form that may carry a large file, and therefore read.
        return too_large(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return render(request, "400.html", status=400)
