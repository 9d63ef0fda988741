"""Django's admin: every list, search and form opens, with data in it; only for staff."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from classrooms.models import WorkerSighting
from tests import factories

OURS = [
    model
    for model in admin.site._registry
    if model._meta.app_label in ("classrooms", "experiments")
]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_staff_see_every_list_and_record(model, cast) -> None:
    from django.utils import timezone

    WorkerSighting.objects.create(name="compute@x", queue="compute", seen_at=timezone.now())
    from experiments.services import save_framing

    save_framing(cast.participant, problem="p", data="d", metric="m", baseline="b")
    client = Client()
    client.force_login(factories.make_user(is_staff=True, is_superuser=True))
    options = model._meta
    changelist = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    assert client.get(changelist).status_code == 200
    assert client.get(changelist, {"q": "x"}).status_code == 200
    record = model._default_manager.first()
    change = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[record.pk])
    assert client.get(change).status_code == 200
    assert cast.clients["participant"].get(changelist).status_code == 302


def test_accounts_pages_are_ours_in_both_languages(client: Client, db) -> None:
    for path in ("login", "signup", "password/reset"):
        for language in ("fr", "en"):
            page = client.get(f"/accounts/{path}/", headers={"accept-language": language})
            assert page.status_code == 200
            assert "navbar" in page.content.decode()
            assert f'lang="{language}"' in page.content.decode()


def test_a_forgotten_password_is_reset_by_mail(client: Client, db, mailoutbox) -> None:
    import re

    user = factories.make_user("olga")
    client.post("/accounts/password/reset/", {"email": user.email})
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mailoutbox[0].body)
    assert link
    form = client.get(link[1], follow=True)
    new = "another-long-password"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)
