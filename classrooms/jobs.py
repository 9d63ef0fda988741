"""The job kind of datasets, and what is to be tidied up regularly."""

from datetime import timedelta

from classrooms.models import Dataset, LeakCheck
from jobs.kinds import JobKind, Queue, Urgency, call_at_each_sweep, register
from posting.models import forget_sent_forms

register(
    JobKind(
        model=Dataset,
        queue=Queue.COMPUTE,
        work="classrooms.datasets.compute.preparation.prepare",
        urgency=Urgency.BLOCKING,
    ),
    JobKind(
        model=LeakCheck,
        queue=Queue.COMPUTE,
        work="classrooms.datasets.compute.leak_check.check",
        urgency=Urgency.BLOCKING,
        related=("dataset",),
    ),
)
call_at_each_sweep(forget_sent_forms, at_most_every=timedelta(hours=1))
