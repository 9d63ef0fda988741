"""What every page of a Dojo shows of the conversation, without each view asking for it."""

from __future__ import annotations

from django import template

from classrooms.announcing import news_for
from classrooms.hands import open_hand
from classrooms.models import Announcement, Membership, RaisedHand

register = template.Library()


@register.simple_tag
def unread_news(membership: Membership) -> list[Announcement]:
    """What this person has yet to read, the latest first."""
    return list(news_for(membership))


@register.simple_tag
def raised_hand(membership: Membership) -> RaisedHand | None:
    """The hand that this person holds up."""
    return open_hand(membership)
