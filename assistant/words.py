"""What the coach says, in words: criteria, reasons, suggestions, why nobody answers."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assistant.rubric import Criterion
from experiments.findings import Finding
from experiments.models import Experiment

Text = str | Promise

QUOTED = 90

CRITERIA: dict[Criterion, Text] = {
    Criterion.HYPOTHESIS: _("Hypothesis"),
    Criterion.COMPARISON: _("Baseline and comparison"),
    Criterion.ONE_CHANGE: _("One change"),
    Criterion.RECORD: _("Reproducible and logged"),
    Criterion.ERRORS: _("Interpretation of the errors"),
    Criterion.DECISION: _("Decision and next"),
}

POINTS: dict[int | None, Text] = {
    None: _("not due yet"),
    0: _("missing"),
    1: _("weak"),
    2: _("good"),
    3: _("very good"),
}

REASONS: dict[str, Text] = {
    "hypothesis_clear": _("“%(claim)s”: it says what changes, why, and which effect is expected."),
    "compared": _("It is measured against #%(reference)s."),
    "is_baseline": _("It is the simple model that the others are measured against."),
    "not_compared": _("There was no result yet to compare it to."),
    "nothing_to_change": _("It is compared to nothing, so nothing had to stay the same."),
    "nothing_changed": _("Against #%(reference)s nothing changed in the config."),
    "logged_unframed": _("Config, data and versions are logged; the problem is not framed yet."),
    "logged_reproduced": _("It was run again from scratch and gave the same digits."),
    "logged": _(
        "Config, seed, data and versions are logged; nobody has run it again from scratch yet."
    ),
    "errors_teach_nothing": _("This run has no errors to learn from."),
    "errors_written": _("The analysis speaks of its errors: “%(analysis)s”"),
    "errors_to_come": _("The conclusion is not written yet."),
    "errors_elsewhere": _("Nothing is written about the errors of this one."),
    "open": _("The decision is still to come."),
    "no_next": _("It is decided, and does not say what comes next."),
    "decided": _("It is decided (%(decision)s), and the next step is named: “%(next)s”"),
}

# The merits that are worth praising first.
STRENGTHS = (
    "reproduced",
    "errors_analysed",
    "prediction_came_true",
    "decision_follows",
    "one_change",
    "clear_hypothesis",
    "has_baseline",
    "compared",
)

# By the finding that presses most: what to look at, and never what to do with it.
SUGGESTIONS: dict[str, Text] = {
    "no_framing": _("Before the next run, write down for whom the model decides something."),
    "no_clear_hypothesis": _(
        "Write the next claim as a bet: this change, because of that, by about so much."
    ),
    "no_baseline": _("Think of the simplest rule that somebody could use today, and score it."),
    "comparison_missing": _("Choose the run that this one is to beat before you look at scores."),
    "several_changes": _("Pick the one change that you believe in most, and leave the rest."),
    "same_config": _("If you want to know whether it repeats, there is a button for that."),
    "overfitting": _("Look at train and test side by side, and at what makes a model simpler."),
    "leaking_column": _("Go through its most important columns with a calendar in hand."),
    "suspect_column": _("Ask somebody who fills in that column when they do."),
    "test_set_worn_out": _("Let cross-validation choose, and look at test less often."),
    "metric_hides_imbalance": _("Compare your score with that of always saying the same."),
    "no_decision": _("One sentence of analysis and one word of decision close an experiment."),
    "errors_not_analysed": _("Read ten of its errors, the surest first, and note what you see."),
    "decision_against_evidence": _("Read the interval of the difference once more, then decide."),
    "inconclusive_win": _("Look at how many rows changed sides, in both directions."),
}

# Where nothing is wrong: how the weakest criterion becomes better still.
NEXT: dict[Criterion, Text] = {
    Criterion.HYPOTHESIS: _("Could you say beforehand which number would prove you wrong?"),
    Criterion.COMPARISON: _("Which of your runs would be the hardest to beat?"),
    Criterion.ONE_CHANGE: _("What is the smallest change that would test the same idea?"),
    Criterion.RECORD: _("Run it again from scratch: would a colleague get your digits?"),
    Criterion.ERRORS: _("Look at its errors: which of them would a person not make?"),
    Criterion.DECISION: _("Name the next experiment that this one makes worth doing."),
}

# What participants are told in place of a sentence that names the column: it is theirs to find.
HINTS: dict[str, Text] = {
    "leaking_column": _("It uses a column whose value may only be known after the fact."),
    "suspect_column": _("It uses a column that alone nearly predicts the target."),
}

# What a hypothesis lacks, asked for.
LACKING: dict[str, Text] = {
    "change": _("What exactly will be different from the run that you compare it to?"),
    "reason": _("What have you seen, in the data or in the errors, that makes you expect that?"),
    "measure": _("By about how much, and which result would prove you wrong?"),
}

UNAVAILABLE: dict[str, Text] = {
    "no_key": _("No language model is set up here: this is the coach by rules."),
    "off": _("The language model is switched off: this is the coach by rules."),
    "participant_budget": _("Your budget for the language model is used up; the rules answer."),
    "dojo_budget": _("The Dojo's budget for the language model is used up; the rules answer."),
    "dojo_day_budget": _("The Dojo's budget of today is used up; the rules answer."),
    "day_budget": _("Today's budget for the language model is used up; the rules answer."),
    "bad_key": _("The language model refused our key; the rules answer. Tell your facilitator."),
    "bad_request": _("The language model did not accept the request; the rules answer."),
    "rate_limited": _("The language model is too busy now; the rules answer. Try again later."),
    "overloaded": _("The language model is overloaded; the rules answer. Try again later."),
    "timeout": _("The language model took too long; the rules answer. Try again later."),
    "unreachable": _("The language model cannot be reached; the rules answer. Try again later."),
    "resting": _("The language model was down a moment ago; the rules answer for a minute."),
    "too_long": _("There was too much to send to the language model; the rules answer."),
    "broken_reply": _("The language model's answer could not be read; the rules answer."),
    "broken_stream": _("The language model's answer broke off."),
    "refused": _("The language model would not answer this; the rules do."),
    "off_topic": _("The language model did not speak of your work; the rules answer."),
}


def reason(code: str, experiment: Experiment) -> str:
    """Why a criterion has its points, quoting the experiment."""
    short = Truncator
    return str(REASONS[code]) % {
        "claim": short(experiment.claim).chars(QUOTED),
        "reference": experiment.compared_to.number if experiment.compared_to else "–",
        "analysis": short(experiment.analysis or experiment.limits).chars(QUOTED),
        "decision": experiment.get_decision_display(),
        "next": short(experiment.next_step).chars(QUOTED),
    }


def told(finding: Finding) -> str:
    """A finding in a sentence for whoever it is about."""
    return str(HINTS.get(finding.code) or finding.sentence)


def question_about(lack: str) -> str:
    """What to ask for where a hypothesis lacks something."""
    return str(LACKING[lack])


def suggestion_for(code: str) -> str:
    """What to look at about a finding."""
    return str(SUGGESTIONS[code])


def suggestion_to(criterion: Criterion) -> str:
    """How a criterion that is not bad becomes better."""
    return str(NEXT[criterion])


def open_question(experiment: Experiment) -> str:
    """What a good coach asks where nothing is wrong."""
    confusion = experiment.run.confusion
    wrong = confusion.get("false_positives", 0) + confusion.get("false_negatives", 0)
    if not experiment.run.has_succeeded:
        return str(_("What did you learn from a run that failed?"))
    if experiment.is_closed:
        return str(_("What would you need to see to change your mind?"))
    return ngettext(
        "It is wrong on %(count)s test row: what is special about it?",
        "It is wrong on %(count)s test rows: what do they have in common?",
        wrong,
    ) % {"count": wrong}


def unavailable(code: str) -> str:
    """Why the rules answer in place of a language model."""
    return str(UNAVAILABLE.get(code) or UNAVAILABLE["unreachable"])


def points_in_words(points: int | None) -> str:
    return str(POINTS[points])
