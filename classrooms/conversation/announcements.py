"""Services that send announcements to everyone or to one person. Each is one transaction."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from classrooms.models import Announcement, Dojo, Seat
from classrooms.topics import NEWS
from live.models import touch

LATEST = 30


@transaction.atomic
def announce(
    sender: Seat,
    text: str,
    *,
    recipient: Seat | None = None,
    finding: str = "",
    link: str = "",
) -> Announcement:
    """Say something to everyone in the Dojo, or to one person.

    Args:
        finding: code of the finding that it asks about.
        link: path of the page that it asks about.
    """
    announcement = Announcement.objects.create(
        dojo=sender.dojo, sender=sender, recipient=recipient, text=text, finding=finding, link=link
    )
    heard = recipient.topic if recipient else NEWS
    touch(sender.dojo_id, heard, *_topics_of_facilitators(sender.dojo_id))
    return announcement


@transaction.atomic
def mark_seen(seat: Seat, announcement: Announcement) -> None:
    """The person has read it: it goes from their pages, and its senders see that."""
    announcement.seen_by.add(seat)
    topics = _topics_of_facilitators(seat.dojo_id)
    touch(seat.dojo_id, seat.topic, *topics)


def _topics_of_facilitators(dojo_id: int) -> list[str]:
    facilitators = Seat.objects.facilitators().filter(dojo_id=dojo_id)
    return [facilitator.topic for facilitator in facilitators]


def news_for(seat: Seat) -> QuerySet[Announcement]:
    """Unread announcements of this person, latest first; none from before they joined."""
    unseen = Announcement.objects.unseen_by(seat).select_related("sender")
    return unseen.filter(sent_at__gte=seat.joined_at)


def received_by(seat: Seat) -> QuerySet[Announcement]:
    """Everything that was said to this person, the latest first."""
    return Announcement.objects.addressed_to(seat).select_related("sender", "recipient")


def sent_in(dojo: Dojo) -> QuerySet[Announcement]:
    """The latest that was said in the Dojo, with how many have read it."""
    return (
        Announcement.objects.filter(dojo=dojo)
        .select_related("sender", "recipient")
        .annotate(readers=Count("seen_by"))
    )[:LATEST]


def sent_to(seat: Seat) -> QuerySet[Announcement]:
    """Messages to this one person, with whether they have read them."""
    return (
        Announcement.objects.filter(recipient=seat)
        .select_related("sender", "recipient")
        .annotate(readers=Count("seen_by", filter=Q(seen_by=seat)))
    )
