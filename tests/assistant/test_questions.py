"""Questions as people type them find what helps, or nothing; without a record or a database."""

import pytest

from assistant.facts.small_talk import known_among
from assistant.retrieval.entries import entries_in, index_in
from assistant.retrieval.languages import language_of
from assistant.retrieval.tokens import stems_of
from benchmarks.assistant.questions import OTHER, Question, read_questions

QUESTIONS = read_questions()
SEEN = [one for one in QUESTIONS if not one.is_unseen]
COLUMNS = ("region", "monthly_fee")


@pytest.mark.parametrize("question", SEEN, ids=lambda one: one.name)
def test_a_question_finds_what_helps(question: Question) -> None:
    language = language_of(question.text, OTHER[question.language])
    assert language == question.language
    known = known_among(index_in(language).rank(stems_of(question.text, language, COLUMNS)))
    assert bool(known) == bool(question.helps)
    assert not known or known[0].key in question.helps


def test_every_entry_that_would_help_is_there() -> None:
    assert {key for one in QUESTIONS for key in one.helps} <= entries_in("en").keys()
