"""A leak found, mended with a click and split, on a telephone and in French."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_dojo import MakePerson, running, sign_up
from tests.classrooms.test_leak_desk import leaking
from tests.product import PATIENCE_MS

pytestmark = [pytest.mark.serverless, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["running"]


def test_a_leak_is_found_mended_and_split(person: MakePerson, tmp_path: Path) -> None:
    robin = person("fr-FR", viewport={"width": 390, "height": 844})
    page = robin.page
    sign_up(robin, "desk@example.org")
    path = tmp_path / "prêts.csv"
    path.write_text(leaking())
    robin.open("/datasets/new/")
    page.fill("input[name=title]", "Prêts")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Importer").click()
    page.select_option("select[name=target]", value="4.0", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Chercher les fuites").click()

    # It comes by itself, once a worker has looked.
    copies = page.get_by_role("heading", name="presque une copie de la cible")
    expect(copies).to_be_visible(timeout=PATIENCE_MS)
    robin.check()
    card = page.locator(".card", has=copies)
    card.get_by_role("button", name="Retirer la colonne").click()
    expect(card.get_by_text("Colonne retirée")).to_be_visible()
    groups = page.locator(".card", has=page.get_by_role("heading", name="client_id"))
    groups.get_by_role("button", name="Garder ces lignes ensemble").click()
    expect(page.locator("input[name=split_kind][value=group]")).to_be_checked()
    page.get_by_role("button", name="Retirer les lignes répétées").click()
    page.get_by_role("button", name="Oui, elle est connue").first.click()
    expect(page.get_by_text("Connue au moment de prédire", exact=True)).to_be_visible()
    robin.check()

    # What others are to find comes with the split.
    page.get_by_role("link", name="Ajouter une fuite ou du bruit").click()
    robin.check()
    page.get_by_label("qui ne sait rien").check()
    page.fill("form:has(input[name=planted]) input[name=name]", "vent")
    page.get_by_role("button", name="Ajouter la colonne").click()
    expect(page.locator("li", has_text="vent")).to_contain_text("ne sait rien (bruit)")
    robin.check()
    page.get_by_role("link", name="Prêts").click()
    page.get_by_role("button", name="Découper les données").click()
    expect(page.get_by_role("link", name="Créer un Dojo")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("180 / 60")).to_be_visible()
    expect(page.get_by_text("N'apporte rien")).to_be_visible()
    robin.check()
