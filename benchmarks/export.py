"""What does it take to pack a whole Dojo: 100 participants with 12 experiments each?

One participant's experiments are run, interpreted and drawn; the others get copies. Then a
process with no scientific library, as the web process is, writes the facilitator's ZIP. Beside
it the same files are packed by a bare script. And one participant's log as PDF, in a worker.

    python benchmarks/export.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

from submit_to_metrics import ROOT, prepare
from workshop import config_of, submit

PARTICIPANTS, EACH = 100, 12
MODELS = ("logistic_regression", "decision_tree", "gaussian_naive_bayes", "lightgbm")

PACK = """
import re, sys, time
from pathlib import Path
import django
django.setup()
from classrooms.models import Seat
from experiments.exports.archives.dojo import write_dojo_archive
viewer = Seat.objects.select_related("dojo__dataset").get(role="facilitator")
def peak():
    # Of this process alone: what getrusage says is inherited.
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
before = peak()
started = time.perf_counter()
with open(sys.argv[1], "wb") as file:
    write_dojo_archive(file, viewer)
seconds = time.perf_counter() - started
assert not {"numpy", "pandas", "sklearn", "weasyprint"} & set(sys.modules)
print(seconds, before, peak())
"""


def fill(dojo: Any) -> Any:
    """Everyone's experiments; returns who really ran them."""

    from classrooms.dojos.services import join_dojo
    from classrooms.models import User
    from experiments.models import Experiment, Picture
    from experiments.submit.services import save_framing
    from jobs.kinds import Queue, kinds_of
    from jobs.perform import perform_next

    people = [
        join_dojo(
            dojo=dojo,
            user=User.objects.create_user(f"p{n}@example.org"),
            display_name=f"Person {n}",
        )
        for n in range(PARTICIPANTS)
    ]
    for member in people:
        save_framing(member, problem="P" * 200, data="D" * 200, metric="M", baseline="B")
    first = people[0]
    for n in range(EACH):
        submit(first, config_of(dojo.dataset.schema, MODELS[n % len(MODELS)], n // len(MODELS)))
    while perform_next(kinds_of(Queue.COMPUTE)):
        pass
    Experiment.objects.update(analysis="A" * 400, decision="keep", next_step="N" * 200)
    log_as_pdf(first)
    for member in people[1:]:
        for experiment in Experiment.objects.filter(seat=first).prefetch_related("runs"):
            copy_to(member, experiment, Picture)
    return first


def copy_to(member: Any, experiment: Any, picture_model: Any) -> None:
    """The same experiment, run and pictures for somebody else."""
    from classrooms.identifiers import new_public_id
    from experiments.models import Experiment

    run, pictures = experiment.run, list(picture_model.objects.filter(run=experiment.run))
    values = {f.attname: getattr(experiment, f.attname) for f in Experiment._meta.concrete_fields}
    values |= {"id": None, "public_id": new_public_id(), "seat_id": member.pk}
    run.pk, run.public_id, run.experiment = (
        None,
        new_public_id(),
        Experiment.register(**values),
    )
    run._state.adding = True
    run.save()
    for picture in pictures:
        picture.pk, picture.run = None, run
    picture_model.objects.bulk_create(pictures)


def log_as_pdf(member: Any) -> float:
    """Seconds to draw the charts and to make the PDF."""
    from experiments.exports.requests import request_export
    from experiments.models import Export
    from jobs.kinds import kind_of
    from jobs.perform import perform_next

    request_export(member, Export.Kind.PDF)
    started = time.perf_counter()
    assert perform_next([kind_of(Export)])
    seconds = time.perf_counter() - started
    export = Export.objects.get()
    assert export.has_succeeded, export.failure_code
    print(f"one log of {EACH} experiments as PDF with its charts: {seconds:.1f} s, ", end="")
    print(f"{len(export.file) / 2**20:.1f} MB")
    return seconds


def packed_alone(source: Path, target: Path) -> float:
    """Seconds that packing these files takes by itself."""
    with zipfile.ZipFile(source) as archive:
        inner = [archive.open(name) for name in archive.namelist() if name.endswith(".zip")]
        contents = [{n: z.read(n) for n in z.namelist()} for z in map(zipfile.ZipFile, inner)]
    started = time.perf_counter()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, files in enumerate(contents):
            for name, content in files.items():
                # The data are everyone's: the product packs them once.
                if name != "data.csv" or place == 0:
                    archive.writestr(f"{place}/{name}", content)
    return time.perf_counter() - started


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ml-experimenter-bench-"))
    os.environ.update(
        VAR_DIR=str(folder / "var"),
        DJANGO_SETTINGS_MODULE="config.settings",
        PYTHONPATH=str(ROOT),
        LOG_LEVEL="ERROR",
    )
    sys.path.insert(0, str(ROOT))
    from engine.process_settings import set_up_process

    set_up_process()
    try:
        fill(prepare("standard").dojo)
        target = folder / "dojo.zip"
        done = subprocess.run(
            [sys.executable, "-c", PACK, str(target)], check=True, capture_output=True, text=True
        )
        seconds, before, peak = map(float, done.stdout.split())
        bare = packed_alone(target, folder / "bare.zip")
        size = target.stat().st_size / 2**20
        print(f"{PARTICIPANTS} participants, {EACH} experiments each: {size:.0f} MB as ZIP")
        print(f"  product {seconds:6.1f} s;  packing alone {bare:.1f} s;  {seconds / bare:.1f} ×")
        print(f"  memory of the process {before:.0f} MB before, {peak:.0f} MB at most")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
