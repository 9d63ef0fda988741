"""The rule-based coach in conversation: what it finds for a question, or that it does not know."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from assistant.facts.own_experiment import Look, speaks_of
from assistant.facts.own_work import on_next
from assistant.facts.records import Work
from assistant.retrieval.entries import Entry, entries_in, index_in
from assistant.retrieval.languages import language_of
from assistant.retrieval.live import LIVE
from assistant.retrieval.ranking import Hit
from assistant.retrieval.tokens import LANGUAGES, folded, stems_of
from classrooms.models.agenda import PhaseKind
from engine.spec.metrics import METRICS
from experiments.models import Experiment
from experiments.templatetags.experiments import score

Text = str | Promise

# From here on an entry answers; below, the coach says that it does not know. Chosen on the
# questions of benchmarks/assistant/questions.yaml that are not marked as unseen.
KNOWN = 0.46
COVERED = 0.45
# As near as this to the best, another entry may answer when the best has nothing to say.
NEXT_BEST = 0.85
NEAREST = 2


@dataclass(frozen=True)
class Said:
    """An answer of the rules.

    Attributes:
        key: of the entry that answers; empty where none does.
        language: of the question, and so of the answer.
        nearest: keys of the entries that come nearest where none answers.
        view: of an experiment's analysis, which shows the evidence, or its own page.
        experiment: the one that the view is of.
    """

    text: str
    key: str = ""
    language: str = ""
    nearest: tuple[str, ...] = ()
    view: str = ""
    experiment: Experiment | None = None

    @property
    def is_known(self) -> bool:
        return bool(self.key)


QUICK_PROMPTS: dict[str, tuple[Text, ...]] = {
    PhaseKind.THEORY: (
        gettext_lazy("What makes a good hypothesis?"),
        gettext_lazy("Why hold rows out?"),
    ),
    PhaseKind.SETUP: (
        gettext_lazy("Is my framing clear enough?"),
        gettext_lazy("Which baseline makes sense here?"),
    ),
    PhaseKind.ITERATIONS: (
        gettext_lazy("Is my hypothesis testable?"),
        gettext_lazy("What does my last result say?"),
        gettext_lazy("Am I changing too much at once?"),
    ),
    PhaseKind.INTERPRETATION: (
        gettext_lazy("Where should I look at the errors?"),
        gettext_lazy("What can't I trust this model for?"),
    ),
    PhaseKind.DOCUMENTATION: (
        gettext_lazy("What is missing in my log?"),
        gettext_lazy("Would someone else understand it?"),
    ),
    PhaseKind.PRESENTATION: (gettext_lazy("Which experiment taught me most?"),),
}


def quick_prompts(phase: str | None) -> list[str]:
    """Suggested questions for this phase."""
    return [str(text) for text in QUICK_PROMPTS.get(phase or "", QUICK_PROMPTS["iterations"])]


def answer_by_rules(
    work: Work, looked_at: Experiment | None, question: str, said_before: Collection[str] = ()
) -> Said:
    """What the rules answer, in the language of the question.

    Args:
        said_before: what the coach said last, so as not to repeat it.
    """
    reader = (get_language() or "en")[:2]
    language = language_of(question, reader if reader in LANGUAGES else "en")
    plain = folded(question).replace("’", "'").strip()
    look = Look(work, speaks_of(work, looked_at, plain), plain)
    with override(language):
        hits = index_in(language).rank(stems_of(question, language, _columns(work)))
        if known := known_among(hits):
            return _answered(look, known, language, said_before)
        return _unknown(hits, language, has_help=not work.record.setting.dojo.is_solo)


def known_among(hits: list[Hit]) -> list[Hit]:
    """The entries that may answer, best first; none where even the best is too far off."""
    known = [hit for hit in hits if hit.relevance >= KNOWN and hit.coverage >= COVERED]
    return known if known and known[0] == hits[0] else []


def _columns(work: Work) -> list[str]:
    schema = work.record.setting.schema
    return [column.name for column in schema.columns]


def _unknown(hits: list[Hit], language: str, *, has_help: bool) -> Said:
    """The coach does not know, and says what comes nearest."""
    entries = entries_in(language)
    # A term and a setting may have one title, which asks for either.
    by_title: dict[str, str] = {}
    for hit in hits:
        if not hit.key.startswith("talk:"):
            by_title.setdefault(entries[hit.key].title, hit.key)
    titles = [_("“%(title)s”") % {"title": title} for title in by_title][:NEAREST]
    nearest = tuple(by_title.values())[:NEAREST]
    told = _("I don't know that one.")
    if titles:
        told += " " + _("The nearest I have: %(entries)s.") % {"entries": ", ".join(titles)}
    if has_help:
        told += " " + _("You can also raise your hand: a facilitator knows more than I do.")
    return Said(told, language=language, nearest=nearest)


def _answered(look: Look, hits: list[Hit], language: str, said_before: Collection[str]) -> Said:
    least = NEXT_BEST * hits[0].relevance
    for hit in hits:
        if hit.relevance < least:
            break
        live = LIVE.get(hit.key)
        about = live.about(look) if live and live.view else None
        view = live.view if live and about else ""
        for text in _texts(look, entries_in(language)[hit.key]):
            if text not in said_before:
                return Said(text, hit.key, language, view=view, experiment=about)
    for text in on_next(look):
        more = _("I don't have more on that. Here's a question instead:") + f"\n\n{text}"
        if more not in said_before:
            return Said(more, hits[0].key, language)
    return Said(more, hits[0].key, language)


def _texts(look: Look, entry: Entry) -> Iterator[str]:
    """What an entry has to say, best first."""
    if live := LIVE.get(entry.key):
        yield from live.answers(look)
    else:
        yield "\n\n".join(filter(None, (entry.answer, _own_score(look, entry.key))))


def _own_score(look: Look, key: str) -> str:
    """The participant's own number, where the entry is a metric."""
    metric = METRICS.get(key.removeprefix("term:"))
    experiment = look.experiment
    value = experiment.run.score("test", metric.name) if experiment and metric else None
    if experiment is None or value is None:
        return ""
    told = _("In your #%(number)s it is %(score)s on the test set.")
    return told % {"number": experiment.number, "score": score(value)}
