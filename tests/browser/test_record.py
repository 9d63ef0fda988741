"""The sealed record in a browser: its root is read from the page, the ZIP is taken home, and a
plain Python verifies it there; what somebody changed meanwhile is named."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from classrooms.models import Seat
from experiments.models import Run
from experiments.submit.services import record_analysis
from tests import factories
from tests.browser.conftest import Person
from tests.product import Product, wait_for

pytestmark = [pytest.mark.serverless, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MakePerson = Callable[..., Person]
PHONE = {"viewport": {"width": 390, "height": 844}}
FITS = "document.documentElement.scrollWidth <= window.innerWidth"


@pytest.fixture
def member(product: Product) -> Seat:
    """Somebody who submitted, got a result and decided, beside somebody else."""
    product.serve()
    dojo = factories.make_dojo(title="Cancer", language="fr")
    member = factories.join(dojo, "robin")
    first = factories.submit(member)
    factories.submit(factories.join(dojo, "kim"), claim="Kim's claim.")
    done = Run.objects.filter(status="succeeded")
    wait_for(lambda: done.count() == 2, "two runs", seconds=120)
    record_analysis(first, analysis="As forecast.", decision="keep", next_step="A line")
    return member


def verify(folder: Path, *arguments: str) -> tuple[int, str]:
    """By Python alone, on whatever machine."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify_record.py", *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_participant_notes_the_root_and_verifies_what_they_took_home(
    member: Seat, person: MakePerson, tmp_path: Path
) -> None:
    base = f"/dojos/{member.dojo.public_id}"
    robin = person(language="en-GB", accept_downloads=True, **PHONE).sit_down(member.people.get())
    facilitator = person().sit_down(member.dojo.seats.get(role="facilitator").people.get())
    robin.open(f"{base}/work/")
    card = robin.page.get_by_role("region", name="Sealed record")
    expect(card).to_contain_text("At the end of each phase")

    # The facilitator ends the phase: the root is on every screen, without a reload.
    projector = person(viewport={"width": 1440, "height": 900}).sit_down(
        member.dojo.seats.get(role="facilitator").people.get()
    )
    projector.open(f"{base}/projector/")
    facilitator.open(f"{base}/cockpit/")
    facilitator.page.get_by_role("button", name="Phase suivante").click()
    expect(card.locator("summary")).to_be_visible()
    root = card.locator("summary").inner_text()
    assert len(root.split()) == 8
    card.locator("summary").click()
    whole = card.locator("code").inner_text()
    assert whole.startswith(root.replace(" ", ""))
    assert robin.page.evaluate(FITS), "nothing is wider than the phone"
    robin.check()
    own = facilitator.page.get_by_role("region", name="Registre scellé")
    expect(own).to_contain_text(root)
    facilitator.check()
    expect(projector.page.locator("#screen")).to_contain_text(root)
    height = "document.documentElement.scrollHeight <= window.innerHeight"
    assert projector.page.evaluate(height), "all on one screen"
    projector.check()

    # All entries, as far as they are theirs to read.
    card.get_by_role("link", name="All entries").click()
    expect(robin.page.get_by_role("heading", level=1)).to_have_text("Sealed record")
    expect(robin.page.locator("#entries")).to_contain_text("somebody else")
    expect(robin.page.locator("#entries")).not_to_contain_text("kim")
    assert robin.page.evaluate(FITS)
    robin.check()

    # The ZIP, by a click, to a folder of their own.
    robin.open(f"{base}/take-home/")
    with robin.page.expect_download() as download:
        robin.page.get_by_role("link", name="Download the ZIP").click()
    archive = tmp_path / "taken-home.zip"
    download.value.save_as(archive)
    folder = tmp_path / "home"
    zipfile.ZipFile(archive).extractall(folder)
    status, said = verify(folder, "--language", "en", "--root", *root.split())
    assert (status, "VERIFIED" in said) == (0, True), said
    status, said = verify(folder)
    assert (status, "VÉRIFIÉ" in said) == (0, True), said

    # A score that would look better.
    record = folder / "record.json"
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace("A model without features", "A model of all features", 1))
    status, said = verify(folder, "--language", "en", "--root", whole)
    assert status == 1, said
    assert "NOT VERIFIED" in said
    assert "entry 1 (registered)" in said
    assert not robin.problems
