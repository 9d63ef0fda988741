"""Versions of what is on people's screens.

A change that others should see bumps the topic in the same transaction, so what
is announced is always what was committed.
"""

from __future__ import annotations

from django.db import models, transaction
from django.db.models import F

from classrooms.models.dojos import Dojo


class LiveVersion(models.Model):
    """The Dojo's counter of changes. Its row lock orders them as they commit."""

    dojo = models.OneToOneField(Dojo, models.CASCADE, primary_key=True, related_name="live_version")
    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.dojo_id}: {self.version}"


class Topic(models.Model):
    """The version at which a topic of a Dojo last changed."""

    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="topics")
    name = models.CharField(max_length=40)
    version = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dojo", "name"], name="one_row_per_topic")]

    def __str__(self) -> str:
        return f"{self.dojo_id}: {self.name}"


@transaction.atomic
def touch(dojo_id: int, *names: str) -> None:
    """Announce, with the surrounding transaction, that these topics changed."""
    LiveVersion.objects.get_or_create(dojo_id=dojo_id)
    LiveVersion.objects.filter(dojo_id=dojo_id).update(version=F("version") + 1)
    version = LiveVersion.objects.values_list("version", flat=True).get(dojo_id=dojo_id)
    Topic.objects.bulk_create(
        [Topic(dojo_id=dojo_id, name=name, version=version) for name in sorted(set(names))],
        update_conflicts=True,
        unique_fields=["dojo", "name"],
        update_fields=["version"],
    )


def current_version(dojo_id: int) -> int:
    """The version that a page rendered now has seen."""
    return (
        LiveVersion.objects.filter(dojo_id=dojo_id).values_list("version", flat=True).first() or 0
    )
