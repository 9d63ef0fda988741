"""The note of missing workers, on pages where people wait for one."""

from typing import Any

from django import template
from django.template import Context

from classrooms.dojos.workers import missing_workers

register = template.Library()


@register.inclusion_tag("classrooms/workers.html", takes_context=True)
def workers_note(context: Context) -> dict[str, Any]:
    """Says that no worker responds. In a Dojo it asks again by itself."""
    seat = context.get("seat")
    return missing_workers() | {
        "dojo": context.get("dojo"),
        "is_facilitator": seat is None or seat.is_facilitator,
    }
