"""Numbers and identifiers out of an address, a header or a form without fields."""

from __future__ import annotations

import re

from django.core.exceptions import BadRequest, ValidationError
from django.forms import IntegerField
from django.http import Http404

# The largest that a database's counter holds.
LARGEST = 2**63 - 1
IDENTIFIER = re.compile(r"[A-Za-z0-9]{1,64}")


def whole_number(typed: str | None, *, most: int = LARGEST) -> int | None:
    """The number from 0 to `most`; None where nothing was typed.

    Raises:
        BadRequest: it is none, or a larger one. No page of ours sends such a thing.
    """
    try:
        return _parsed(typed, most)
    except ValidationError as error:
        raise BadRequest(f"No whole number up to {most}.") from error


def number_so_far(typed: str | None, *, most: int = LARGEST) -> int | None:
    """The number from 0 to `most` in what somebody may still be typing; None for anything else."""
    try:
        return _parsed(typed, most)
    except ValidationError:
        return None


def _parsed(typed: str | None, most: int) -> int | None:
    found: int | None = IntegerField(required=False, min_value=0, max_value=most).clean(typed)
    return found


def is_identifier(typed: str) -> bool:
    """Whether it can be a public identifier: not every database can be asked for every text."""
    return IDENTIFIER.fullmatch(typed) is not None


def identifier(typed: str) -> str:
    """A public identifier, not yet looked up.

    Raises:
        Http404: it can be none.
    """
    if not is_identifier(typed):
        raise Http404
    return typed
