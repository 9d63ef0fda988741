"""Delete a Dojo's live channel with it, however it is deleted."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from classrooms.models import Dojo
from live.models import close_channel


@receiver(pre_delete, sender=Dojo)
def close(instance: Dojo, **kwargs: Any) -> None:
    """Nobody can listen to what is gone."""
    close_channel(instance.pk)
