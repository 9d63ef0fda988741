"""Answers of the rule-based coach about one experiment: a fact from the record, then a question.

Each answer is one sentence with a number or their own words, then one question; there may be
several, for whoever asks again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from assistant.facts import wording as words
from assistant.facts.records import Work
from assistant.facts.rubric import Criterion
from assistant.facts.rules import Facts, verdicts
from classrooms.intake.values import number_so_far
from experiments.findings import Finding, most_pressing
from experiments.models import Experiment
from experiments.pages.run_page import run_page
from experiments.wording.configs import describe_change

Answers = Iterator[str]

CHANGES_TOLD = 6


@dataclass(frozen=True)
class Look:
    """A participant's work, and the experiment that the question is about, if any.

    Attributes:
        question: as it was asked, without capitals or accents.
    """

    work: Work
    experiment: Experiment | None
    question: str = ""

    @property
    def facts(self) -> Facts | None:
        return self.work.facts(self.experiment.pk) if self.experiment else None


def asked(told: str, question: str) -> str:
    """A statement followed by a question."""
    return f"{told}\n\n**{question}**"


def numbered(experiment: Experiment, told: str) -> str:
    """A statement that starts with the experiment's number."""
    return _("#%(number)s: %(text)s") % {"number": experiment.number, "text": told}


def speaks_of(work: Work, looked_at: Experiment | None, question: str) -> Experiment | None:
    """The experiment that a question names by its number, or that they look at, or the last."""
    named = re.search(r"#\s?(\d+)|\b(?:exp\w*|runs?|numero|number)\s+(\d+)\b", question)
    if named:
        number = number_so_far(named[1] or named[2])
        for one in work.record.experiments:
            if one.number == number:
                return one
    if looked_at is not None:
        return work.experiment(looked_at.pk)
    return work.record.experiments[-1] if work.record.experiments else None


def on_hypothesis(look: Look) -> Answers:
    if look.facts is None or look.experiment is None:
        yield asked(
            _(
                "You haven't submitted a hypothesis yet. A testable one names a "
                "change, a reason and a number."
            ),
            _("Which change, because of what, and by about how much?"),
        )
        return
    if lacking := look.facts.has("no_expectation"):
        yield asked(lacking.sentence, lacking.question)
    yield asked(
        verdicts(look.facts)[Criterion.HYPOTHESIS].reason,
        _("Which result would make you give up this hypothesis?"),
    )


def on_result(look: Look) -> Answers:
    experiment, facts = look.experiment, look.facts
    if experiment is None or facts is None:
        yield asked(
            _("There is no result yet."), _("What would the simplest possible model score?")
        )
        return
    run, page = experiment.run, run_page(experiment)
    if run.is_unfinished:
        yield asked(
            _("#%(number)s has no result yet.") % {"number": experiment.number},
            _("What do you expect to see, and what would surprise you?"),
        )
    elif not run.has_succeeded:
        yield asked(
            numbered(experiment, page.failure), _("Which of your settings does that point to?")
        )
    else:
        result = numbered(experiment, page.sentence)
        for finding in most_pressing(_of_result(facts)):
            # The result says the gap already.
            more = "" if finding.code == "overfitting" else finding.sentence
            yield asked(f"{result} {more}".strip(), finding.question)
        if verdict := page.verdict:
            yield asked(f"{result} {verdict.reason}", _("Does your reason still hold?"))
        yield asked(result, _("Good or bad compared to what: a baseline, or your framing?"))


def on_failure(look: Look) -> Answers:
    """The run that failed last, whichever they look at."""
    experiments = look.work.record.experiments
    failed = [one for one in experiments if one.run.has_failed]
    if experiments and not failed:
        yield asked(
            _("None of your runs has failed."),
            _("Or did you get a result that you didn't expect?"),
        )
    yield from on_result(Look(look.work, failed[-1]) if failed else look)


def on_analysis(look: Look) -> Answers:
    """Answer about the participant's analysis of a result."""
    experiment, facts = look.experiment, look.facts
    if experiment is None or facts is None:
        yield from on_result(look)
    elif not experiment.analysis.strip():
        yield asked(
            _("#%(number)s has no analysis yet.") % {"number": experiment.number},
            _("Why this result, and which rows does the model get wrong?"),
        )
    else:
        told = verdicts(facts)
        for criterion in (Criterion.ERRORS, Criterion.DECISION):
            yield asked(
                numbered(experiment, told[criterion].reason),
                _("What would a sceptical reader ask you first?"),
            )


def _of_result(facts: Facts) -> list[Finding]:
    codes = (
        "leak_alarm",
        "overfitting",
        "leaking_column",
        "suspect_column",
        "metric_hides_imbalance",
    )
    return [facts.findings[code] for code in codes if code in facts.findings]


def on_changes(look: Look) -> Answers:
    experiment, facts = look.experiment, look.facts
    if experiment is None or facts is None:
        yield asked(
            _("There is nothing to compare yet."),
            _("Which experiment will the next one start from?"),
        )
        return
    told = verdicts(facts)[Criterion.ONE_CHANGE].reason
    changes = look.work.record.changes(experiment)
    listed = listed_changes(look.work, experiment)
    question = (
        _("If the score moves, which of your changes caused it?")
        if len(changes) > 1
        else _("What is the smallest change that would test the same idea?")
    )
    yield asked(f"{told}\n\n{listed}" if listed else told, question)


def listed_changes(work: Work, experiment: Experiment) -> str:
    """What differs from the reference, as a list; empty where nothing does."""
    changes = work.record.changes(experiment)[:CHANGES_TOLD]
    return "\n".join(f"- {_plain(describe_change(change))}" for change in changes)


def _plain(text: str) -> str:
    """Without what Markdown would take for its own: names of columns have underscores."""
    return re.sub(r"([\\`*_\[\]])", r"\\\1", text)


def on_errors(look: Look) -> Answers:
    experiment = look.experiment
    if experiment is None or not experiment.run.confusion:
        yield asked(
            _("There are no errors to read yet."),
            _("Which kind of error do you expect most, and why?"),
        )
        return
    confusion = experiment.run.confusion
    told = _(
        "#%(number)s on the test set: %(alarms)s false alarms, %(missed)s missed "
        "cases. Its page lists them, most confident first."
    ) % {
        "number": experiment.number,
        "alarms": confusion.get("false_positives", 0),
        "missed": confusion.get("false_negatives", 0),
    }
    yield asked(
        told,
        _("Which of the two costs more, and what do the most confident errors have in common?"),
    )
    yield asked(
        _("Its page also shows the groups of rows on which it is worse than average."),
        _("Which group would you look at first, and why?"),
    )


def on_limits(look: Look) -> Answers:
    experiment = look.experiment
    if experiment and experiment.limits.strip():
        told = _("You noted: “%(text)s”") % {
            "text": Truncator(experiment.limits).chars(words.QUOTED)
        }
        yield asked(told, _("Who needs to know that before using the model?"))
        return
    yield asked(
        _(
            "You can't trust a model where it has seen few rows, where the world has "
            "changed since, and for groups on which it is worse than average."
        ),
        _("Which of the three could you check now, on the model's page?"),
    )
