"""Answers of the rule-based coach in numbers of the record: how much better, which is best.

Each is one statement with numbers and their intervals, then one question. Columns and groups
are counted and never named: to find them is the participant's work.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assistant.facts import wording as words
from assistant.facts.own_experiment import Answers, Look, asked, listed_changes, numbered, on_result
from experiments.models import Experiment, Interpretation, Stage
from experiments.pages.run_page import RunPage, run_page
from experiments.templatetags.experiments import between, interval, percent, score, signed
from experiments.wording.verdict import DIRECTIONS

LEAKS = ("leak_alarm", "leaking_column", "suspect_column")


def pair_named(question: str) -> tuple[int, int] | None:
    """Two numbers of experiments in a question, the later one first: “#2 better than #1”."""
    found = {
        int(number) for number in re.findall(r"(?<![\d.,])#?\s?(\d{1,3})\b(?![.,]\d|%)", question)
    }
    if len(found) != 2:
        return None
    low, high = sorted(found)
    return high, low


def _with_result(look: Look) -> list[Experiment]:
    return [one for one in look.work.record.experiments if one.run.has_succeeded]


def _named(look: Look) -> tuple[Experiment, Experiment | None] | None:
    """The experiment that the question is about, and the one that it is compared with."""
    by_number = {one.number: one for one in _with_result(look)}
    if (pair := pair_named(look.question)) and all(number in by_number for number in pair):
        return by_number[pair[0]], by_number[pair[1]]
    one = look.experiment
    if one is None or one.number not in by_number:
        one = max(by_number.values(), key=lambda other: other.number, default=None)
    if one is None:
        return None
    reference = one.compared_to
    if reference is not None and reference.number in by_number:
        return one, by_number[reference.number]
    before = [other for other in by_number.values() if other.number < one.number]
    return one, max(before, key=lambda other: other.number, default=None)


def subject(look: Look) -> Experiment | None:
    """The experiment with a result that a question is about."""
    found = _named(look)
    return found[0] if found else None


def _ranked(look: Look) -> list[tuple[float, Experiment]]:
    """Test scores with their experiments, best first."""
    metric = look.work.record.setting.metric
    scored = [
        (value, one)
        for one in _with_result(look)
        if (value := one.run.score("test", metric.name)) is not None
    ]
    return sorted(scored, key=lambda pair: pair[0], reverse=metric.higher_is_better)


def best_of(look: Look) -> Experiment | None:
    """Their experiment with the best test score."""
    ranked = _ranked(look)
    return ranked[0][1] if ranked else None


def on_comparison(look: Look) -> Answers:
    """Why a score moved: by how much, whether beyond chance, and what was changed."""
    one, other = _named(look) or (None, None)
    if one is None or other is None:
        yield from on_result(look)
        return
    told = f"{_difference(run_page(one), other)} {_change_words(look, one, other)}"
    yield asked(told.strip(), _("Which rows moved, and does your change explain them?"))
    yield from on_result(Look(look.work, one, look.question))


def _difference(page: RunPage, other: Experiment) -> str:
    """Both scores, their difference, and whether chance could explain it."""
    metric = page.primary
    reached = page.run.score("test", metric.name)
    earlier = other.run.score("test", metric.name)
    if reached is None or earlier is None:
        return ""
    comparison = page.comparison
    is_paired = comparison is not None and comparison.experiment.pk == other.pk
    ends = comparison.interval if comparison is not None and is_paired else None
    told = _(
        "%(metric)s on the test set: #%(number)s %(score)s, #%(other)s %(earlier)s. "
        "The difference is %(difference)s%(interval)s."
    ) % {
        "metric": page.primary_label,
        "number": page.experiment.number,
        "score": score(reached),
        "other": other.number,
        "earlier": score(earlier),
        "difference": signed(reached - earlier),
        "interval": f" {between(*map(signed, ends))}" if ends else "",
    }
    if ends is None:
        without = _("They were not compared, so there is no interval: chance may explain it.")
        return f"{told} {without}"
    low, high = ends if metric.higher_is_better else (-ends[1], -ends[0])
    direction = "better" if low > 0 else "worse" if high < 0 else "unclear"
    return f"{told} {DIRECTIONS[direction]}"


def _change_words(look: Look, one: Experiment, other: Experiment) -> str:
    if one.compared_to_id != other.pk:
        return ""
    changes = listed_changes(look.work, one)
    if not changes:
        return str(_("The config is the same."))
    return _("What changed:") + f"\n\n{changes}"


def on_best(look: Look) -> Answers:
    """The experiment with the best test score, and whether another one is within chance."""
    metric, ranked = look.work.record.setting.metric, _ranked(look)
    if not ranked:
        yield from on_result(look)
        return
    value, best = ranked[0]
    told = _("#%(number)s has your best %(metric)s on the test set: %(score)s %(interval)s.") % {
        "number": best.number,
        "metric": str(_(metric.label)),
        "score": score(value),
        "interval": interval(best.run.intervals.get(metric.name)),
    }
    if len(ranked) > 1:
        told += " " + _("Next is #%(number)s with %(score)s.") % {
            "number": ranked[1][1].number,
            "score": score(ranked[1][0]),
        }
    yield asked(told, _("On other rows, would the order be the same?"))


def on_gap(look: Look) -> Answers:
    """Train against test, with the interval of the gap."""
    found = _named(look)
    row = run_page(found[0]).primary_row if found else None
    if found is None or row is None or row.gap is None:
        yield from on_result(look)
        return
    told = _(
        "#%(number)s: %(metric)s %(train)s on the training set, %(test)s on the test set. The gap "
        "is %(gap)s%(interval)s."
    ) % {
        "number": found[0].number,
        "metric": row.label,
        "train": score(row.train),
        "test": score(row.test),
        "gap": signed(row.gap),
        "interval": f" {between(*map(signed, row.gap_interval))}" if row.gap_interval else "",
    }
    says = (
        _("That is more than chance: it has memorised some of the training rows.")
        if row.gap_is_notable
        else _("That is little: nothing says that it memorises.")
    )
    yield asked(f"{told} {says}", _("What would a simpler model's gap be?"))


def on_verdict(look: Look) -> Answers:
    """What became of the forecast."""
    found = _named(look)
    page = run_page(found[0]) if found else None
    if page is None or page.verdict is None:
        yield from on_result(look)
        return
    forecast = page.forecast or _("no forecast")
    told = _("#%(number)s, your forecast: %(forecast)s. The verdict: %(verdict)s. %(reason)s") % {
        "number": page.experiment.number,
        "forecast": forecast,
        "verdict": page.verdict.label,
        "reason": page.verdict.reason,
    }
    yield asked(told, _("What do you know now that you did not know before?"))


def on_count(look: Look) -> Answers:
    """How many experiments there are, and how many are concluded."""
    experiments = look.work.record.experiments
    if not experiments:
        yield from on_result(look)
        return
    told = ngettext(
        "You have submitted %(count)s experiment; concluded: %(concluded)s.",
        "You have submitted %(count)s experiments; concluded: %(concluded)s.",
        len(experiments),
    ) % {
        "count": len(experiments),
        "concluded": sum(one.is_closed for one in experiments),
    }
    yield asked(told, words.open_question(experiments[-1]))


# --- What is computed of a run ----------------------------------------------------------
def _content(experiment: Experiment, stage: Stage) -> dict[str, object]:
    found = Interpretation.objects.filter(run=experiment.run, stage=stage).first()
    return found.content if found and found.content else {}


def on_importance(look: Look) -> Answers:
    """How the importance is spread; which columns it is, the page shows."""
    found = _named(look)
    content = _content(found[0], Stage.EVIDENCE) if found else {}
    importance = content.get("importance")
    columns = importance.get("columns", []) if isinstance(importance, dict) else []
    total = sum(max(0.0, one["mean"]) for one in columns)
    if found is None or not total:
        yield from on_result(look)
        return
    first = max(one["mean"] for one in columns)
    told = ngettext(
        "#%(number)s uses %(count)s column; the most important one carries %(share)s of all "
        "importance. Its page ranks them.",
        "#%(number)s uses %(count)s columns; the most important one carries %(share)s of all "
        "importance. Its page ranks them.",
        len(columns),
    ) % {"number": found[0].number, "count": len(columns), "share": percent(first / total)}
    yield asked(told, _("Does a column near the top surprise you?"))


def on_subgroups(look: Look) -> Answers:
    """How many groups fare worse than the average; which they are, the page shows."""
    found = _named(look)
    content = _content(found[0], Stage.SUBGROUPS) if found else {}
    slices = content.get("slices")
    if found is None or not isinstance(slices, dict) or not slices.get("rows"):
        yield asked(
            _("An average can hide a group on which the model is much worse."),
            _("For whom would it matter most, and how does the model do there?"),
        )
        return
    told = ngettext(
        "#%(number)s is wrong on %(share)s of the test rows, and clearly more often in %(count)s "
        "group. Its page shows it.",
        "#%(number)s is wrong on %(share)s of the test rows, and clearly more often in %(count)s "
        "groups. Its page shows them.",
        len(slices["found"]),
    ) % {
        "number": found[0].number,
        "share": percent(slices["errors"] / slices["rows"], 1),
        "count": len(slices["found"]),
    }
    yield asked(told, _("Which group would you look at first, and why?"))


def on_leak(look: Look) -> Answers:
    """Whether anything known points to a column that knows the answer."""
    found = _named(look)
    facts = look.work.facts(found[0].pk) if found else None
    alarm = facts.has(*LEAKS) if facts else None
    question = _("For each column: will you know its value when you predict?")
    if found is None or facts is None:
        yield asked(_("There is no result yet."), question)
    elif alarm is None:
        told = _("No alarm so far: no column of it predicts the target almost alone.")
        yield asked(numbered(found[0], told), question)
    else:
        yield asked(numbered(found[0], alarm.sentence), alarm.question)
