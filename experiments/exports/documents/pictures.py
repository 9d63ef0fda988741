"""The charts of a log as pictures: which ones, their names, and those already drawn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine.charts.text import Chart, localised, relabelled
from experiments.exports.record import Record
from experiments.models import Interpretation, Picture, Run, Stage
from experiments.wording.interpretation import conditions_in_words

# What a log shows of a run: whether it has learned, what it uses, whether its probabilities
# are true, and where it is wrong.
VIEWS: dict[str, tuple[Stage, str | Promise]] = {
    "learning": (Stage.LEARNING, _("Learning curve")),
    "importance": (Stage.EVIDENCE, _("What the model uses")),
    "reliability": (Stage.EVIDENCE, _("Are its probabilities right?")),
    "slices": (Stage.SUBGROUPS, _("Where it is wrong most often")),
}


@dataclass(frozen=True)
class Drawn:
    """A picture with its title, in the reader's language."""

    title: str
    svg: str
    png: bytes


def drawn_pictures(runs: Sequence[Run], language: str) -> dict[int, list[Drawn]]:
    """Drawn charts of these runs, by primary key, in the order of the views."""
    pictures = Picture.objects.filter(run__in=runs, language=language)
    places = {view: place for place, view in enumerate(VIEWS)}
    found: dict[int, list[Drawn]] = {}
    for picture in sorted(pictures, key=lambda one: places[one.view]):
        title = str(VIEWS[picture.view][1])
        drawn = Drawn(title, picture.svg, bytes(picture.png))
        found.setdefault(picture.run_id, []).append(drawn)
    return found


def pictures_of(record: Record) -> dict[int, list[Drawn]]:
    """Drawn charts of the experiments in a document."""
    with translation.override(record.language):
        return drawn_pictures([one.run for one in record.shown], record.language)


def charts_to_draw(run: Run) -> Iterator[tuple[str, Chart]]:
    """The stored charts of a run by view, in the language that is active."""
    stages = {stage for stage, _title in VIEWS.values()}
    stored = Interpretation.objects.filter(run=run, stage__in=stages, status="succeeded")
    contents = {Stage(one.stage): one.content for one in stored}
    for view, (stage, _title) in VIEWS.items():
        content = contents.get(stage, {})
        if chart := content.get("charts", {}).get(view):
            yield view, localised(_worded(view, Chart(**chart), content), gettext)


def _worded(view: str, chart: Chart, content: Mapping[str, Any]) -> Chart:
    """Subgroups are worded by who shows them."""
    if view != "slices":
        return chart
    shown = content["slices"]["found"][: chart.shown]
    return relabelled(chart, [conditions_in_words(one["conditions"]) for one in shown])


def chart_digest(chart: Chart) -> str:
    return hashlib.sha256(json.dumps(chart.spec, sort_keys=True).encode()).hexdigest()
