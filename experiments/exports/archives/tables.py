"""The tables of a Dojo export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from classrooms.agenda.readers import agenda_words
from classrooms.datasets.page import card_rows
from classrooms.knowledge import knows_hidden_scores
from classrooms.models import Dataset
from classrooms.tables import Cell, csv_table
from experiments.exports.archives.aliases import RealNames
from experiments.findings.record import Severity
from experiments.leaderboard.rigour import COUNTS, rigour_of
from experiments.participants.table import ParticipantRow
from experiments.summary.page import Person, Summary


def leaderboard_csv(summary: Summary) -> bytes:
    """Ranks and scores; the hidden ones once they are revealed."""
    revealed = knows_hidden_scores(summary.dojo)
    header: list[Cell] = [
        _("Rank"),
        _("Participant"),
        _("Model"),
        _("Experiments"),
        _("First score"),
        _("Submitted score"),
        _("Lower bound of the interval (95%)"),
        _("Upper bound of the interval (95%)"),
        *([_("Holdout")] if revealed else []),
    ]
    rows = [_leaderboard_row(person, revealed=revealed) for person in summary.ranked]
    return csv_table([header, *rows])


def _leaderboard_row(person: Person, *, revealed: bool) -> list[Cell]:
    low, high = person.interval or (None, None)
    cells: list[Cell] = [person.rank, person.name, person.model, person.experiments]
    cells += [person.first, person.submitted, low, high]
    return [*cells, person.holdout] if revealed else cells


def agenda_csv(summary: Summary) -> bytes:
    """The phases as they were planned and as they went."""
    header: list[Cell] = [
        _("Phase"),
        _("Planned (min)"),
        _("Actual (min)"),
        _("Started"),
        _("Ended"),
    ]
    rows: list[list[Cell]] = [
        [
            agenda_words(time.phase.title),
            time.planned,
            time.actual,
            time.began.isoformat(timespec="minutes") if time.began else None,
            time.ended.isoformat(timespec="minutes") if time.ended else None,
        ]
        for time in summary.times
    ]
    return csv_table([header, *rows])


def rigour_csv(rows: Sequence[ParticipantRow], names: RealNames) -> bytes:
    """The shares of the second board, each as how many of how many, and their mean."""
    header: list[Cell] = [_("Participant"), *(str(label) for label, _term, _count in COUNTS)]
    header += [_("Forecasting skill"), _("Total")]
    found: list[list[Cell]] = []
    for row in rows:
        rigour = rigour_of(row.experiments, row.findings)
        # With a slash a spreadsheet would read a date.
        shares = (
            [f"{one.done} : {one.of}" for one in rigour.shares] if rigour else [""] * len(COUNTS)
        )
        skill = rigour.forecasts.skill if rigour else None
        found.append([names.of(row.seat), *shares, skill, rigour.total if rigour else None])
    return csv_table([header, *found])


def findings_csv(rows: Sequence[ParticipantRow], names: RealNames) -> bytes:
    """Findings of each experiment: issues, notices and strengths."""
    header: list[Cell] = [
        _("Participant"),
        _("Experiment"),
        _("Finding"),
        _("Kind"),
        _("Question to ask"),
    ]
    kinds = {
        Severity.STRENGTH: _("strength"),
        Severity.NOTICE: _("notice"),
        Severity.ISSUE: _("issue"),
    }
    found: list[list[Cell]] = [
        [
            names.of(row.seat),
            finding.experiment.number,
            finding.label,
            kinds[finding.severity],
            "" if finding.is_strength else finding.question,
        ]
        for row in rows
        for finding in row.findings
    ]
    return csv_table([header, *found])


def dataset_card(dataset: Dataset) -> dict[str, Any]:
    """The context of the data card's template."""
    card = dataset.bundled
    meanings = card.column_meanings if card else dataset.column_meanings
    return {
        "dataset": dataset,
        "summary": _(card.summary) if card else dataset.description,
        "rows": card_rows(dataset),
        "columns": [
            (
                column.name,
                column.type,
                _(meanings[column.name]) if meanings.get(column.name) else "",
            )
            for column in dataset.schema.columns
        ],
        "traps": [(_(trap.title), _(trap.description)) for trap in card.traps] if card else [],
    }
