from classrooms.models.datasets import Dataset, HealthReport
from classrooms.models.dojos import Dojo, Membership
from classrooms.models.jobs import Job, WorkerSighting
from classrooms.models.live import LiveVersion, Topic
from classrooms.models.phases import Phase

__all__ = [
    "Dataset",
    "Dojo",
    "HealthReport",
    "Job",
    "LiveVersion",
    "Membership",
    "Phase",
    "Topic",
    "WorkerSighting",
]
