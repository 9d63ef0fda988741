"""Answers of the rule-based coach about a participant's work: framing, experiments, record."""

from __future__ import annotations

import re

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant.facts import wording as words
from assistant.facts.own_experiment import Answers, Look, asked, numbered
from experiments.findings import findings_of, most_pressing
from experiments.forecasts.outcomes import outcome_of
from experiments.templatetags.experiments import score, signed, whole

OPENING = gettext_lazy("Which ML problem do you want to solve? What data do you have?")

FINDINGS_TOLD = 5
# What a reader of the log misses in it.
IN_THE_LOG = frozenset(
    {
        "no_framing",
        "no_expectation",
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
            _(
                "Which decision should the model help, for whom, and from which "
                "score is it a success?"
            ),
        )
        return
    if not re.search(r"\d", framing.metric):
        yield asked(
            _("Your framing names no success threshold: “%(text)s”")
            % {"text": Truncator(framing.metric).chars(words.QUOTED)},
            _("At which score would someone decide differently than today?"),
        )
    yield asked(
        _("Your framing says what it is for: “%(text)s”")
        % {"text": Truncator(framing.problem).chars(words.QUOTED)},
        _("What would people do differently tomorrow if the model were right?"),
    )


def on_baseline(look: Look) -> Answers:
    record = look.work.record
    for one in record.experiments:
        row = record.row(one) if one.is_baseline and one.run.has_succeeded else None
        if row is not None:
            told = _("Your baseline is #%(number)s: %(metric)s %(score)s on the test set.") % {
                "number": one.number,
                "metric": str(_(row.metric.label)),
                "score": score(row.test),
            }
            yield asked(told, _("Would the people in your framing be happy with that?"))
            return
    if look.work.framing and look.work.framing.baseline.strip():
        told = _("Your framing says what is done today: “%(text)s”") % {
            "text": Truncator(look.work.framing.baseline).chars(words.QUOTED)
        }
        yield asked(told, _("How would you score exactly that on the test rows?"))


# --- The whole record -------------------------------------------------------------
def on_log(look: Look) -> Answers:
    problems = [one for one in findings_of(look.work.record) if one.code in IN_THE_LOG]
    if not look.work.record.experiments:
        yield asked(
            _("Your log is empty: it starts with the framing and the first experiment."),
            _("What do you want to know first?"),
        )
    elif problems:
        lines = "\n".join(
            f"- {numbered(one.experiment, one.label)}" for one in problems[:FINDINGS_TOLD]
        )
        yield asked(
            _("What the rules found to fix:") + f"\n\n{lines}",
            _("Which of these would a reader who was not here ask about first?"),
        )
    else:
        yield asked(
            _("The rules find nothing missing; only a reader can tell whether it is clear."),
            _("Which experiment would you explain first to a reader who was not here?"),
        )


def on_lessons(look: Look) -> Answers:
    found = []
    for one in look.work.record.experiments:
        outcome = outcome_of(one) if one.run.has_succeeded and one.compared_to_id else None
        if outcome and outcome.forecast:
            found.append((abs(outcome.estimate - outcome.forecast.size), one, outcome))
    if not found:
        yield asked(
            _("None of your experiments has both a forecast difference and a result yet."),
            _("After which experiment did you change your mind?"),
        )
        return
    _surprise, experiment, outcome = max(found, key=lambda one: one[0])
    told = _(
        "#%(number)s came out furthest from your forecast: %(difference)s instead of %(expected)s."
    ) % {
        "number": experiment.number,
        "difference": signed(outcome.estimate),
        "expected": signed(experiment.expected_effect),
    }
    yield asked(told, _("What did you believe before that you no longer believe?"))


def on_readers(look: Look) -> Answers:
    experiment = look.experiment
    if experiment is None:
        yield asked(_("There is nothing to read yet."), _("Who should understand it one day?"))
        return
    told = _("In #%(number)s a reader only has your words: “%(claim)s”, because: “%(why)s”") % {
        "number": experiment.number,
        "claim": Truncator(experiment.claim).chars(words.QUOTED),
        "why": Truncator(experiment.rationale).chars(words.QUOTED),
    }
    yield asked(told, _("Would your neighbour understand from that why you tried it?"))


def on_next(look: Look) -> Answers:
    framing, last = look.work.framing, look.experiment
    if last is None and framing is None:
        yield str(OPENING)
    elif last is None:
        yield asked(
            _("You have framed the problem; next comes a simple score to beat."),
            _("What is the simplest model that could be right, and what would it score?"),
        )
    else:
        if framing is None:
            yield from on_framing(look)
        for finding in most_pressing(findings_of(look.work.record)):
            yield asked(numbered(finding.experiment, finding.sentence), finding.question)
        if last.is_closed and last.next_step.strip():
            told = _("In #%(number)s you wrote what comes next: “%(text)s”") % {
                "number": last.number,
                "text": Truncator(last.next_step).chars(words.QUOTED),
            }
            yield asked(
                told,
                _("Which single change would test that, and by how much would the score move?"),
            )
        yield words.open_question(last)


def on_luck(look: Look) -> Answers:
    luck = look.work.luck
    if luck is None:
        return
    told = _(
        "%(count)s different configs have been tried on these test rows. If all were equally "
        "good, the best would still lead the middle one by about %(gain)s, by luck alone."
    ) % {"count": whole(luck.configs), "gain": score(luck.gain)}
    own_best = (
        _("Your best run leads it by more.")
        if look.work.leads_by_more
        else _("Your best run does not lead it by more.")
    )
    yield asked(
        f"{told} {own_best}",
        _("Which of your choices would you make again before seeing any test score?"),
    )
