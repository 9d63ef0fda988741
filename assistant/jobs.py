"""The job kind of feedback, which waits for a language model and nothing else."""

from assistant.models import Review
from classrooms.models.dojos import whole_dojo
from experiments.submit.services import announce_page
from jobs.kinds import JobKind, Queue, Urgency, register

register(
    JobKind(
        model=Review,
        queue=Queue.IO,
        work="assistant.reviews.services.write",
        urgency=Urgency.REQUESTED,
        announce=lambda review: announce_page(review.experiment.seat),
        related=whole_dojo("experiment__seat__dojo"),
    ),
)
