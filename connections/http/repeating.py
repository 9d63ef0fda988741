"""A call that is sent again because its answer was lost does its work once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext as _

from classrooms.models import User
from connections.http.problems import Problem, Refused
from posting.once import claim_key, owner_of


def make_once(request: HttpRequest, user: User, key: str | None, make: Callable[[], str]) -> str:
    """What a call makes, by its identifier; under a key that came before, what that made.

    Raises:
        Refused: the key came before with another body.
    """
    digest = hashlib.sha256(request.body).hexdigest()
    with claim_key(owner=owner_of(user), path=request.path, key=key or "", digest=digest) as claim:
        if claim.is_other:
            words = _("This Idempotency-Key came before with another body: use a new key.")
            raise Refused(422, Problem(code="key_reused", message=words))
        if not claim.is_first:
            return claim.made
        made = make()
        claim.keep(made)
        return made
