"""A real Chromium, and people in it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from classrooms.models import User
from tests.commands import ROOT
from tests.product import Product, wait_for

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
# axe measures colours: a button that is still fading in has not its own yet. Chromium now and
# then never ends a transition whose element was replaced meanwhile.
FADED_IN = """Promise.race([
  Promise.allSettled(
    document.getAnimations()
      .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
      .map((one) => one.finished)
  ),
  new Promise((done) => setTimeout(done, 2000)),
])"""
# What htmx says of a request that was under way when somebody left the page.
LEFT = ("htmx:afterRequest", "htmx:sendAbort")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
# A laptop's sandbox needs rights that containers and root do not have.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


# Two busy cores: how long it takes is for the benchmarks to say, not for these tests.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with its module: Playwright keeps an event loop running meanwhile."""
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, page: Page, url: str, mails: Path | None = None) -> None:
        """
        Args:
            mails: the folder of what the server has sent.
        """
        self.page = page
        self.url = url
        self.mails = mails
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.problems.append(message.text)
                if message.type == "error" and not message.text.startswith(LEFT)
                else None
            ),
        )
        page.on(
            "response",
            lambda response: (
                self.problems.append(f"{response.status} {response.url}")
                if response.status >= 500
                else None
            ),
        )

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)
        self.check()

    def sit_down(self, user: User) -> Person:
        """Log in without the form: with the session of a client."""
        client = Client()
        client.force_login(user)
        session = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        self.page.context.add_cookies([session | {"url": self.url}])  # type: ignore[list-item]
        return self

    def link_mailed_to(self, email: str, within: str) -> str:
        """The path of the latest link to this address; `within` is a part of it."""

        mails = self.mails
        assert mails is not None

        def found() -> str:
            letters = sorted(mails.iterdir(), key=lambda file: file.stat().st_mtime_ns)
            for letter in reversed(letters):
                mail = message_from_bytes(letter.read_bytes())
                text = bytes(mail.get_payload(decode=True)).decode()  # type: ignore[arg-type]
                link = re.search(rf"https?://[^/\s]+(/\S*{within}\S*)", text)
                if mail["To"] == email and link:
                    return link.group(1)
            return ""

        path: str = wait_for(found, f"a mail to {email}")
        return path

    def check(self) -> None:
        """No serious accessibility violation (axe-core), no error in the console."""
        try:
            found = self._violations()
        except Error:
            # A link was followed just before: the page went away while it was looked at.
            self.page.wait_for_load_state()
            found = self._violations()
        serious = [
            {"id": rule["id"], "nodes": [node["html"][:200] for node in rule["nodes"][:3]]}
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
        ]
        assert not serious, f"{self.page.url}\n{json.dumps(serious, indent=1, ensure_ascii=False)}"
        assert not self.problems, self.problems

    def _violations(self) -> dict[str, Any]:
        self.page.evaluate(FADED_IN)
        self.page.evaluate(AXE)
        found: dict[str, Any] = self.page.evaluate(
            "axe.run(document, {resultTypes: ['violations']})"
        )
        return found


@pytest.fixture
def person(browser: Browser, product: Product, tmp_path: Path) -> Iterator[Callable[..., Person]]:
    """Makes people: each has cookies and a window of their own."""
    contexts = []

    def make(language: str = "fr-FR", **options: Any) -> Person:
        laptop = {"viewport": {"width": 1280, "height": 900}}
        context = browser.new_context(locale=language, **laptop | options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        return Person(context.new_page(), product.url, product.mails)

    yield make
    for context in contexts:
        context.close()
