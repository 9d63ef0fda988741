"""Everything that the rule-based coach can answer with, gathered from where it is declared.

The glossary, the questions that everyone asks, the notes for facilitators, models and settings:
none of their words stands here. An entry without a text is answered from the record or the
agenda (`assistant.retrieval.live`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import override

from assistant.retrieval.explanations import EXPLANATIONS
from assistant.retrieval.live import LIVE
from assistant.retrieval.ranking import Index
from assistant.retrieval.tokens import stems_of, words_of
from classrooms.agenda import hints
from classrooms.conversation.faq import QUESTIONS, TIPS, TOOLS
from classrooms.glossary.terms import TERMS
from engine.spec.models import MODELS
from engine.spec.steps.new_features import OPERATIONS
from engine.spec.steps.selection import SELECTIONS
from experiments.submit.config.reference import allowed, default, sections
from experiments.wording.options import option_label

FOLDER = Path(__file__).resolve().parent
NOTES = {
    "no_hypothesis": hints.NO_HYPOTHESIS,
    "no_baseline": hints.NO_BASELINE,
    "overfitting": hints.OVERFITTING,
    "too_many": hints.TOO_MANY,
}
# Settings of the same name in many places, told by an entry for all of them.
TOLD_TOGETHER = (
    "new_features[]",
    "preparation.columns.",
    "search.ranges.",
    "selection",
    "reduction",
)


@dataclass(frozen=True)
class Entry:
    """Something to answer with, in one language.

    Attributes:
        title: how it is asked for on a button.
        text: the answer; empty where it is made from the record.
        names: other ways in which it is written.
    """

    key: str
    title: str
    text: str = ""
    names: tuple[str, ...] = field(default=())

    @property
    def answer(self) -> str:
        """The text and what the coach adds to it."""
        return "\n\n".join(filter(None, (self.text, str(EXPLANATIONS.get(self.key, "")))))


@lru_cache(maxsize=2)
def entries_in(language: str) -> dict[str, Entry]:
    """Every entry by its key."""
    with override(language):
        found = [Entry(key, str(one.title)) for key, one in LIVE.items()]
        found += [*_asked(), *_terms(), *_models(), *_settings(), *_together(), *_notes()]
    return {entry.key: entry for entry in found}


@lru_cache(maxsize=2)
def index_in(language: str) -> Index:
    """The index of a language: made when it is first asked for, and kept."""
    entries, phrasings = entries_in(language), phrasings_in(language)
    # A participant's French is full of the field's English.
    english = entries if language == "en" else entries_in("en")
    passages: dict[str, list[list[str]]] = {}
    joined: dict[str, list[str]] = {}
    for key, entry in entries.items():
        asked = [entry.title, *entry.names, english[key].title, *phrasings.get(key, ())]
        passages[key] = [stems_of(text, language) for text in asked]
        for text in (entry.title, *entry.names, *phrasings.get(key, ())):
            joined |= _written_as_one(text, language)
    texts = {key: stems_of(entry.text, language) for key, entry in entries.items() if entry.text}
    return Index(passages, texts, joined)


def phrasings_in(language: str) -> dict[str, list[str]]:
    """How people ask for each entry."""
    told = yaml.safe_load((FOLDER / f"phrasings.{language}.yaml").read_text(encoding="utf-8"))
    return {key: [one.strip() for one in line.split("|")] for key, line in told.items()}


def _written_as_one(text: str, language: str) -> dict[str, list[str]]:
    """“onehot” for “one-hot”."""
    words = words_of(text, language)
    return {
        first + second: stems_of(f"{first} {second}", language)
        for first, second in pairwise(words)
        if not (first + second).count("<")
    }


# --- Where they come from ---------------------------------------------------------------
def _terms() -> Iterator[Entry]:
    for key, term in TERMS.items():
        title = str(term.label)[:1].upper() + str(term.label)[1:]
        shown = _("**%(term)s**: %(sentence)s For example: %(example)s") % {
            "term": title,
            "sentence": term.sentence,
            "example": term.example,
        }
        yield Entry(f"term:{key}", title, shown, (key.replace("_", " "),))


def _asked() -> Iterator[Entry]:
    for one in QUESTIONS:
        yield Entry(f"faq:{one.key}", str(one.question), str(one.answer))
    yield Entry("faq:tips", _("Tips"), _list(map(str, TIPS)))
    tools = _list(f"{tool.name}: {tool.use}" for tool in TOOLS)
    yield Entry("faq:tools", _("Tools"), tools)


def _notes() -> Iterator[Entry]:
    for key, (pitfall, question) in NOTES.items():
        yield Entry(f"note:{key}", str(pitfall), f"**{question}**")


def _models() -> Iterator[Entry]:
    for key, model in MODELS.items():
        text = _("**%(term)s**: %(sentence)s") % {
            "term": _(model.label),
            "sentence": _(model.summary),
        }
        yield Entry(f"model:{key}", _(model.label), text, (key.replace("_", " "),))


def _settings() -> Iterator[Entry]:
    """One entry per path; where models declare it in different words, each with its own."""
    told: dict[str, dict[str, list[str]]] = {}
    titles: dict[str, list[str]] = {}
    for _level, heading, _summary, prefix, declared, without in sections():
        if declared is None or prefix.startswith(TOLD_TOGETHER):
            continue
        owner = heading.split(" (`")[0]
        for name, info in declared.model_fields.items():
            if name in without:
                continue
            path = f"{prefix}.{name}" if prefix else name
            title = _(str(info.title)) if info.title else name
            line = _("%(what)s Values: %(values)s. Default: %(default)s.") % {
                "what": _(str(info.description)) if info.description else "",
                "values": allowed(name, info),
                "default": default(info),
            }
            titles.setdefault(path, []).append(title)
            told.setdefault(path, {}).setdefault(line.strip(), []).append(owner)
    for path, lines in told.items():
        names = dict.fromkeys(titles[path])
        title = next(iter(names))
        parts = [f"{', '.join(owners)} – {line}" for line, owners in lines.items()]
        body = next(iter(lines)) if len(parts) == 1 else "\n\n" + _list(parts)
        words = path.replace(".", " ").replace("_", " ")
        yield Entry(f"setting:{path}", title, _told(title, path, body), (words, *names))


def _together() -> Iterator[Entry]:
    """Settings that are told in one answer."""
    operations = _list(f"{_(one.label)}: {_(one.summary)}" for one in OPERATIONS.values())
    title = _("New features")
    text = _told(title, "new_features", f"\n\n{operations}")
    yield Entry("setting:new_features", title, text)
    methods = ", ".join(option_label(key) for key in SELECTIONS)
    title = _("Feature selection")
    yield Entry("setting:selection", title, _told(title, "selection", f"{methods}."))
    title = _("Dimensionality reduction")
    text = _("PCA replaces the features by fewer, combined ones.")
    yield Entry("setting:reduction", title, _told(title, "reduction", text))
    title = _("Hyperparameter search")
    text = _(
        "Tries many values of a model's hyperparameters on the training "
        "set, and keeps the best in cross-validation. You say which ranges, and how many trials."
    )
    yield Entry("setting:search", title, _told(title, "search", text))
    title = _("One column prepared in its own way")
    path, text = "preparation.columns", _("Any column may be treated as another type.")
    yield Entry(f"setting:{path}", title, _told(title, path, text))


def _told(title: str, path: str, text: str) -> str:
    told = _("**%(title)s** (`%(path)s`): %(text)s")
    return told % {"title": title, "path": path, "text": text}


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
