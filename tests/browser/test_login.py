"""Proving an address, passkeys and second factors, in a browser with a virtual authenticator."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from classrooms.models import SeatOffer, User
from tests import factories
from tests.browser.test_dojo import MakePerson, running, sign_up

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["running"]
PASSWORD = factories.PASSWORD


def test_a_passkey_replaces_the_password(person: MakePerson) -> None:
    who = person("fr-FR")
    # Passkeys belong to a name; an address made of numbers has none.
    who.url = who.url.replace("127.0.0.1", "localhost")
    page = who.page
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True}
    options |= {"automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    user = factories.make_user("passkey")
    who.open("/accounts/login/")
    page.fill("input[name=login]", user.email)
    page.fill("input[name=password]", PASSWORD)
    page.locator("main form.card button[type=submit]").first.click()
    page.wait_for_url(who.url + "/")
    who.open("/account/")
    page.get_by_role("link", name="Deux facteurs et clés d'accès").click()
    who.check()
    who.open("/accounts/2fa/webauthn/add/")
    page.fill("input[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/2fa/webauthn/add/")
    who.check()
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/2fa/recovery-codes/**")
    who.check()

    page.context.clear_cookies()
    who.open("/accounts/login/")
    page.click("#passkey_login")
    expect(page).to_have_url(who.url + "/")
    who.open("/account/")
    expect(page.get_by_text(user.email).first).to_be_visible()


@pytest.mark.parametrize(("language", "width"), [("fr-FR", 390), ("en-GB", 1440)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_an_account_read_well(
    person: MakePerson, language: str, width: int, scheme: str
) -> None:
    who = person(language, viewport={"width": width, "height": 900}, color_scheme=scheme)
    email = f"{language}.{scheme}@example.org".lower()
    sign_up(who, email)
    user = User.objects.get(email=email)
    dojo = factories.make_dojo(title="Who will leave?")
    factories.services.join_dojo(dojo=dojo, user=user, display_name="Me")
    overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    other = factories.make_dojo(title="Next door")
    SeatOffer.objects.create(dojo=other, email=email)
    for path in ("/", "/account/", "/accounts/email/", "/accounts/2fa/", "/accounts/login/code/"):
        who.open(path)
        assert not who.page.evaluate(overflow), path
    who.open("/")
    who.page.locator("form[action^='/offers/'] button[value=accept]").click()
    who.page.wait_for_url("**/cockpit/")
    who.open(f"/dojos/{other.public_id}/audit/")
    assert not who.page.evaluate(overflow)
    who.open(f"/dojos/{other.public_id}/seats/")
    who.page.context.clear_cookies()
    who.open("/accounts/login/")
