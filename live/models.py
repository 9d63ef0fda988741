"""Channels, topics and their versions: what has changed since a page was rendered.

A change that others should see touches a topic in the same transaction, so what is announced
is always what was committed. A channel is the caller's key for a set of topics.
"""

from __future__ import annotations

from django.db import models, transaction
from django.db.models import F


class Channel(models.Model):
    """A channel's counter of changes. Its row lock orders them as they commit."""

    key = models.BigIntegerField(primary_key=True)
    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {self.version}"


class Topic(models.Model):
    """The version at which a topic of a channel last changed."""

    channel = models.BigIntegerField()
    name = models.CharField(max_length=40)
    version = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "name"], name="one_row_per_topic")
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.name}"


@transaction.atomic
def touch(channel: int, *names: str) -> None:
    """Announce, with the surrounding transaction, that these topics of a channel changed."""
    Channel.objects.get_or_create(pk=channel)
    Channel.objects.filter(pk=channel).update(version=F("version") + 1)
    version = current_version(channel)
    Topic.objects.bulk_create(
        [Topic(channel=channel, name=name, version=version) for name in sorted(set(names))],
        update_conflicts=True,
        unique_fields=["channel", "name"],
        update_fields=["version"],
    )


def current_version(channel: int) -> int:
    """The version that a page rendered now has seen; 0 where nothing was ever announced."""
    return Channel.objects.filter(pk=channel).values_list("version", flat=True).first() or 0


@transaction.atomic
def close_channel(channel: int) -> None:
    """Forget a channel, whose subject is gone."""
    Topic.objects.filter(channel=channel).delete()
    Channel.objects.filter(pk=channel).delete()
