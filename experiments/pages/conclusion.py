"""A conclusion on its experiment's page: what was saved, until when it can be corrected, and what
it was before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from classrooms.agenda.readers import agenda_words
from experiments.models import ConclusionVersion, Experiment
from experiments.submit.correcting import may_be_corrected
from experiments.wording.claims import claim_sentences, sentences_of
from experiments.wording.thin import thin_words


@dataclass(frozen=True)
class Version:
    """A conclusion as it was saved, and by whom."""

    saved_at: datetime | None
    author: str
    analysis: str
    claims: list[str]
    decision: str
    next_step: str


@dataclass(frozen=True)
class ConclusionPage:
    """
    Attributes:
        until: how long its author may correct it; empty where they can't.
        thin: the question that a very short analysis raises.
        earlier: what it was before it was corrected, latest first.
    """

    latest: Version
    until: str
    thin: str
    earlier: list[Version]


def conclusion_page(experiment: Experiment, *, is_own: bool) -> ConclusionPage:
    """Two queries at most."""
    versions = list(experiment.versions.select_related("author")) if experiment.is_closed else []
    may_correct = is_own and may_be_corrected(experiment)
    return ConclusionPage(
        latest=Version(
            saved_at=versions[-1].saved_at if versions else experiment.concluded_at,
            author=experiment.seat.display_name,
            analysis=experiment.analysis,
            claims=claim_sentences(experiment),
            decision=experiment.get_decision_display(),
            next_step=experiment.next_step,
        ),
        until=_until(experiment) if may_correct else "",
        thin=thin_words(experiment.analysis) if may_correct else "",
        earlier=earlier_versions(experiment, versions)[::-1],
    )


def earlier_versions(experiment: Experiment, versions: list[ConclusionVersion]) -> list[Version]:
    """Those that a later one replaced, first to last.

    Args:
        versions: all of the experiment, with their authors.
    """
    is_shared = len({version.author_id for version in versions}) > 1
    together = experiment.seat.display_name
    return [
        Version(
            saved_at=version.saved_at,
            author=version.author.proposed_name if is_shared and version.author else together,
            analysis=version.analysis,
            claims=sentences_of(version.claims),
            decision=version.get_decision_display(),
            next_step=version.next_step,
        )
        for version in versions[:-1]
    ]


def _until(experiment: Experiment) -> str:
    phase = experiment.seat.dojo.current_phase
    if phase is None:
        return _("You can correct it for now.")
    return _("You can correct it until “%(phase)s” ends.") % {"phase": agenda_words(phase.title)}
