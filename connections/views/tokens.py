"""Where people make and revoke their access tokens."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classrooms.access import Request, account_view
from connections.example import example_script, latest_dojo
from connections.forms import TokenForm
from connections.models import AccessToken
from connections.tokens import TooManyTokens, make_token, revoke_token


@account_view
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: Request) -> HttpResponse:
    """One's own tokens; a new one is shown on the answer to its form, and never again."""
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, secret = make_token(request.user, **form.cleaned_data)
        except TooManyTokens:
            form.add_error(None, _("You have many tokens: revoke those that you do not use."))
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
        messages.success(request, _("The token is revoked: it opens nothing any more."))
    return redirect("connections:tokens")
