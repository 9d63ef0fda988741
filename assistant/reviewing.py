"""Feedback on experiments: asked for when something ends, written by the io worker."""

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

from assistant import client
from assistant.access import check_model_is_on
from assistant.budget import reserve, settle
from assistant.client import CoachUnavailable, Prompt
from assistant.guard import check_review
from assistant.models import Call, Review
from assistant.models.conversation import Source
from assistant.prompting import review_prompt
from assistant.prompts import VERSION
from assistant.records import Work, work_of
from assistant.rubric import Review as Rubric
from assistant.rules import Facts, review_by_rules, within_what_is_known
from assistant.tasks import write_next_review
from classrooms.jobs import Fields, JobTakenAway, perform_job, ring, worker_name
from classrooms.models import Membership
from experiments.models import Experiment, Run
from experiments.services import announce_page

# Between two looks whether the same request, sent by another, has come to its end.
WAIT_SECONDS = 0.3
RELATED = "experiment__membership__dojo__dataset"


@transaction.atomic
def request_review(experiment: Experiment, occasion: Review.Occasion) -> None:
    """Queue the feedback of this occasion, unless it is there."""
    _review, is_new = Review.objects.get_or_create(experiment=experiment, occasion=occasion)
    if is_new:
        ring(write_next_review)


def on_run_succeeded(sender: Any, run: Run, **kwargs: Any) -> None:
    """The results are in."""
    request_review(run.experiment, Review.Occasion.RESULTS)


def on_conclusion(sender: Any, experiment: Experiment, **kwargs: Any) -> None:
    """Analysis and decision are written."""
    if experiment.is_closed:
        request_review(experiment, Review.Occasion.CONCLUSION)


def write_next() -> bool:
    """Claim the feedback that has waited longest and write it; False where none waits."""
    claimed = Review.objects.order_by("pk").claim_first(worker=worker_name())
    if claimed is None:
        return False
    pk, attempt = claimed
    review = Review.objects.select_related(RELATED).get(pk=pk)
    membership = review.experiment.membership
    perform_job(
        review,
        lambda report: write(review, membership),
        attempt=attempt,
        on_change=lambda: announce_page(membership),
    )
    return True


def write(review: Review, membership: Membership) -> Fields:
    """The fields of the feedback: a language model's within what the rules know, or theirs."""
    with translation.override(membership.dojo.language):
        work = work_of(membership)
        facts = work.facts(review.experiment_id)
        return or_by_rules(facts, lambda: _by_model(review, membership, work, facts))


def or_by_rules(facts: Facts, by_model: Callable[[], Fields]) -> Fields:
    """What a language model gives, or, where none answers, the rules' feedback."""
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


def _by_model(review: Review, membership: Membership, work: Work, facts: Facts) -> Fields:
    """Raises CoachUnavailable where no language model answers."""
    check_model_is_on(membership)
    model = settings.ASSISTANT_FEEDBACK_MODEL
    prompt = review_prompt(facts, work.record, work.framing)
    digest = digest_of(prompt, model)
    while not _may_ask(review, digest):
        time.sleep(WAIT_SECONDS)
    if paid := Review.objects.paid(digest):
        return {"source": Source.MODEL, "content": paid.content}
    return given_by_model(ask_within_budget(membership, prompt, model), facts, prompt)


def _may_ask(review: Review, digest: str) -> bool:
    """Whether no other feedback is waiting for the answer to this request: then this one is."""
    try:
        with transaction.atomic():
            is_own = review.note_request(digest)
    except IntegrityError:
        return False
    if not is_own:
        raise JobTakenAway
    return True


def ask_within_budget(membership: Membership, prompt: Prompt, model: str) -> Rubric:
    """The model's feedback, its cost noted whatever comes of it.

    Raises:
        CoachUnavailable: no money, or no answer.
    """
    call = reserve(membership, Call.Purpose.REVIEW, model, prompt)
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
