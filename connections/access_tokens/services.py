"""Create, find and revoke access tokens."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from classrooms.identifiers import new_token
from classrooms.models import User
from connections.models import AccessToken

# By it a token is recognised where it does not belong, as in a published notebook.
PREFIX = "mlx_"
MOST_PER_PERSON = 20
# A script that reads a result every second need not write so often.
NOTED_EVERY = timedelta(minutes=1)


class TooManyTokens(Exception):
    """This person has as many tokens as one person may have."""


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_secret(user: User, one_time_key: str) -> str:
    """What a token is to be.

    The same for the same form, because a second click shows its page in place of the first:
    without the secret, the token that the first click made would be of no use.
    """
    if not one_time_key:
        return PREFIX + new_token()
    keyed = salted_hmac("access token", f"{user.pk} {one_time_key}", algorithm="sha256")
    return PREFIX + keyed.hexdigest()


@transaction.atomic
def make_token(
    user: User, *, name: str, days: int, one_time_key: str = ""
) -> tuple[AccessToken, str]:
    """A new token, and the secret itself, of which only a digest is stored.

    Raises:
        TooManyTokens: some have to be revoked first.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if AccessToken.objects.filter(user=user).count() >= MOST_PER_PERSON:
        raise TooManyTokens
    secret = new_secret(user, one_time_key)
    token = AccessToken.objects.create(
        user=user,
        name=name,
        digest=digest_of(secret),
        ending=secret[-4:],
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token, secret


def revoke_token(user: User, public_id: str) -> bool:
    """Make one of a person's own tokens worthless; False where there is none."""
    deleted, _by_model = AccessToken.objects.filter(user=user, public_id=public_id).delete()
    return bool(deleted)


def find_token(secret: str) -> AccessToken | None:
    """The token with this secret while it is valid; notes that it was used."""
    now = timezone.now()
    token = (
        AccessToken.objects.valid(now)
        .select_related("user")
        .filter(digest=digest_of(secret))
        .first()
    )
    if token and (token.last_used_at is None or now - token.last_used_at > NOTED_EVERY):
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
