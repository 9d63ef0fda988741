"""What the coach by rules answers about somebody's own work: framing, experiments, the record."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant import words
from assistant.own_experiment import (
    Answers,
    Look,
    asked,
    numbered,
    on_analysis,
    on_changes,
    on_errors,
    on_failure,
    on_hypothesis,
    on_limits,
    on_result,
)
from experiments.findings import findings_of, most_pressing
from experiments.findings.reading import says_little
from experiments.models import Framing
from experiments.run_page import run_page
from experiments.templatetags.experiments import score, signed

OPENING = gettext_lazy("Which ML problem do you want to solve? What data do you have?")

FINDINGS_TOLD = 5
# What a reader of the log misses in it.
IN_THE_LOG = frozenset(
    {
        "no_framing",
        "no_clear_hypothesis",
        "no_baseline",
        "comparison_missing",
        "no_decision",
        "errors_not_analysed",
    }
)


# --- Framing ----------------------------------------------------------------------
def on_framing(look: Look) -> Answers:
    framing = look.work.framing
    if framing is None:
        yield asked(
            _("The problem is not framed yet."),
            _("Which decision should the model help, for whom, and from which score?"),
        )
        return
    for field in Framing._meta.fields:
        text = getattr(framing, field.name)
        if field.name in ("problem", "data", "metric", "baseline") and says_little(text):
            told = _("“%(field)s” says little yet: “%(text)s”") % {
                "field": field.verbose_name,
                "text": Truncator(text).chars(words.QUOTED),
            }
            yield asked(told, str(field.help_text))
    if not re.search(r"\d", framing.metric):
        yield asked(
            _("Your framing names no score from which it is a success: “%(text)s”")
            % {"text": Truncator(framing.metric).chars(words.QUOTED)},
            _("From which score would somebody decide otherwise than today?"),
        )
    yield asked(
        _("Your framing says what it is for: “%(text)s”")
        % {"text": Truncator(framing.problem).chars(words.QUOTED)},
        _("What would be done differently tomorrow if the model were right?"),
    )


def on_baseline(look: Look) -> Answers:
    record = look.work.record
    for one in record.experiments:
        row = record.row(one) if one.is_baseline and one.run.has_succeeded else None
        if row is not None:
            told = _("Your baseline is #%(number)s: %(metric)s %(score)s on test.") % {
                "number": one.number,
                "metric": str(_(row.metric.label)),
                "score": score(row.test),
            }
            yield asked(told, _("Would the people in your framing be content with that?"))
            return
    if look.work.framing and not says_little(look.work.framing.baseline):
        told = _("Your framing says what is done today: “%(text)s”") % {
            "text": Truncator(look.work.framing.baseline).chars(words.QUOTED)
        }
        yield asked(told, _("How would you score exactly that on the test rows?"))


# --- The whole record -------------------------------------------------------------
def on_log(look: Look) -> Answers:
    problems = [one for one in findings_of(look.work.record) if one.code in IN_THE_LOG]
    if not look.work.record.experiments:
        yield asked(
            _("Your log is empty: it begins with the framing and the first experiment."),
            _("What do you want to know first?"),
        )
    elif problems:
        lines = "\n".join(
            f"- {numbered(one.experiment, one.label)}" for one in problems[:FINDINGS_TOLD]
        )
        yield asked(
            _("What rules can see to mend:") + f"\n\n{lines}",
            _("Which of these would somebody who was not here ask about first?"),
        )
    else:
        yield asked(
            _("Rules see nothing missing; whether it can be understood, only a reader can tell."),
            _("Which of them would you explain first to somebody who was not here?"),
        )


def on_lessons(look: Look) -> Answers:
    found = []
    for one in look.work.record.experiments:
        comparison = run_page(one).comparison if one.run.has_succeeded else None
        if comparison and comparison.expected is not None:
            found.append((abs(comparison.difference - comparison.expected), one, comparison))
    if not found:
        yield asked(
            _("No experiment of yours predicted a difference and has its result yet."),
            _("After which of them did you change your mind?"),
        )
        return
    _surprise, experiment, comparison = max(found, key=lambda one: one[0])
    told = _(
        "#%(number)s came out furthest from its prediction: %(difference)s, where you predicted "
        "%(expected)s."
    ) % {
        "number": experiment.number,
        "difference": signed(comparison.difference),
        "expected": signed(comparison.expected),
    }
    yield asked(told, _("What did you believe before that you no longer believe?"))


def on_readers(look: Look) -> Answers:
    experiment = look.experiment
    if experiment is None:
        yield asked(_("There is nothing to read yet."), _("Who should understand it one day?"))
        return
    told = _("Of #%(number)s a reader has your words only: “%(claim)s”, because: “%(why)s”") % {
        "number": experiment.number,
        "claim": Truncator(experiment.claim).chars(words.QUOTED),
        "why": Truncator(experiment.rationale).chars(words.QUOTED),
    }
    yield asked(told, _("Would your neighbour know from that why you tried it?"))


def on_next(look: Look) -> Answers:
    framing, last = look.work.framing, look.experiment
    if last is None and framing is None:
        yield str(OPENING)
    elif last is None:
        yield asked(
            _("You have framed the problem; next comes something simple to beat."),
            _("What is the simplest model that could be right, and what would it score?"),
        )
    else:
        if framing is None:
            yield from on_framing(look)
        for finding in most_pressing(findings_of(look.work.record)):
            yield asked(numbered(finding.experiment, words.told(finding)), finding.question)
        if last.is_closed and not says_little(last.next_step):
            told = _("In #%(number)s you wrote what comes next: “%(text)s”") % {
                "number": last.number,
                "text": Truncator(last.next_step).chars(words.QUOTED),
            }
            yield asked(told, _("Which one change would test that, and by how much?"))
        yield words.open_question(last)


@dataclass(frozen=True)
class OwnQuestion:
    """Something that people ask about their own work.

    Attributes:
        pattern: what names it in both languages, in text without capitals or accents.
    """

    pattern: re.Pattern[str]
    answers: Callable[[Look], Answers]


def own(pattern: str, answers: Callable[[Look], Answers]) -> OwnQuestion:
    return OwnQuestion(re.compile(pattern), answers)


_MY = r"\b(?:mon|ma|mes|cette?|my|this|the|notre|nos|our)\b"

# The first that matches answers.
OWN_QUESTIONS = (
    own(r"\b(?:framing|framed?|cadrage)\b", on_framing),
    own(
        rf"(?:\bavis\b|\bpens\w*|\bthink\b|{_MY}).{{0,25}}\b(?:analys[ei]s?|conclusions?)\b",
        on_analysis,
    ),
    own(rf"{_MY}.{{0,20}}hypothes|testable|hypothes\w* (?:claire|assez|clear)", on_hypothesis),
    own(r"baselines?\b.{0,12}(?:make|sens|here|ici|choisir|choose)|quelle baseline", on_baseline),
    own(
        r"too m(?:uch|any)|\bat once|trop de ch|a la fois|plusieurs ch|one change|un seul change",
        on_changes,
    ),
    own(r"\btaught\b|learn(?:ed|t)?\b.{0,12}\bmost|plus appris|m'a appris", on_lessons),
    own(
        r"\btrust|\bfiables?\b|\breliable"
        r"|(?<!intervalle de )(?<!intervalles de )\bconfiance|\bse fier|\blimites?\b|"
        r"\blimitations?\b",
        on_limits,
    ),
    own(
        r"\bsome(?:body|one) else\b|\bquelqu'un d'autre\b|\bun autre\b|\bvoisine?\b|\bneighbour",
        on_readers,
    ),
    own(
        r"\b(?:missing|manque\w*)\b.{0,25}\b(?:log|journal)\b"
        r"|\b(?:log|journal)\b.{0,20}\b(?:complet|complete|manque|missing)",
        on_log,
    ),
    own(r"\b(?:echou\w*|plante\w*|failed|fails?|crash\w*)\b", on_failure),
    own(
        rf"(?:{_MY}|\bles?\b).{{0,15}}\b(?:result\w*|scores?|runs?)\b"
        r"|\b(?:score|auc|accuracy|f1|rappel|recall|precision|exactitude)\b.{0,15}"
        r"(?:\d|\b(?:baiss|chut|diminu|mont|augment|drop|fell|went|rose|goes|got)\w*)"
        r"|\b(?:j'ai|i have|i got|i get|obten\w*)\b.{0,15}\d|\b(?:bons?|good) score"
        r"|\b(?:moins bon\w*|pire|worse)\b.{0,25}\b(?:que|than)\b",
        on_result,
    ),
    own(r"\b(?:erreurs?|errors?|mistakes?|se trompe\w*|false alarms?)\b", on_errors),
    own(r"#\s?\d|\bbien ?\?", on_result),
)


def answers_on(look: Look, question: str) -> Answers:
    """What the record says of a question, best first; nothing where it is of something else.

    Args:
        question: without capitals or accents.
    """
    for one in OWN_QUESTIONS:
        if one.pattern.search(question):
            yield from one.answers(look)
            return
