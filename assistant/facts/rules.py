"""The rule-based coach: turn the findings of a record into the rubric.

For each criterion the rules say what acts and numbers show: the points that are certain, and
the fewest and the most that a reader, such as a language model, may give. What only a reader
can judge, such as a reason or a next step, the rules leave without points and say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.facts import wording as words
from assistant.facts.faults import faults_of, kinds_of
from assistant.facts.rubric import MOST_POINTS, CodedReview, Criterion, Review, Score
from assistant.facts.telling import Said, chosen_for
from experiments.findings import Finding, Record, findings_of
from experiments.models import Experiment


@dataclass(frozen=True)
class Verdict:
    """What the rules know of one criterion.

    Attributes:
        most, fewest: points that the record allows; both None where it is not due.
        reason: one sentence, quoting a number or the participant's words.
        points: the rules' own; None where it is not due or they cannot read it.
        codes: what the reason speaks of.
        is_weakness: something is wrong, whatever was written.
    """

    most: int | None
    fewest: int | None
    reason: str
    points: int | None
    codes: tuple[str, ...] = ()
    is_weakness: bool = False

    @property
    def is_certain(self) -> bool:
        return self.most == self.fewest

    @property
    def needs_reader(self) -> bool:
        """The rules alone give no points, although it is due."""
        return self.points is None and self.most is not None


def exactly(points: int, reason: str, *codes: str) -> Verdict:
    """Certain, whatever was written."""
    return Verdict(points, points, reason, points, codes, is_weakness=points < 2)


def at_most(points: int, reason: str, *codes: str, most: int | None = None) -> Verdict:
    """Weak by what the record shows; a reader may see more in the words, up to `most`."""
    most = points if most is None else most
    return Verdict(most, 0, reason, points, codes, is_weakness=True)


def shown(points: int, reason: str, *codes: str) -> Verdict:
    """Done, as an act shows; how well is for a reader to judge."""
    return Verdict(MOST_POINTS, 0, reason, points, codes)


def for_a_reader(reason: str, *codes: str) -> Verdict:
    """Only its reader can tell what it is worth."""
    return Verdict(MOST_POINTS, 0, reason, None, codes)


def not_due(reason: str) -> Verdict:
    return Verdict(None, None, reason, None)


@dataclass(frozen=True)
class Facts:
    """An experiment and what the rules found in it.

    Attributes:
        last: the same of the experiment before it.
    """

    experiment: Experiment
    findings: dict[str, Finding]
    is_first: bool
    last: Facts | None = field(default=None, repr=False)

    def has(self, *codes: str) -> Finding | None:
        """The first of these findings that is there."""
        return next((self.findings[code] for code in codes if code in self.findings), None)


def facts_of(record: Record, experiment: Experiment) -> Facts:
    """The facts about one experiment of a record."""
    by_experiment: dict[int, dict[str, Finding]] = {}
    for finding in findings_of(record):
        by_experiment.setdefault(finding.experiment.pk, {})[finding.code] = finding
    facts = None
    for one in record.before(experiment):
        facts = Facts(one, by_experiment.get(one.pk, {}), facts is None, facts)
    return Facts(experiment, by_experiment.get(experiment.pk, {}), facts is None, facts)


# --- The criteria -----------------------------------------------------------------
def _hypothesis(facts: Facts) -> Verdict:
    lacking = facts.has("no_expectation")
    if lacking and lacking.is_issue:
        return at_most(1, lacking.sentence, "no_expectation")
    if lacking:
        reason = words.reason("reason_for_a_reader", facts.experiment)
        return Verdict(MOST_POINTS - 1, 0, reason, None)
    is_same = facts.experiment.forecast_kind == Experiment.ForecastKind.STAYS
    forecast = "stays_for_a_reader" if is_same else "forecast_for_a_reader"
    return for_a_reader(words.reason(forecast, facts.experiment))


def _comparison(facts: Facts) -> Verdict:
    experiment = facts.experiment
    if missing := facts.has("no_baseline"):
        return exactly(0, missing.sentence, "no_baseline")
    if missing := facts.has("comparison_missing"):
        return exactly(1, missing.sentence, "no_comparison")
    if experiment.compared_to:
        return exactly(MOST_POINTS, words.reason("compared", experiment), "compared")
    if experiment.is_baseline:
        return exactly(MOST_POINTS, words.reason("is_baseline", experiment), "is_baseline")
    return exactly(2, words.reason("not_compared", experiment))


def _one_change(facts: Facts) -> Verdict:
    if same := facts.has("same_config"):
        return exactly(0, same.sentence, "same_config")
    if several := facts.has("several_changes"):
        if several.evidence["count"] > 2 and several.is_issue:
            return exactly(0, several.sentence, *kinds_of(several))
        return exactly(1 if several.is_issue else 2, several.sentence, *kinds_of(several))
    if one := facts.has("one_change"):
        return exactly(MOST_POINTS, one.sentence, "one_change")
    if facts.experiment.compared_to is None:
        return not_due(words.reason("nothing_to_change", facts.experiment))
    return exactly(1, words.reason("nothing_changed", facts.experiment), "same_config")


def _record(facts: Facts) -> Verdict:
    """The product logs config, seed, data and versions; what it cannot do is up to them."""
    if facts.has("no_framing"):
        return Verdict(1, 1, words.reason("logged_unframed", facts.experiment), 1, ("no_framing",))
    if facts.has("reproduced"):
        reason = words.reason("logged_reproduced", facts.experiment)
        return exactly(MOST_POINTS, reason, "reproduced")
    return exactly(2, words.reason("logged", facts.experiment), "logged")


def _errors(facts: Facts) -> Verdict:
    experiment = facts.experiment
    if experiment.config["model"]["name"] == "dummy" or not experiment.run.has_succeeded:
        return not_due(words.reason("errors_teach_nothing", experiment))
    if facts.has("errors_analysed"):
        return shown(2, words.reason("errors_shown", experiment), "errors_noted")
    if not experiment.is_closed:
        return not_due(words.reason("errors_to_come", experiment))
    lacking = [facts.has("nothing_quoted"), facts.has("errors_not_analysed")]
    if found := [one for one in lacking if one]:
        codes = [kind for one in found for kind in kinds_of(one)]
        return for_a_reader(" ".join(one.sentence for one in found), *codes)
    return for_a_reader(words.reason("errors_for_a_reader", experiment))


# What makes a decision weak, gravest first: the rules' points, and the most that words can mend.
_DECISIONS = (
    ("leak_alarm", 0, 0),
    ("leaking_column", 0, 0),
    ("decision_against_evidence", 0, 0),
    ("overfitting", 1, MOST_POINTS),
    ("kept_inconclusive", 1, 2),
    ("metric_hides_imbalance", 1, 1),
    ("test_set_worn_out", 1, 1),
)
# What a decision may have good reasons to go against.
_OPEN_TO_DOUBT = ("fall_not_shown", "forecast_missed")


def _decision(facts: Facts) -> Verdict:
    experiment = facts.experiment
    if not experiment.is_closed:
        if left := facts.has("no_decision"):
            return exactly(0, left.sentence, "no_decision")
        return not_due(words.reason("open", experiment))
    for code, points, most in _DECISIONS:
        found = facts.has(code)
        if found and found.is_issue:
            return at_most(points, found.sentence, *kinds_of(found), most=most)
    if not experiment.next_step.strip():
        is_kept = experiment.decision == Experiment.Decision.KEEP
        return at_most(2 if is_kept else 1, words.reason("no_next", experiment), "no_next")
    if asked := facts.has(*(code for code, *_points in _DECISIONS), *_OPEN_TO_DOUBT):
        return for_a_reader(asked.sentence, *kinds_of(asked))
    return for_a_reader(words.reason("decided", experiment))


CRITERIA: dict[Criterion, Callable[[Facts], Verdict]] = {
    Criterion.HYPOTHESIS: _hypothesis,
    Criterion.COMPARISON: _comparison,
    Criterion.ONE_CHANGE: _one_change,
    Criterion.RECORD: _record,
    Criterion.ERRORS: _errors,
    Criterion.DECISION: _decision,
}


def verdicts(facts: Facts) -> dict[Criterion, Verdict]:
    """The rules' verdict on each criterion."""
    return {criterion: judge(facts) for criterion, judge in CRITERIA.items()}


# --- The whole feedback -----------------------------------------------------------
def review_by_rules(facts: Facts) -> CodedReview:
    """The feedback of the coach by rules, in the language that is active."""
    known = verdicts(facts)
    said = _said(facts)
    codes = {str(criterion): list(verdict.codes) for criterion, verdict in known.items()}
    return CodedReview(
        scores=[
            Score(criterion=criterion, points=verdict.points, reason=verdict.reason)
            for criterion, verdict in known.items()
        ],
        strength=said.strength.text,
        question=said.question.text,
        suggestion=said.suggestion.text,
        codes=codes | said.codes,
        weaknesses=[criterion for criterion in Criterion if known[criterion].is_weakness],
        unread=[criterion for criterion in Criterion if known[criterion].needs_reader],
    )


def _said(facts: Facts) -> Said:
    """What is said beside the points; it depends on what was said of the experiment before."""
    last = _said(facts.last) if facts.last else None
    return chosen_for(facts.experiment, facts.findings, faults_of(facts.findings), last)


def within_what_is_known(review: Review, facts: Facts) -> Review:
    """Clamp the model's scores to the range that the record supports.

    Where that changes the points, the rules' reason stands in place of the model's.
    """
    scores = []
    for criterion, verdict in verdicts(facts).items():
        given = review.score(criterion)
        allowed = _clamped(given.points, verdict)
        reason = given.reason if allowed == given.points else verdict.reason
        scores.append(Score(criterion=criterion, points=allowed, reason=reason))
    return review.model_copy(update={"scores": scores})


def _clamped(points: int | None, verdict: Verdict) -> int | None:
    if verdict.most is None or verdict.fewest is None:
        return None
    if points is None:
        return verdict.points
    return max(verdict.fewest, min(points, verdict.most))
