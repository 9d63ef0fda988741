"""Invitation links and messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from classrooms.models import Dojo, Invitation


@dataclass(frozen=True)
class Invited:
    """An invitation with its link, as an absolute address."""

    invitation: Invitation
    link: str

    @property
    def letter(self) -> str:
        """A mailto address with the message written, in the language of the Dojo."""
        context = {"invitation": self.invitation, "link": self.link}
        return _letter(self.invitation.dojo, self.invitation.email, **context)


def letter_with_code(dojo: Dojo, link: str) -> str:
    """A mailto address with an invitation for everybody, in the language of the Dojo."""
    return _letter(dojo, "", link=link)


def _letter(dojo: Dojo, to: str, **context: Any) -> str:
    with translation.override(dojo.language):
        subject = _("Your link to “%(title)s”") % {"title": dojo.title}
        body = render_to_string("classrooms/people/letter.txt", context | {"dojo": dojo})
    # A letter's lines end with CR and LF (RFC 6068).
    fields = {"subject": subject, "body": body.strip().replace("\n", "\r\n")}
    return f"mailto:{quote(to)}?{urlencode(fields, quote_via=quote)}"


def invited_to(dojo: Dojo, absolute: Callable[[str], str]) -> list[Invited]:
    """Everyone of the roster.

    Args:
        absolute: makes an absolute address of a path.
    """
    found = dojo.invitations.select_related("seat", "dojo")
    return [
        Invited(one, absolute(reverse("classrooms:invitation", args=[one.token]))) for one in found
    ]


def links_table(invited: Sequence[Invited]) -> list[Sequence[str]]:
    """The unused links, for a mail merge: a header and a row each."""
    rows = [
        (one.invitation.display_name, one.invitation.email, one.link)
        for one in invited
        if not one.invitation.is_used
    ]
    return [(_("Name"), _("Email"), _("Link")), *rows]
