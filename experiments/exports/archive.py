"""The ZIP that a participant takes home. Same content, same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import slugify

from classrooms.models import Membership
from experiments.engine.fingerprint import DISTRIBUTIONS
from experiments.exports.log import experiment_log
from experiments.exports.notebook import build_notebook
from experiments.models import Experiment
from experiments.selectors import experiments_of

# ZIP knows no earlier date; a fixed one makes the bytes depend on the content only.
EPOCH = (1980, 1, 1, 0, 0, 0)

# What the notebook needs beside the libraries of the runs, to be opened and re-run.
JUPYTER = "jupyterlab\n"


def requirements(experiments: Sequence[Experiment]) -> str:
    """The exact versions that the runs were made with; a run from the log pins its own."""
    versions: dict[str, str] = {}
    for experiment in experiments:
        versions |= experiment.run.versions
    pins = [f"{name}=={versions[name]}\n" for name in DISTRIBUTIONS if name in versions]
    return "".join(pins) + JUPYTER


def archive_name(membership: Membership) -> str:
    title = slugify(membership.dojo.title, allow_unicode=True) or "dojo"
    name = slugify(membership.display_name, allow_unicode=True) or "participant"
    return f"{title}-{name}.zip"


def build_archive(membership: Membership) -> io.BytesIO:
    """Log, notebook, data, requirements and a note on how to use them."""
    experiments = experiments_of(membership)
    dataset = membership.dojo.dataset
    with translation.override(membership.dojo.language):
        readme = render_to_string("experiments/take_home.txt", {"membership": membership})
        notebook = build_notebook(membership, experiments)
    with default_storage.open(dataset.participant_csv_path) as file:
        data = file.read()
    files = {
        "README.txt": readme.encode(),
        "experiment-log.md": experiment_log(membership).encode(),
        "notebook.ipynb": notebook.encode(),
        "data.csv": data,
        "requirements.txt": requirements(experiments).encode(),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    buffer.seek(0)
    return buffer
