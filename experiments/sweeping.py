"""What the sweeper does for runs and interpretations."""

from classrooms.jobs import ring_again, sweep_jobs
from experiments.models import Interpretation, Run
from experiments.services import announce
from experiments.tasks import work_next


def sweep() -> int:
    """Requeue, end or ring for what was left behind; see `classrooms.jobs.sweep_jobs`."""

    def announce_run(run: Run) -> None:
        announce(run.experiment.membership)

    def announce_interpretation(interpretation: Interpretation) -> None:
        announce(interpretation.run.experiment.membership)

    runs = Run.objects.select_related("experiment__membership")
    interpretations = Interpretation.objects.select_related("run__experiment__membership")
    return sweep_jobs(
        runs, ring=lambda run: ring_again(work_next), on_change=announce_run
    ) + sweep_jobs(
        interpretations,
        ring=lambda interpretation: ring_again(work_next),
        on_change=announce_interpretation,
    )
