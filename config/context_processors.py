"""Variables that every template can use."""

from typing import Any

from django.http import HttpRequest

from classrooms.access import may_open_dojos


def permissions(request: HttpRequest) -> dict[str, Any]:
    return {"may_open_dojos": may_open_dojos(request.user)}
