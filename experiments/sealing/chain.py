"""Append to the chain of a Dojo. Nothing else writes sealed entries."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from classrooms.models import Dojo
from classrooms.topics import RECORD
from experiments.models import Experiment, SealedEntry
from experiments.sealing.verify_record import (
    canonical,
    digest_of_content,
    digest_of_entry,
    first_previous,
)
from live.models import touch

SALT_BYTES = 32


@transaction.atomic
def append(
    dojo: Dojo, kind: str, content: dict[str, Any], *, experiment: Experiment | None = None
) -> SealedEntry:
    """Seal a content as the next entry, with the surrounding transaction.

    To touch a topic locks the Dojo's channel until that transaction ends, so entries come one
    after the other, whichever process they come from. It is the lock that every change of a
    record takes anyway, and takes last: no new order of locks, and so no new deadlock.

    Args:
        content: JSON-able; never a hidden score.
        experiment: with which the content is erased.
    """
    touch(dojo.pk, RECORD)
    last = last_entry(dojo)
    index, previous = (last.index + 1, last.digest) if last else (1, first_previous(dojo.public_id))
    # The clocks of two hosts differ; the order is that of the chain.
    sealed_at = max(timezone.now(), last.sealed_at) if last else timezone.now()
    salt, text = secrets.token_hex(SALT_BYTES), canonical(content)
    content_digest = digest_of_content(salt, text)
    entry = SealedEntry(
        dojo=dojo,
        index=index,
        kind=kind,
        experiment=experiment,
        sealed_at=sealed_at,
        salt=salt,
        content=text,
        content_digest=content_digest,
        digest=digest_of_entry(previous, index, kind, moment(sealed_at), content_digest),
    )
    entry.save(force_insert=True)
    return entry


def last_entry(dojo: Dojo) -> SealedEntry | None:
    """The entry whose digest is the root now."""
    return SealedEntry.objects.filter(dojo=dojo).defer("content").order_by("index").last()


def moment(time: datetime) -> str:
    """A time as it is sealed: ISO 8601 in UTC, to the microsecond."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


@transaction.atomic
def wipe_chain(dojo: Dojo) -> None:
    """Forget the chain of a rehearsal, whose experiments are gone already."""
    touch(dojo.pk, RECORD)
    SealedEntry.objects.filter(dojo=dojo).wipe()
