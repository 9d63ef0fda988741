"""The job kind of deliveries: runs to be sent to a tracking tool."""

from datetime import datetime

from connections.models import Delivery
from connections.models.tracking import DeliveryQuerySet
from connections.tracking.deliveries import find_deliveries
from jobs.kinds import JobKind, Queue, Urgency, call_at_each_sweep, register


def deliverable(deliveries: DeliveryQuerySet, worker: str, now: datetime) -> DeliveryQuerySet:
    """Those that are due, one at a time: a slow server keeps one process at most."""
    under_way = Delivery.objects.running().filter(lease_until__gt=now)
    return deliveries.none() if under_way.exists() else deliveries.due(now)


register(
    JobKind(
        model=Delivery,
        queue=Queue.COMPUTE,
        work="connections.tracking.compute.deliver.deliver",
        urgency=Urgency.SPARE,
        claimable=deliverable,
    ),
)
call_at_each_sweep(find_deliveries)
