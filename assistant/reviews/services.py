"""Request feedback when a run or an experiment ends; the io worker writes it."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation

from assistant.checking.facts import known_of
from assistant.checking.feedback import LeftOut, asked_again, not_borne_out, without_faults
from assistant.checking.known import Known
from assistant.facts.records import Work, work_of
from assistant.facts.rubric import Review as Rubric
from assistant.facts.rules import Facts, review_by_rules, within_what_is_known
from assistant.model import client
from assistant.model.access import check_model_is_on
from assistant.model.budget import coach_settings, reserve, settle
from assistant.model.client import CoachUnavailable, Prompt
from assistant.model.guard import check_review
from assistant.model.prompting import review_prompt
from assistant.model.prompts import VERSION
from assistant.models import Call, Review
from assistant.models.conversation import Source
from classrooms.models import Seat
from experiments.models import Experiment, Run
from experiments.submit.services import job_keys
from jobs.enqueue import wake_workers
from jobs.models import UNFINISHED
from jobs.perform import Fields, JobReassigned, Report, Result

logger = logging.getLogger(__name__)

# Between two looks whether the same request, sent by another, has come to its end.
WAIT_SECONDS = 0.3


@transaction.atomic
def request_review(experiment: Experiment, occasion: Review.Occasion) -> None:
    """Queue the feedback of this occasion, unless it is there."""
    _review, is_new = Review.objects.get_or_create(
        experiment=experiment, occasion=occasion, defaults=job_keys(experiment.seat)
    )
    if is_new:
        wake_workers(Review)


def on_run_succeeded(sender: Any, run: Run, **kwargs: Any) -> None:
    """The results are in."""
    request_review(run.experiment, Review.Occasion.RESULTS)


def on_conclusion(sender: Any, experiment: Experiment, **kwargs: Any) -> None:
    """Analysis and decision are written, or corrected: feedback on older words helps nobody."""
    if not experiment.is_closed:
        return
    outdated = Review.objects.filter(experiment=experiment, occasion=Review.Occasion.CONCLUSION)
    if outdated.exclude(status__in=UNFINISHED).requeue():
        wake_workers(Review)
    else:
        request_review(experiment, Review.Occasion.CONCLUSION)


def write(review: Review, report: Report) -> Result:
    """The feedback: a language model's within what the rules know, or the rules' own."""
    seat = review.experiment.seat
    with translation.override(seat.dojo.language):
        work = work_of(seat)
        facts = work.facts(review.experiment_id)
        return Result({"left_out": []} | or_by_rules(facts, lambda: _by_model(review, work, facts)))


def or_by_rules(facts: Facts, by_model: Callable[[], Fields]) -> Fields:
    """The language model's feedback, or the rules' if there is none."""
    try:
        return by_model()
    except CoachUnavailable as reason:
        return {
            "source": Source.RULES,
            "fallback": reason.code,
            "content": review_by_rules(facts).model_dump(mode="json"),
        }


def given_by_model(given: Rubric, facts: Facts, prompt: Prompt, known: Known) -> Fields:
    """A language model's feedback as it is stored: what the record bears out of it.

    Raises:
        CoachUnavailable: it speaks of its prompt.
    """
    check_review(given, prompt)
    borne_out, left_out = without_faults(given, known, review_by_rules(facts))
    shown = within_what_is_known(borne_out, facts)
    return {
        "source": Source.MODEL,
        "content": shown.model_dump(mode="json"),
        "left_out": [*left_out, *other_points(given, shown)],
    }


def other_points(given: Rubric, shown: Rubric) -> LeftOut:
    """Points of the language model that the rules do not allow, for facilitators."""
    return [
        {"code": "points", "criterion": str(one.criterion), "given": one.points, "shown": told}
        for one in given.scores
        if one.points != (told := shown.score(one.criterion).points)
    ]


def known_for(work: Work, facts: Facts, prompt: Prompt) -> Known:
    """What feedback on an experiment is checked against."""
    dojo = facts.experiment.seat.dojo
    chosen = coach_settings(dojo)
    return known_of(work, facts.experiment, prompt, chosen, language=dojo.language)


def _by_model(review: Review, work: Work, facts: Facts) -> Fields:
    """Raises CoachUnavailable where no language model answers."""
    seat = review.experiment.seat
    check_model_is_on(seat)
    model = settings.ASSISTANT_FEEDBACK_MODEL
    prompt = review_prompt(facts, work.record, work.framing)
    digest = digest_of(prompt, model)
    while not _may_ask(review, digest):
        time.sleep(WAIT_SECONDS)
    if paid := Review.objects.paid(digest):
        return {"source": Source.MODEL, "content": paid.content, "left_out": paid.left_out}
    known = known_for(work, facts, prompt)
    return given_by_model(ask_within_budget(seat, prompt, model, known), facts, prompt, known)


def _may_ask(review: Review, digest: str) -> bool:
    """Return whether no other feedback already waits for the answer to this request."""
    try:
        with transaction.atomic():
            is_own = review.note_request(digest)
    except IntegrityError:
        return False
    if not is_own:
        raise JobReassigned
    return True


def ask_within_budget(seat: Seat, prompt: Prompt, model: str, known: Known) -> Rubric:
    """The model's feedback; where the record does not bear it out, asked for once more if there
    is money for it.

    Raises:
        CoachUnavailable: no money, or no answer.
    """
    first = _paid(seat, prompt, model)
    found = not_borne_out(first, known)
    if not found:
        return first
    try:
        again = _paid(seat, asked_again(prompt, first, found, known.language), model)
    except CoachUnavailable:
        return first
    return min((again, first), key=lambda one: len(not_borne_out(one, known)))


def _paid(seat: Seat, prompt: Prompt, model: str) -> Rubric:
    """An answer, its cost noted whatever comes of it.

    Raises:
        CoachUnavailable: no money, or no answer.
    """
    call = reserve(seat, Call.Purpose.REVIEW, model, prompt)
    try:
        reply = client.ask(prompt, Rubric)
    except CoachUnavailable as failure:
        settle(call, Call.Outcome.FAILED, failure.usage, failure=failure.code)
        raise
    except Exception:
        # Whatever a service may send: the call is over, and may have been billed.
        most = client.upper_bound(prompt)
        settle(call, Call.Outcome.FAILED, most, failure="broken_reply")
        logger.exception("Feedback could not be read")
        raise CoachUnavailable("broken_reply", most) from None
    settle(call, Call.Outcome.ANSWERED, reply.usage)
    return reply.output


def digest_of(prompt: Prompt, model: str) -> str:
    """Equal for requests that would get the same answer."""
    told = json.dumps([VERSION, model, asdict(prompt)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
