"""Slides of a formal presentation: out of the log, in the presenter's words, in one file."""

import base64
import hashlib
import re
import zipfile

import pytest
from django.test import Client
from django.utils import translation

from classrooms.agenda import timeline
from experiments.exports.archives.aliases import Aliases
from experiments.exports.archives.participant import build_archive
from experiments.exports.documents.deck import html_deck
from experiments.exports.record import record_of
from experiments.models import Talk
from experiments.submit.services import record_analysis, record_limits, save_framing
from experiments.talks.slides import Deck, save_slides
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    member = factories.join(factories.make_dojo(variant="advanced", language="en"), "Zoé")
    save_framing(member, problem="Who leaves?", data="D", metric="M", baseline="Nobody leaves.")
    first = factories.submit(member, claim="A line is enough.")
    factories.finish(first)
    record_analysis(first, analysis="Zoé sees it.", decision="keep", next_step="A tree")
    record_limits(first, "Not for <b>new</b> customers.")
    return member


@pytest.fixture
def client(member) -> Client:
    found = Client()
    found.force_login(member.people.get())
    found.cookies["django_language"] = "en"
    return found


def deck_of(member) -> Deck:
    with translation.override("en"):
        deck = Deck(record_of(member))
        assert deck.slides
    return deck


def address(member, name: str) -> str:
    return f"/dojos/{member.dojo.public_id}/talks/{name}/"


def sent(member, **changes: str) -> dict[str, str]:
    """What the page would send, with changes."""
    fields = {}
    for slide in deck_of(member).slides:
        fields |= {f"title-{slide.key}": slide.title, f"text-{slide.key}": slide.text}
        fields |= {f"is_shown-{slide.key}": "on"} if slide.is_shown else {}
    return fields | changes


def test_they_are_made_from_the_log(member) -> None:
    slides = {slide.key: slide for slide in deck_of(member).shown}
    assert list(slides) == [
        "title", "problem", "baseline", "tried", "best", "errors", "learned", "next"
    ]  # fmt: skip
    assert "Who leaves?" in slides["problem"].text
    assert slides["errors"].text == "Not for <b>new</b> customers."
    assert slides["next"].text == "A tree"


def test_one_file_runs_one_script_and_nothing_else(member, client) -> None:
    response = client.get(address(member, f"{member.public_id}/slides"))
    text, policy = response.content.decode(), response["Content-Security-Policy"]
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "sandbox allow-scripts" in policy
    assert "default-src 'none'" in policy
    assert "&lt;b&gt;new&lt;/b&gt;" in text
    assert not re.search(r'(?:src|href)="', text)
    kept = client.get(address(member, f"{member.public_id}/slides") + "?download")
    assert "slides-zo%C3%A9.html" in kept["Content-Disposition"]
    archive = zipfile.ZipFile(build_archive(record_of(member)))
    assert archive.read("slides.html").decode() == text


def test_what_is_changed_stays_and_the_rest_follows_the_log(member, client) -> None:
    path = address(member, "mine/slides")
    changed = sent(member, **{"text-learned": "Lines first.\r\nThen trees."})
    del changed["is_shown-baseline"]
    client.post(path, changed)
    assert Talk.objects.get(seat=member).slides == {
        "baseline": {"is_shown": False},
        "learned": {"text": "Lines first.\nThen trees."},
    }
    save_framing(member, problem="Who stays?", data="D", metric="M", baseline="B")
    slides = {slide.key: slide for slide in deck_of(member).shown}
    assert "baseline" not in slides
    assert slides["learned"].text == "Lines first.\nThen trees."
    assert "Who stays?" in slides["problem"].text
    client.post(path, {"action": "reset"})
    assert Talk.objects.get(seat=member).slides == {}


def test_an_error_keeps_what_was_typed(member, client) -> None:
    path = address(member, "mine/slides")
    page = client.post(path, sent(member, **{"title-next": "", "text-next": "My own words"}))
    assert "My own words" in page.content.decode()
    nothing = {key: value for key, value in sent(member).items() if "is_shown" not in key}
    assert "Show at least one slide." in client.post(path, nothing).content.decode()
    assert not Talk.objects.exists()


def test_after_the_end_nothing_changes(member, client) -> None:
    for _phase in member.dojo.phases.all():
        timeline.advance_dojo(member.dojo)
    page = client.post(address(member, "mine/slides"), sent(member, **{"text-next": "Mine"}))
    assert "can&#x27;t change any more" in page.content.decode()
    assert "Mine" in page.content.decode()
    assert not Talk.objects.exists()


def test_without_names_there_is_none_on_them(member) -> None:
    save_slides(member, deck_of(member), {"learned": {"text": "Zoé learned."}})
    record = Aliases(member.dojo).record(record_of(member))
    text = html_deck(Deck(record))
    assert "P01 learned." in text
    assert "Zoé" not in text


def test_zips_are_always_the_same(member) -> None:
    first, second = (build_archive(record_of(member)).getvalue() for _time in range(2))
    assert first == second
