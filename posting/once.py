"""What a form makes is made once, however often the form arrives.

A creating form carries a one-time key (`{% one_time_key %}`). The key goes into the
database in the transaction that makes the object, so a second request with the same key
waits for the first one, and then lands on what that one made. A form that is sent again
with other content (after the browser's Back) is another form, and makes another object.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from posting.models import SentForm

FIELD = "one_time_key"
LONGEST_KEY = 200
# Neither is a password: its digest would be stored.
NOT_COMPARED = (FIELD, "csrfmiddlewaretoken")

View = Callable[..., Any]


class Claim:
    """The right to make what a form asks for.

    Attributes:
        is_first: whether it is to be made now.
        is_other: whether the key came before with another body.
        made: where it is, or what it is called, once it is made.
    """

    def __init__(self, sent: SentForm | None, *, is_first: bool, is_other: bool = False) -> None:
        self._sent = sent
        self.is_first = is_first
        self.is_other = is_other
        self.made = sent.made if sent else ""

    def keep(self, made: str) -> None:
        """Note what was made: an address, or an identifier."""
        self.made = made
        if self._sent is not None:
            self._sent.made = made
            self._sent.save(update_fields=["made"])

    def close(self) -> None:
        """Nothing was made: the same form may come again, mended."""
        if self._sent is not None and self.is_first and not self._sent.made:
            self._sent.delete()


@contextmanager
def claim_key(*, owner: str, path: str, key: str, digest: str) -> Iterator[Claim]:
    """One transaction in which what the key stands for is made, or found to be made.

    Without a key, everything is new.
    """
    with transaction.atomic():
        if not key:
            yield Claim(None, is_first=True)
            return
        sent, is_first = SentForm.objects.get_or_create(
            owner=owner, path=path[:300], key=key, defaults={"digest": digest}
        )
        claim = Claim(sent, is_first=is_first, is_other=sent.digest != digest)
        yield claim
        claim.close()


@contextmanager
def claimed(request: HttpRequest) -> Iterator[Claim]:
    """The same for a form, by its key and its content."""
    key, digest = request.POST.get(FIELD, "")[:LONGEST_KEY], _digest(request)
    with claim_key(
        owner=owner_of(request.user),
        path=request.get_full_path(),
        key=hashlib.sha256(f"{key} {digest}".encode()).hexdigest() if key else "",
        digest=digest,
    ) as claim:
        yield claim


def owner_of(user: Any) -> str:
    """By whom a key is used: a key of somebody else's opens nothing."""
    return f"user {user.pk}" if user.is_authenticated else ""


def _digest(request: HttpRequest) -> str:
    """Of what was typed and chosen; of a file, its name and its length."""
    sent = hashlib.sha256()
    for name, values in sorted(request.POST.lists()):
        if name not in NOT_COMPARED and "password" not in name:
            sent.update(repr((name, values)).encode("utf-8", "surrogatepass"))
    for name, files in sorted(request.FILES.lists()):
        lengths = [(file.name, file.size) for file in files]
        sent.update(repr((name, lengths)).encode("utf-8", "surrogatepass"))
    return sent.hexdigest()


def made_once(view: View) -> View:
    """For views whose POST makes something and then redirects to it.

    An answer that does not redirect made nothing: the form has errors, and may be sent again.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            answer: HttpResponseBase = view(request, *args, **kwargs)
            return answer
        with claimed(request) as claim:
            if claim.is_first:
                response: HttpResponseBase = view(request, *args, **kwargs)
                claim.keep(lands_on(response))
                return response
        return HttpResponseRedirect(claim.made)

    return keeps_once(guarded)


def keeps_once(view: View) -> View:
    """Says of a view that it makes things once: by `made_once`, or by `claimed` within."""
    view.makes_once = True  # type: ignore[attr-defined]
    return view


def lands_on(response: HttpResponseBase) -> str:
    """Where an answer leads; nowhere if nothing was made."""
    return response.get("Location", "")
