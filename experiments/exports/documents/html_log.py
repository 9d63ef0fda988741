"""The experiment log as one HTML file that works offline, without scripts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from django.template.loader import render_to_string
from django.utils import translation

from experiments.exports.documents.code import log_code
from experiments.exports.documents.content import log_content
from experiments.exports.documents.glance import summary_of
from experiments.exports.documents.pictures import Drawn
from experiments.exports.record import Record
from experiments.pages.progress_chart import progress_chart
from experiments.sealing.page import root_lines
from experiments.talks.learnings import results_of, submitted_of


def html_log(
    record: Record,
    pictures: Mapping[int, Sequence[Drawn]] | None = None,
    *,
    with_later: bool = True,
) -> str:
    """The log in the document's language.

    Args:
        pictures: of charts, by the run's primary key.
        with_later: whether it tells what comes by itself after a result: checks, and roots.
    """
    pictures, dojo = pictures or {}, record.seat.dojo
    with translation.override(record.language):
        content = log_content(record)
        code = log_code(record, content)
        results = [one.result for one in content.experiments]
        submitted, _entry = submitted_of(results_of(record.experiments))
        ended = [result for result in results if not result.run.is_unfinished]
        context = {
            "content": content,
            "metric": dojo.get_primary_metric_display(),
            "chart": progress_chart(ended, submitted, threshold=dojo.success_threshold),
            "experiments": [
                (one, own, pictures.get(one.result.run.pk, ()))
                for one, own in zip(content.experiments, code.own, strict=True)
            ],
            "shared_code": code.shared,
            "summary": summary_of(record),
            "roots": root_lines(dojo) if with_later else [],
            "with_later": with_later,
        }
        return render_to_string("experiments/exports/log.html", context)


def log_digest(record: Record) -> str:
    """Of what the log says, without its pictures; what comes by itself outdates no PDF."""
    return hashlib.sha256(html_log(record, with_later=False).encode()).hexdigest()
