"""Announcements and raised hands for every page of a Dojo, without a change to each view."""

from __future__ import annotations

from django import template

from classrooms.conversation.announcements import news_for
from classrooms.conversation.hands import open_hand
from classrooms.models import Announcement, RaisedHand, Seat

register = template.Library()


@register.simple_tag
def unread_news(seat: Seat) -> list[Announcement]:
    """This person's unread announcements, latest first."""
    return list(news_for(seat))


@register.simple_tag
def raised_hand(seat: Seat) -> RaisedHand | None:
    """The hand that this person holds up."""
    return open_hand(seat)
