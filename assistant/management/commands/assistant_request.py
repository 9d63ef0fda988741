"""Show the request that a language model would get about an experiment, parse a reply, or try
the configured server: what it costs, and what it misses."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.loader import render_to_string
from django.utils import translation

from assistant.facts.records import work_of
from assistant.facts.rubric import CodedReview
from assistant.model import client
from assistant.model.prompting import review_prompt
from assistant.model.recorded import read_reply, request_of
from assistant.models import Review
from assistant.reviews.page import FeedbackPage
from assistant.reviews.services import given_by_model, known_for, or_by_rules
from assistant.reviews.trial import try_server
from experiments.models import Experiment
from jobs.models import JobStatus


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("experiment", help="its identifier, as in the address of its page")
        parser.add_argument(
            "--reply",
            type=Path,
            metavar="FILE",
            help="a model's reply: print what is stored and shown of it, and send nothing",
        )

        parser.add_argument(
            "--send",
            action="store_true",
            help="ask the configured server for feedback and in conversation; store nothing",
        )

    def handle(
        self, *args: Any, experiment: str, reply: Path | None, send: bool, **options: Any
    ) -> None:
        found = Experiment.objects.with_results().filter(public_id=experiment).first()
        if found is None:
            raise CommandError(f"There is no experiment {experiment!r}.")
        with translation.override(found.seat.dojo.language):
            if send:
                told = self.trial(found)
            else:
                told = self.request(found) if reply is None else self.outcome(found, reply)
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2, default=str))

    def request(self, experiment: Experiment) -> dict[str, Any]:
        work = work_of(experiment.seat)
        return request_of(review_prompt(work.facts(experiment.pk), work.record, work.framing))

    def trial(self, experiment: Experiment) -> dict[str, Any]:
        """What the configured server makes of the same requests."""
        if not client.is_configured():
            raise CommandError("Set ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for another server.")
        return asdict(try_server(experiment)) | {"recipient": client.recipient()}

    def outcome(self, experiment: Experiment, reply: Path) -> dict[str, Any]:
        """The feedback that would be stored and shown for this reply."""
        try:
            text = reply.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{reply} cannot be read: {error}") from error
        work = work_of(experiment.seat)
        facts = work.facts(experiment.pk)
        prompt = review_prompt(facts, work.record, work.framing)
        known = known_for(work, facts, prompt)
        fields = or_by_rules(
            facts, lambda: given_by_model(read_reply(prompt, text), facts, prompt, known)
        )
        review = Review(experiment=experiment, status=JobStatus.SUCCEEDED, **fields)
        page = FeedbackPage(review, CodedReview.model_validate(fields["content"]))
        html = render_to_string("assistant/feedback.html", {"page": page})
        return {"fallback": ""} | fields | {"html": html}
