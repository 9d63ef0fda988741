"""Reject replies that a language model must not give, whatever a text in its prompt asked for."""

from __future__ import annotations

from assistant.facts.rubric import Review
from assistant.model.client import CoachUnavailable, Prompt

# So many words in a row are no coincidence, and more than the prompt has a coach quote.
COPIED_WORDS = 20


def repeats_prompt(said: str, prompt: Prompt) -> bool:
    """Return whether a text copies the system prompt. The data card is no secret."""
    told, words = _words(" ".join(prompt.stable[:-1])), _words(said)
    runs = {tuple(told[n : n + COPIED_WORDS]) for n in range(len(told) - COPIED_WORDS + 1)}
    return any(
        tuple(words[n : n + COPIED_WORDS]) in runs for n in range(len(words) - COPIED_WORDS + 1)
    )


def _words(text: str) -> list[str]:
    return text.casefold().split()


def check_review(review: Review, prompt: Prompt) -> None:
    """Do nothing where feedback keeps its prompt for itself.

    Raises:
        CoachUnavailable: "off_topic".
    """
    reasons = " ".join(score.reason for score in review.scores)
    said = (reasons, review.strength, review.question, review.suggestion)
    if any(repeats_prompt(text, prompt) for text in said):
        raise CoachUnavailable("off_topic")
