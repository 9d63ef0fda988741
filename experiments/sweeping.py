"""What the sweeper does for runs and what is computed about them."""

from classrooms.jobs import ring_again, sweep_jobs
from classrooms.models.live import touch
from classrooms.topics import LEADERBOARD
from experiments.models import DojoArchive, Export, Interpretation, Question, Run, Standings
from experiments.services import announce, announce_page
from experiments.tasks import make_exports, work_next

MEMBERSHIP = "run__experiment__membership"


def sweep() -> int:
    """Requeue, end or ring for what was left behind; see `classrooms.jobs.sweep_jobs`."""

    def ring(job: object) -> None:
        ring_again(work_next)

    def announce_run(run: Run) -> None:
        announce(run.experiment.membership)

    def announce_run_of(job: Interpretation | Question) -> None:
        announce_page(job.run.experiment.membership)

    runs = Run.objects.select_related("experiment__membership")
    stages = Interpretation.objects.without_content().select_related(MEMBERSHIP)
    questions = Question.objects.defer("content").select_related(MEMBERSHIP)
    standings = Standings.objects.defer("content")
    exports = Export.objects.select_related("membership").defer("file", "content")
    return (
        sweep_jobs(runs, ring=ring, on_change=announce_run)
        + sweep_jobs(stages, ring=ring, on_change=announce_run_of)
        + sweep_jobs(questions, ring=ring, on_change=announce_run_of)
        + sweep_jobs(standings, ring=ring, on_change=lambda job: touch(job.dojo_id, LEADERBOARD))
        + sweep_jobs(
            exports,
            ring=lambda job: ring_again(make_exports),
            on_change=lambda job: announce_page(job.membership),
        )
        + sweep_jobs(
            DojoArchive.objects.all(),
            ring=lambda job: ring_again(make_exports),
            on_change=lambda job: None,
        )
    )
