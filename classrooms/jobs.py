"""The job kind of datasets, and what is to be tidied up regularly."""

from datetime import timedelta

from classrooms.models import Dataset
from jobs.kinds import JobKind, Queue, Urgency, call_at_each_sweep, register
from posting.models import forget_sent_forms

register(
    JobKind(
        model=Dataset,
        queue=Queue.COMPUTE,
        work="classrooms.datasets.compute.preparation.prepare",
        urgency=Urgency.BLOCKING,
    ),
)
call_at_each_sweep(forget_sent_forms, at_most_every=timedelta(hours=1))
