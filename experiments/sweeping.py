"""What the sweeper does for runs and interpretations."""

from typing import Any

from classrooms.jobs import sweep_jobs
from experiments.models import Interpretation, Run
from experiments.services import announce
from experiments.tasks import execute_next_run, interpret_run


def sweep() -> int:
    """Requeue, end or ring for what was left behind; see `classrooms.jobs.sweep_jobs`."""

    def announce_run(run: Run) -> None:
        announce(run.experiment.membership)

    def announce_interpretation(interpretation: Interpretation) -> None:
        announce(interpretation.run.experiment.membership)

    def bell(task: Any) -> None:
        task.apply_async(retry=False)

    runs = Run.objects.select_related("experiment__membership")
    interpretations = Interpretation.objects.select_related("run__experiment__membership")
    return sweep_jobs(
        runs, ring=lambda run: bell(execute_next_run), on_change=announce_run
    ) + sweep_jobs(
        interpretations,
        ring=lambda interpretation: interpret_run.apply_async(
            args=[interpretation.pk], retry=False
        ),
        on_change=announce_interpretation,
    )
