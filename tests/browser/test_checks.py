"""A careful colleague's checks, in a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Person
from tests.product import Product

pytestmark = [pytest.mark.serverless, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
SAID = {
    "fr-FR": ("à regarder", "Que demanderait un collègue attentif", "Comment c'est vérifié"),
    "en-US": ("to look at", "What would a careful colleague ask", "How it is checked"),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_from_the_result_to_what_a_check_means(
    product: Product, person: Callable[..., Person], width: int, theme: str
) -> None:
    product.serve()
    seat = factories.join(factories.make_dojo(), "Amina")
    experiment = factories.submit(seat, "logistic_regression")
    factories.finish(experiment)
    for language, (badge, question, how) in SAID.items():
        window = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
        reader = person(language, **window).sit_down(seat.people.get())
        reader.open(experiment.get_absolute_url())
        link = reader.page.get_by_role("link", name=question)
        expect(link).to_contain_text(badge)
        link.click()
        reader.page.wait_for_url("**/analysis/checks/")
        reader.check()
        assert reader.page.evaluate(FITS)
        reader.page.locator("#view a").first.click()
        expect(reader.page.get_by_role("heading", name=how)).to_be_visible()
        reader.check()
        assert reader.page.evaluate(FITS)
