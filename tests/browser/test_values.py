"""Spellings merged, a sentinel read as missing and a target with gaps, on a telephone in French."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_dojo import MakePerson, running, sign_up
from tests.product import PATIENCE_MS

pytestmark = [pytest.mark.serverless, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["running"]

ROWS = 300


def messy() -> str:
    """Staff, as spreadsheets have them."""
    services = ["Ventes", "Ventes", "ventes ", "RH", "RH ", "Comptabilité", "Comptabilite"]
    answers = ["oui", "Oui", "non ", "non", "non"]
    lines = [
        f"{999 if n % 40 == 0 else 20 + n * 7 % 41};{services[n % 7]};P{n * 7 % 90:03d};"
        f"{'n.c.' if n % 24 == 0 else 1000 + n * 13 % 97};"
        f"2023-{1 + n // 28:02d}-{1 + n % 28:02d};{'' if n % 30 == 1 else answers[n * 3 % 11 % 5]}"
        for n in range(ROWS)
    ]
    return "\n".join(["âge;service;patient;salaire;jour;réponse", *lines]) + "\n"


def test_values_are_settled_and_told(person: MakePerson, tmp_path: Path) -> None:
    robin = person("fr-FR", viewport={"width": 390, "height": 844})
    page = robin.page
    sign_up(robin, "values@example.org")
    path = tmp_path / "équipe.csv"
    path.write_text(messy())
    robin.open("/datasets/new/")
    page.fill("input[name=title]", "Équipe")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Importer").click()
    section = page.locator("#values")
    expect(section).to_be_visible(timeout=PATIENCE_MS)
    robin.check()

    merges = section.locator("li", has_text="la même valeur").filter(has_text="service")
    merges.get_by_role("button", name="Fusionner").click()
    expect(merges.get_by_text("Fusionné")).to_be_visible(timeout=PATIENCE_MS)
    age = section.locator("li", has_text="999")
    age.get_by_role("button", name="Lire comme manquant").click()
    expect(age.get_by_role("button", name="Annuler")).to_be_visible(timeout=PATIENCE_MS)

    # Nothing is left out or merged without a tick.
    options = page.locator("select[name=target] optgroup", has_text="réponse").locator("option")
    page.select_option("select[name=target]", value=options.last.get_attribute("value"))
    page.get_by_role("button", name="Chercher les fuites").click()
    expect(page.get_by_text("n'a pas de valeur dans 10 lignes")).to_be_visible()
    expect(page.get_by_text("écrit une classe de plusieurs façons")).to_be_visible()
    robin.check()
    page.check("input[name=drops_unlabelled]")
    page.check("input[name=merges_classes]")
    page.get_by_role("button", name="Chercher les fuites").click()
    expect(page.get_by_role("heading", name="Découpage")).to_be_visible(timeout=PATIENCE_MS)
    robin.check()
    page.get_by_role("button", name="Découper les données").click()
    recipe = page.locator("#recipe")
    expect(recipe).to_contain_text("10 lignes sont retirées", timeout=PATIENCE_MS)
    expect(recipe).to_contain_text("« ventes␣ »".replace("« ", "«\u00a0").replace(" »", "\u00a0»"))
    robin.check()
