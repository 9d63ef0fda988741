"""Create and revoke access tokens."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classrooms.access import Request, account_view
from connections.access_tokens.services import (
    TooManyTokens,
    make_token,
    new_secret,
    revoke_token,
)
from connections.forms import TokenForm
from connections.http.example import example_script, latest_dojo
from connections.models import AccessToken
from posting.once import FIELD, claimed, keeps_once


@account_view
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_once
def token_list(request: Request) -> HttpResponse:
    """The person's own tokens; a new one is shown once, in the answer to its form."""
    form = TokenForm(request.POST or None)
    secret = ""  # nosec B105
    if request.method == "POST" and form.is_valid():
        key = request.POST.get(FIELD, "")
        try:
            with claimed(request) as claim:
                if claim.is_first:
                    _token, secret = make_token(request.user, one_time_key=key, **form.cleaned_data)
                    claim.keep(request.path)
                else:
                    secret = new_secret(request.user, key)
        except TooManyTokens:
            form.add_error(None, _("You have too many tokens. Revoke those that you don't use."))
        else:
            form = TokenForm()
    context = {
        "form": form,
        "secret": secret,
        "tokens": AccessToken.objects.filter(user=request.user),
        "example": example_script(request.build_absolute_uri, latest_dojo(request)),
    }
    return render(request, "connections/tokens.html", context)


@account_view
@require_POST
def token_revoke(request: Request, token_id: str) -> HttpResponse:
    """From now on it opens nothing."""
    if revoke_token(request.user, token_id):
        messages.success(request, _("Token revoked. It no longer gives access."))
    return redirect("connections:tokens")
