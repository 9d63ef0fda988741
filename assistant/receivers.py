"""What the coach adds to a Dojo's checklist, and when it writes feedback."""

from assistant.checks import on_checks
from assistant.reviews.services import on_conclusion, on_run_succeeded
from classrooms.people.checklist import checks_are_asked_for
from experiments import signals

checks_are_asked_for.connect(on_checks)
signals.run_succeeded.connect(on_run_succeeded)
signals.conclusion_written.connect(on_conclusion)
