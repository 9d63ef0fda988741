"""Announcements to everyone or to one person. Each verb is one transaction."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from classrooms.models import Announcement, Dojo, Membership
from classrooms.models.live import touch
from classrooms.topics import NEWS

LATEST = 30


@transaction.atomic
def announce(
    sender: Membership,
    text: str,
    *,
    recipient: Membership | None = None,
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
def mark_seen(membership: Membership, announcement: Announcement) -> None:
    """The person has read it: it goes from their pages, and its senders see that."""
    announcement.seen_by.add(membership)
    topics = _topics_of_facilitators(membership.dojo_id)
    touch(membership.dojo_id, membership.topic, *topics)


def _topics_of_facilitators(dojo_id: int) -> list[str]:
    facilitators = Membership.objects.filter(dojo_id=dojo_id, role=Membership.Role.FACILITATOR)
    return [facilitator.topic for facilitator in facilitators]


def news_for(membership: Membership) -> QuerySet[Announcement]:
    """What this person has yet to read, the latest first; not what was said before they came."""
    unseen = Announcement.objects.unseen_by(membership).select_related("sender")
    return unseen.filter(sent_at__gte=membership.joined_at)


def received_by(membership: Membership) -> QuerySet[Announcement]:
    """Everything that was said to this person, the latest first."""
    return Announcement.objects.addressed_to(membership).select_related("sender", "recipient")


def sent_in(dojo: Dojo) -> QuerySet[Announcement]:
    """The latest that was said in the Dojo, with how many have read it."""
    return (
        Announcement.objects.filter(dojo=dojo)
        .select_related("sender", "recipient")
        .annotate(readers=Count("seen_by"))
    )[:LATEST]


def sent_to(membership: Membership) -> QuerySet[Announcement]:
    """What was said to this one person alone, with whether they have read it."""
    return (
        Announcement.objects.filter(recipient=membership)
        .select_related("sender", "recipient")
        .annotate(readers=Count("seen_by", filter=Q(seen_by=membership)))
    )
