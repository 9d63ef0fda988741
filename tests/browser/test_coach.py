"""The coach as people meet it: word by word, stopped, kept, switched off, out of money, down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, expect

from assistant.facts.rubric import Criterion
from assistant.models import Call, CoachSettings
from classrooms.models import Seat
from tests import factories
from tests.assistant.anthropic_server import Act, AnthropicServer
from tests.browser.conftest import Person
from tests.product import Product, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MakePerson = Callable[..., Person]

# Sentences of five words: one is shown when it is complete, and checked.
LONG_ANSWER = " ".join(f"word{n}." if n % 5 == 4 else f"word{n}" for n in range(400))


@pytest.fixture
def model(product: Product) -> Iterator[AnthropicServer]:
    """The running product's language model; as it was afterwards."""
    product.serve()
    server = product.anthropic
    default = server.default
    yield server
    server.acts.clear()
    server.default, server.structured = default, None


@pytest.fixture
def member() -> Seat:
    return factories.join(factories.make_dojo(), "amina")


def say(someone: Person, text: str) -> Locator:
    """Say something; the latest turn, which is the answer."""
    turns = someone.page.locator("#conversation article")
    someone.page.fill("#conversation textarea", text)
    someone.page.get_by_role("button", name="Send", exact=True).click()
    expect(turns.filter(has_text=text)).to_have_count(1)
    return turns.last


def words(answer: Locator) -> int:
    return answer.locator(".said-text").inner_text().count("word")


def test_an_answer_comes_word_by_word_survives_a_reload_and_stops(
    person: MakePerson, model: AnthropicServer, member: Seat
) -> None:
    model.default = Act(LONG_ANSWER, pause=0.05)
    someone = person("en-US").sit_down(member.people.get())
    someone.open(f"/dojos/{member.dojo.public_id}/coach/")
    answer = say(someone, "What now?")
    expect(answer.locator(".said-text")).to_contain_text("word3")
    first = words(answer)
    wait_for(lambda: words(answer) > first, "more words")
    assert words(answer) < 400, "not all at once"
    someone.check()

    seen = words(answer)
    someone.page.reload()
    expect(answer.locator(".said-text")).to_contain_text(f"word{seen}")
    someone.page.get_by_role("button", name="Stop").click()
    expect(answer).to_contain_text("You stopped this answer.")
    wait_for(lambda: Call.objects.get().outcome == "stopped", "the model to be told")
    someone.page.reload()
    kept = words(answer)
    assert seen <= kept < 400
    expect(answer).to_contain_text("Language model")
    assert len(model.requests[-1]["messages"]) == 1
    someone.check()


def test_enter_sends_and_the_latest_words_stay_in_sight(
    person: MakePerson, model: AnthropicServer, member: Seat
) -> None:
    for _turn in range(12):
        factories.coach_message(member)
    someone = person("en-US").sit_down(member.people.get())
    someone.open(f"/dojos/{member.dojo.public_id}/coach/")
    turns = someone.page.locator("#conversation article")
    expect(turns.last).to_be_in_viewport()
    expect(turns.first).not_to_be_in_viewport()
    model.default = Act(LONG_ANSWER, pause=0.01)
    box = someone.page.get_by_label("Your message")
    box.fill("One line")
    box.press("Shift+Enter")
    box.press_sequentially("and another")
    box.press("Enter")
    expect(turns.filter(has_text="and another")).to_have_count(1)
    expect(box).to_be_focused()
    expect(turns.last).to_contain_text("word399")
    bottom = turns.last.evaluate("one => one.getBoundingClientRect().bottom")
    box_end = someone.page.locator(".conversation").evaluate(
        "one => one.getBoundingClientRect().bottom"
    )
    assert bottom <= box_end, "its end is in sight"
    someone.check()


def test_the_rules_stand_in_and_say_why(
    person: MakePerson, model: AnthropicServer, member: Seat
) -> None:
    model.default = Act(status=529, error="overloaded_error")
    someone = person("en-US").sit_down(member.people.get())
    path = f"/dojos/{member.dojo.public_id}/coach/"
    someone.open(path)
    answer = say(someone, "What should I do next?")
    expect(answer).to_contain_text("overloaded, so the rule-based coach answered")
    expect(answer).to_contain_text("Rule-based coach")
    expect(answer.locator(".said-text")).to_contain_text("Which ML problem do you want to solve?")
    someone.check()

    requests = len(model.requests)
    chosen = CoachSettings.objects.create(dojo=member.dojo, participant_budget=Decimal("0.001"))
    answer = say(someone, "And with no money?")
    expect(answer).to_contain_text("Your language model budget is used up")

    someone.page.get_by_role("button", name="Switch off the language model").click()
    expect(someone.page.locator("#conversation")).to_contain_text("is switched off")
    someone.page.get_by_role("button", name="Switch on the language model").click()
    expect(someone.page.locator("#coach-state .text-secondary")).to_have_count(0)
    CoachSettings.objects.filter(pk=chosen.pk).update(is_enabled=False)
    someone.open(path)
    expect(someone.page.locator("#coach-state .text-secondary")).to_contain_text("switched off")
    answer = say(someone, "Which model should I choose?")
    expect(answer.locator(".said-text")).to_contain_text("Start simple")
    assert len(model.requests) == requests, "none of these was sent"


def test_feedback_comes_to_the_page_after_the_run(
    person: MakePerson, model: AnthropicServer, member: Seat
) -> None:
    scores = [{"criterion": one, "points": 2, "reason": f"Seen: {one}."} for one in Criterion]
    said = {"strength": "A clear bet.", "question": "What if not?", "suggestion": "Read on."}
    model.structured = Act(json.dumps({"scores": scores} | said))
    experiment = factories.submit(member, "logistic_regression")
    someone = person("en-US").sit_down(member.people.get())
    someone.open(experiment.get_absolute_url())
    feedback = someone.page.get_by_role("region", name="Feedback on the experiment")
    expect(feedback).to_contain_text(
        "Written by a language model, within the facts that the rules know."
    )
    expect(feedback).to_contain_text("Seen: hypothesis.")
    expect(feedback).to_contain_text("What if not?")
    expect(feedback).not_to_contain_text("Seen: comparison.")
    someone.check()

    someone.page.locator("#coach-panel summary").click()
    model.default = Act("What did you **expect**?")
    answer = say(someone, "About this one")
    expect(answer.locator("strong")).to_have_text("expect")
    expect(answer).to_contain_text("about experiment #1")
    someone.check()


def test_who_joins_reads_what_is_sent_to_whom(
    person: MakePerson, model: AnthropicServer, member: Seat
) -> None:
    somebody = person()
    somebody.open(f"/join/{member.dojo.join_code}/")
    notice = somebody.page.locator("main")
    expect(notice).to_contain_text("Le coach de ce Dojo est un modèle de langage de 127.0.0.1")
    expect(notice).to_contain_text("Aucune ligne des données n'est envoyée.")
    somebody.check()
