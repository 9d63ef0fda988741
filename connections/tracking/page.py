"""Page objects of the facilitator's tracking page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classrooms import messages
from classrooms.models import Dojo
from connections.models import Delivery, Tool
from connections.tracking.deliveries import destinations
from jobs.models import UNFINISHED, JobStatus

FAILURES: dict[str, Promise] = {
    "unreachable": gettext_lazy(
        "The server isn't responding. Runs will be sent again automatically."
    ),
    "refused": gettext_lazy(
        "The server rejected the credentials. Ask your administrator to update them."
    ),
    "not_installed": gettext_lazy(
        "The client library is not installed: pip install -r requirements/tracking.txt."
    ),
    "gone": gettext_lazy("Someone deleted the run on that server."),
    "switched_off": gettext_lazy("Sending was switched off."),
}


@dataclass(frozen=True)
class ToolState:
    """The state of one tool's deliveries."""

    label: str
    where: str
    sent: int
    waiting: int
    failed: int
    failure: str


def tool_states(dojo: Dojo) -> list[ToolState]:
    """Every tool that receives this Dojo's runs, or did."""
    where = destinations(dojo)
    found = []
    for tool in Tool:
        deliveries = Delivery.objects.of_dojo(dojo).filter(tool=tool)
        counts = deliveries.aggregate(
            sent=Count("pk", filter=Q(status=JobStatus.SUCCEEDED)),
            waiting=Count("pk", filter=Q(status__in=UNFINISHED)),
        )
        failed = deliveries.failed()
        if tool not in where and not any(counts.values()) and not failed:
            continue
        latest = failed.order_by("-finished_at").first()
        failure = failure_words(latest) if latest else ""
        place = _place(tool, where.get(tool, ""))
        found.append(
            ToolState(str(tool.label), place, **counts, failed=len(failed), failure=failure)
        )
    return found


def failure_words(delivery: Delivery) -> str:
    """Why the run did not arrive."""
    if delivery.failure_code in FAILURES:
        return str(FAILURES[delivery.failure_code])
    return messages.describe_failure(delivery.failure_code, delivery.failure_context)


def _place(tool: Tool, address: str) -> str:
    """The address as people may see it: without a password."""
    if tool == Tool.WANDB:
        names = {"online": _("online"), "offline": _("offline: in the participants' ZIPs")}
        return names.get(address, "")
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
