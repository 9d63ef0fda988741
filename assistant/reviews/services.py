"""Request feedback when a run or an experiment ends; the io worker writes it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation

from assistant.facts.records import Work, work_of
from assistant.facts.rubric import Review as Rubric
from assistant.facts.rules import Facts, review_by_rules, within_what_is_known
from assistant.model import client
from assistant.model.access import check_model_is_on
from assistant.model.budget import reserve, settle
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
        return Result(or_by_rules(facts, lambda: _by_model(review, seat, work, facts)))


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


def given_by_model(given: Rubric, facts: Facts, prompt: Prompt) -> Fields:
    """A language model's feedback as it is stored: within what the rules know.

    Raises:
        CoachUnavailable: it speaks of its prompt.
    """
    check_review(given, prompt)
    content = within_what_is_known(given, facts).model_dump(mode="json")
    return {"source": Source.MODEL, "content": content}


def _by_model(review: Review, seat: Seat, work: Work, facts: Facts) -> Fields:
    """Raises CoachUnavailable where no language model answers."""
    check_model_is_on(seat)
    model = settings.ASSISTANT_FEEDBACK_MODEL
    prompt = review_prompt(facts, work.record, work.framing)
    digest = digest_of(prompt, model)
    while not _may_ask(review, digest):
        time.sleep(WAIT_SECONDS)
    if paid := Review.objects.paid(digest):
        return {"source": Source.MODEL, "content": paid.content}
    return given_by_model(ask_within_budget(seat, prompt, model), facts, prompt)


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


def ask_within_budget(seat: Seat, prompt: Prompt, model: str) -> Rubric:
    """The model's feedback, its cost noted whatever comes of it.

    Raises:
        CoachUnavailable: no money, or no answer.
    """
    call = reserve(seat, Call.Purpose.REVIEW, model, prompt)
    try:
        reply = client.ask(prompt, Rubric)
    except CoachUnavailable as failure:
        settle(call, Call.Outcome.FAILED, failure.usage, failure=failure.code)
        raise
    settle(call, Call.Outcome.ANSWERED, reply.usage)
    return reply.output


def digest_of(prompt: Prompt, model: str) -> str:
    """Equal for requests that would get the same answer."""
    told = json.dumps([VERSION, model, asdict(prompt)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
