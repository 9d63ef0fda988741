"""What does the ranking cost after one more run, with 10, 50, 200 and 500 people?

Seconds of processor for the whole job, from the queue to what is stored: in a worker that has
ranked them before (warm), in a new one, which reads everyone's predictions, and from nothing,
where no pair is known. Beside them a bare script that does the same for the one new run on arrays
that it has in memory: DeLong's paired intervals of ROC AUC against everyone.

    python benchmarks/board.py
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from submit_to_metrics import ROOT, config_for, prepare

PEOPLE = (10, 50, 200, 500)
GOAL_SECONDS = 0.2
ROUNDS = 3


def processor(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


class Room:
    """A Dojo whose runs have made-up predictions, and the scores that these have."""

    def __init__(self, owner: Any) -> None:
        import numpy as np

        from experiments.compute.comparing import y_test_of

        self.dojo, self.owner = owner.dojo, owner
        self.y = y_test_of(self.dojo)
        self.rng = np.random.default_rng(0)
        self.seats: list[Any] = []
        self.best = 1.5
        self.config = config_for(owner, "logistic_regression", 0).model_dump(mode="json")

    def grow(self, people: int) -> None:
        """Let people join until there are so many, each with a run."""
        from classrooms.models import Seat

        names = [f"P{number}" for number in range(len(self.seats), people)]
        new = [
            Seat(dojo=self.dojo, role=Seat.Role.PARTICIPANT, display_name=name) for name in names
        ]
        self.seats += Seat.objects.bulk_create(new)
        for seat in self.seats[-len(new) :]:
            self.run(seat, skill=float(self.rng.normal(1, 0.1)))

    def run(self, seat: Any, skill: float) -> None:
        """A finished run of a person."""
        import numpy as np
        from django.utils import timezone

        from engine.build.runtime_helpers import scores
        from engine.judge.uncertainty.intervals import Judged
        from engine.judge.uncertainty.predictions import Predictions as Predicted
        from experiments.models import Experiment, Predictions, Run

        noise = self.rng.normal(size=len(self.y))
        probability = 1 / (1 + np.exp(1 - skill * (2 * self.y - 1) - noise))
        interval = Judged(self.y, Predicted(probability, 0.5)).interval("roc_auc")
        experiment = Experiment.register(
            seat=seat, number=seat.experiments.count() + 1, config=self.config
        )
        run = Run.objects.create(
            experiment=experiment,
            status="succeeded",
            finished_at=timezone.now(),
            metrics={"test": scores(self.y, probability)},
            intervals={"roc_auc": interval},
            comparison={"none": True},
            fingerprint=f"{experiment.pk}",
        )
        Predictions.objects.create(
            run=run, test=probability.astype("<f8").tobytes(), out_of_fold=b""
        )

    def ranked(self) -> float:
        """Seconds of processor for the ranking."""
        from experiments.leaderboard.requests import request_leaderboard
        from experiments.models import LeaderboardSnapshot
        from jobs.perform import perform_here

        request_leaderboard(self.dojo)
        job = LeaderboardSnapshot.objects.get(dojo=self.dojo)
        seconds = processor(lambda: perform_here(job))
        job.refresh_from_db()
        assert job.status == "succeeded", job.failure_code
        assert len(job.content["ranks"]) == len(self.seats)
        return seconds

    def after_a_run(self) -> float:
        """The same once somebody has a better run than before."""
        self.best += 0.1
        self.run(self.seats[0], skill=self.best)
        return self.ranked()

    def from_nothing(self) -> float:
        from experiments.compute import board_memory
        from experiments.models import LeaderboardSnapshot

        board_memory._judged.clear()
        LeaderboardSnapshot.objects.filter(dojo=self.dojo).delete()
        return self.ranked()

    def bare(self) -> float:
        """One run against everyone, by a few lines of numpy."""
        import numpy as np
        from scipy.stats import rankdata

        positive, rows = self.y == 1, len(self.y)
        hits = positive.sum()

        def influence(probability: Any) -> Any:
            within = np.zeros(rows)
            for own in (positive, ~positive):
                within[own] = rankdata(probability[own])
            above = rankdata(probability) - within
            place = np.where(positive, above / (rows - hits), 1 - above / hits)
            auc = place[positive].mean()
            return (place - auc) * np.where(positive, rows / hits, rows / (rows - hits))

        known = np.stack([influence(self.rng.random(rows)) for _seat in self.seats])
        new = self.rng.random(rows)

        def compared() -> Any:
            moved = known - influence(new)
            reach = 1.96 * moved.std(axis=1) / np.sqrt(rows)
            return moved.mean(axis=1) - reach, moved.mean(axis=1) + reach

        return statistics.median(processor(compared) for _round in range(ROUNDS))


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="ml-experimenter-bench-"))
    os.environ.update(
        VAR_DIR=str(folder / "var"),
        DJANGO_SETTINGS_MODULE="config.settings",
        LOG_LEVEL="ERROR",
        OMP_NUM_THREADS="1",
    )
    sys.path.insert(0, str(ROOT))
    try:
        room = Room(prepare("standard"))
        from engine.build.instantiate import import_all
        from experiments.compute import board_memory

        import_all()
        for people in PEOPLE:
            room.grow(people)
            room.ranked()
            warm = statistics.median(room.after_a_run() for _round in range(ROUNDS))
            board_memory._judged.clear()
            new = room.after_a_run()
            nothing, bare = room.from_nothing(), room.bare()
            print(
                f"  {people:3} people: warm {warm:.3f} s, new worker {new:.3f} s, "
                f"from nothing {nothing:.2f} s of processor; bare {bare:.4f} s, "
                f"ratio {warm / bare:.0f}",
                flush=True,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    met = warm <= GOAL_SECONDS
    print(f"  goal: {GOAL_SECONDS} s at {people} people, warm: {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
