"""What the coach by rules answers about one experiment: what the record says, and a question.

Each answer is one sentence with a number or their own words, then one question; there may be
several, for whoever asks again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from assistant import words
from assistant.records import Work
from assistant.rubric import Criterion
from assistant.rules import Facts, verdicts
from experiments.config_words import describe_change
from experiments.findings import Finding, most_pressing
from experiments.findings.reading import says_little
from experiments.models import Experiment
from experiments.run_page import run_page

Answers = Iterator[str]

CHANGES_TOLD = 6


@dataclass(frozen=True)
class Look:
    """Somebody's work, and the experiment that they speak of, if they have one."""

    work: Work
    experiment: Experiment | None

    @property
    def facts(self) -> Facts | None:
        return self.work.facts(self.experiment.pk) if self.experiment else None


def asked(told: str, question: str) -> str:
    """What is said, and what is asked."""
    return f"{told}\n\n**{question}**"


def numbered(experiment: Experiment, told: str) -> str:
    """What is said of one of their experiments."""
    return _("#%(number)s: %(text)s") % {"number": experiment.number, "text": told}


def speaks_of(work: Work, looked_at: Experiment | None, question: str) -> Experiment | None:
    """The experiment that a question names by its number, or that they look at, or the last."""
    named = re.search(r"#\s?(\d+)|\b(?:exp\w*|runs?|numero|number)\s+(\d+)\b", question)
    if named:
        number = int(named[1] or named[2])
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
                "You have submitted none yet. One that can be tested names a change, a reason and "
                "a number."
            ),
            _("Which change, because of what, and by about how much?"),
        )
        return
    lacking = look.facts.has("no_clear_hypothesis")
    if lacking is None:
        yield asked(
            words.reason("hypothesis_clear", look.experiment),
            _("Which result would make you give it up?"),
        )
        return
    for lack in lacking.evidence["lacks"]:
        yield asked(lacking.sentence, words.question_about(lack))


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
            numbered(experiment, page.failure), _("Which of your settings does that speak of?")
        )
    else:
        result = numbered(experiment, page.sentence)
        for finding in most_pressing(_of_result(facts)):
            # The result says the gap already.
            more = "" if finding.code == "overfitting" else words.told(finding)
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
            _("Is it the result that you did not expect?"),
        )
    yield from on_result(Look(look.work, failed[-1]) if failed else look)


def on_analysis(look: Look) -> Answers:
    """What the rules make of what they wrote about a result."""
    experiment, facts = look.experiment, look.facts
    if experiment is None or facts is None:
        yield from on_result(look)
    elif says_little(experiment.analysis):
        yield asked(
            _("#%(number)s has no analysis yet.") % {"number": experiment.number},
            _("Why did it come out so, and which rows does it get wrong?"),
        )
    else:
        told = verdicts(facts)
        for criterion in (Criterion.ERRORS, Criterion.DECISION):
            yield asked(
                numbered(experiment, told[criterion].reason),
                _("What would somebody who doubts it ask you first?"),
            )


def _of_result(facts: Facts) -> list[Finding]:
    codes = ("overfitting", "leaking_column", "suspect_column", "metric_hides_imbalance")
    return [facts.findings[code] for code in codes if code in facts.findings]


def on_changes(look: Look) -> Answers:
    experiment, facts = look.experiment, look.facts
    if experiment is None or facts is None:
        yield asked(
            _("There is nothing to compare yet."), _("Which run will the next one start from?")
        )
        return
    told = verdicts(facts)[Criterion.ONE_CHANGE].reason
    changes = look.work.record.changes(experiment)[:CHANGES_TOLD]
    listed = "\n".join(f"- {_plain(describe_change(change))}" for change in changes)
    question = (
        _("If the score moves, which of your changes did it?")
        if len(changes) > 1
        else _("What is the smallest change that would test the same idea?")
    )
    yield asked(f"{told}\n\n{listed}" if listed else told, question)


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
        "#%(number)s has %(alarms)s false alarms and misses %(missed)s on test. Its page lists "
        "them, the surest first."
    ) % {
        "number": experiment.number,
        "alarms": confusion.get("false_positives", 0),
        "missed": confusion.get("false_negatives", 0),
    }
    yield asked(told, _("Which of the two costs more, and what do its surest errors share?"))
    yield asked(
        _("Its page also shows for which groups of rows it is worse than on the mean."),
        _("Which group would you look at first, and why?"),
    )


def on_limits(look: Look) -> Answers:
    experiment = look.experiment
    if experiment and not says_little(experiment.limits):
        told = _("You noted: “%(text)s”") % {
            "text": Truncator(experiment.limits).chars(words.QUOTED)
        }
        yield asked(told, _("Who has to know that before they use it?"))
        return
    yield asked(
        _(
            "A model cannot be trusted where it has seen few rows, where the world has changed "
            "since, and for groups on which it is worse than on the mean."
        ),
        _("Which of the three could you check now, on its own page?"),
    )
