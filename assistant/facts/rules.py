"""The rule-based coach: turn the findings of a record into the rubric.

For each criterion the rules say what is known: the fewest and the most points that the
record allows. A language model judges within that; alone, the rules give the most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.facts import wording as words
from assistant.facts.rubric import MOST_POINTS, Criterion, Review, Score
from experiments.findings import Finding, Record, findings_of, most_pressing
from experiments.findings.reading import meaningful
from experiments.models import Experiment


@dataclass(frozen=True)
class Verdict:
    """What the rules know of one criterion.

    Attributes:
        most, fewest: points that the record allows; both None where it is not due.
        reason: one sentence, quoting a number or the participant's words.
        needs_reader: the record tells nothing of it, so that the rules alone give no points.
    """

    most: int | None
    fewest: int | None
    reason: str
    needs_reader: bool = False

    @property
    def is_certain(self) -> bool:
        return self.most == self.fewest


def exactly(points: int, reason: str) -> Verdict:
    return Verdict(points, points, reason)


def at_most(points: int, reason: str) -> Verdict:
    """The most points that the record allows; how good the words are is for a reader to judge."""
    return Verdict(points, 0, reason)


def for_a_reader(reason: str) -> Verdict:
    """Something is written, and only its reader can tell what it is worth."""
    return Verdict(MOST_POINTS, 0, reason, needs_reader=True)


def not_due(reason: str) -> Verdict:
    return Verdict(None, None, reason)


@dataclass(frozen=True)
class Facts:
    """An experiment and what the rules found in it."""

    experiment: Experiment
    findings: dict[str, Finding]
    is_first: bool

    def has(self, *codes: str) -> Finding | None:
        """The first of these findings that is there."""
        return next((self.findings[code] for code in codes if code in self.findings), None)


def facts_of(record: Record, experiment: Experiment) -> Facts:
    """The facts about one experiment of a record."""
    own = {
        finding.code: finding
        for finding in findings_of(record)
        if finding.experiment.pk == experiment.pk
    }
    return Facts(experiment, own, experiment.pk == record.experiments[0].pk)


# --- The criteria -----------------------------------------------------------------
def _hypothesis(facts: Facts) -> Verdict:
    lacking = facts.has("no_clear_hypothesis")
    if lacking is None:
        return at_most(MOST_POINTS, words.reason("hypothesis_clear", facts.experiment))
    lacks = lacking.evidence["lacks"]
    # Why and how much are little worth where nobody knows of what.
    most = min(MOST_POINTS - len(lacks), 1 if "change" in lacks else MOST_POINTS)
    return at_most(most, lacking.sentence)


def _comparison(facts: Facts) -> Verdict:
    experiment = facts.experiment
    if missing := facts.has("no_baseline"):
        return exactly(0, missing.sentence)
    if missing := facts.has("comparison_missing"):
        return exactly(1, missing.sentence)
    if experiment.compared_to:
        return exactly(MOST_POINTS, words.reason("compared", experiment))
    if experiment.is_baseline:
        return exactly(MOST_POINTS, words.reason("is_baseline", experiment))
    return exactly(2, words.reason("not_compared", experiment))


def _one_change(facts: Facts) -> Verdict:
    if same := facts.has("same_config"):
        return exactly(0, same.sentence)
    if several := facts.has("several_changes"):
        if several.evidence["count"] > 2 and several.is_issue:
            return exactly(0, several.sentence)
        return exactly(1 if several.is_issue else 2, several.sentence)
    if one := facts.has("one_change"):
        return exactly(MOST_POINTS, one.sentence)
    if facts.experiment.compared_to is None:
        return not_due(words.reason("nothing_to_change", facts.experiment))
    return exactly(1, words.reason("nothing_changed", facts.experiment))


def _record(facts: Facts) -> Verdict:
    """The product logs config, seed, data and versions; what it cannot do is up to them."""
    if facts.has("no_framing"):
        return exactly(1, words.reason("logged_unframed", facts.experiment))
    if facts.has("reproduced"):
        return exactly(MOST_POINTS, words.reason("logged_reproduced", facts.experiment))
    return exactly(2, words.reason("logged", facts.experiment))


def _errors(facts: Facts) -> Verdict:
    experiment = facts.experiment
    if experiment.config["model"]["name"] == "dummy" or not experiment.run.has_succeeded:
        return not_due(words.reason("errors_teach_nothing", experiment))
    if not facts.has("errors_analysed"):
        if not experiment.is_closed:
            return not_due(words.reason("errors_to_come", experiment))
        if nothing := facts.has("errors_not_analysed"):
            return exactly(0, nothing.sentence)
    if gap := facts.has("overfitting"):
        return at_most(1, gap.sentence)
    if facts.has("errors_analysed"):
        return at_most(MOST_POINTS, words.reason("errors_shown", experiment))
    return for_a_reader(words.reason("errors_for_a_reader", experiment))


def _decision(facts: Facts) -> Verdict:
    experiment = facts.experiment
    if not experiment.is_closed:
        left = facts.has("no_decision")
        return exactly(0, left.sentence) if left else not_due(words.reason("open", experiment))
    if against := facts.has("decision_against_evidence", "leaking_column"):
        return at_most(0, against.sentence)
    if weak := facts.has("overfitting", "metric_hides_imbalance"):
        return at_most(1, weak.sentence)
    if unclear := facts.has("kept_inconclusive"):
        return for_a_reader(unclear.sentence)
    if experiment.decision != Experiment.Decision.KEEP and not meaningful(experiment.next_step):
        return at_most(1, words.reason("no_next", experiment))
    if not meaningful(experiment.next_step):
        return at_most(2, words.reason("no_next", experiment))
    return at_most(MOST_POINTS, words.reason("decided", experiment))


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
def review_by_rules(facts: Facts) -> Review:
    """The feedback of the coach by rules, in the language that is active."""
    known = verdicts(facts)
    problems = most_pressing(sorted(facts.findings.values(), key=lambda finding: -finding.severity))
    weakest = min(
        (criterion for criterion in Criterion if known[criterion].most is not None),
        key=lambda criterion: known[criterion].most or 0,
    )
    return Review(
        scores=[
            Score(
                criterion=criterion,
                points=None if verdict.needs_reader else verdict.most,
                reason=verdict.reason,
            )
            for criterion, verdict in known.items()
        ],
        strength=_strength(facts, known),
        question=problems[0].question if problems else words.open_question(facts.experiment),
        suggestion=(
            words.suggestion_for(problems[0].code) if problems else words.suggestion_to(weakest)
        ),
    )


def _strength(facts: Facts, known: dict[Criterion, Verdict]) -> str:
    """The best strength; rarer ones first."""
    for code in words.STRENGTHS:
        if found := facts.findings.get(code):
            return found.sentence
    best = max(
        CRITERIA,
        key=lambda criterion: 0 if known[criterion].needs_reader else known[criterion].most or 0,
    )
    return known[best].reason


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
        return None if verdict.needs_reader else verdict.most
    return max(verdict.fewest, min(points, verdict.most))
