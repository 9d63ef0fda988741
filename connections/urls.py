from typing import cast

from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from connections.access_tokens import views as tokens
from connections.http import views as reference
from connections.http.api import api
from connections.tracking import views as tracking

app_name = "connections"

urlpatterns = [
    path("tokens/", tokens.token_list, name="tokens"),
    path("tokens/<slug:token_id>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("dojos/<slug:dojo_id>/tracking/", tracking.tracking, name="tracking"),
    path("api/", reference.reference, name="reference"),
]

# In a namespace of their own, by which ninja finds them.
api_urls = api.urls
for pattern in cast(list[URLPattern], api_urls[0]):
    # Whom it answers, as our own views say it: who has a token; its description, anyone.
    is_open = pattern.name in ("api-root", "openapi-json")
    if is_open:
        pattern.callback = require_safe(pattern.callback)
    pattern.callback.access = "public" if is_open else "token"  # type: ignore[attr-defined]
