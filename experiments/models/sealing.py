"""The sealed record of a Dojo: one hash chain of what was registered, found and decided."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NoReturn, Self

from django.db import models
from django.db.models.deletion import Collector
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo
from experiments.models.experiments import Experiment


def erase_content(
    collector: Collector, field: models.Field[Any, Any], entries: Any, using: str
) -> None:
    """What becomes of entries whose experiment is deleted: content and salt go with it, and what
    they sealed cannot even be guessed; their digests stay, so that the chain still verifies."""
    fields = {field.name: field for field in SealedEntry._meta.fields}
    for name in ("content", "salt"):
        collector.add_field_update(fields[name], "", entries)
    # Last, as entries that are not loaded are found by it.
    collector.add_field_update(field, None, entries)


class SealedEntryQuerySet(models.QuerySet["SealedEntry"]):
    """Entries are appended, and nothing else: `experiments.sealing.chain` writes them."""

    def of_experiment(self, experiment: Experiment, kinds: Collection[str]) -> Self:
        return self.filter(experiment=experiment, kind__in=kinds)

    def wipe(self) -> None:
        """Forget a rehearsal, from which nobody takes a record home."""
        super().delete()

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ValueError("Sealed entries are appended to a chain, and never change.")

    create = get_or_create = update_or_create = bulk_create = bulk_update = update = _refuse
    delete = _refuse


class SealedEntry(models.Model):
    """A link of a Dojo's chain. Its digest covers its content's, its head and the digest before.

    How digests are computed: `experiments.sealing.verify_record`.
    """

    class Kind(models.TextChoices):
        REGISTERED = "registered", _("Hypothesis registered")
        RESULT = "result", _("Result")
        CORRECTED_RESULT = "corrected_result", _("Result corrected")
        DECISION = "decision", _("Decision")
        CORRECTED_DECISION = "corrected_decision", _("Decision corrected")
        PHASE = "phase", _("End of a phase")

    # Without a constraint in the database: to check it, whoever appends would wait for who has
    # locked the Dojo, and might itself be waited for.
    dojo = models.ForeignKey(
        Dojo,
        models.CASCADE,
        related_name="sealed_entries",
        db_constraint=False,
        verbose_name=_("Dojo"),
    )
    # From 1, without a gap.
    index = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=18, choices=Kind.choices)
    # None where it is about none, or is erased.
    experiment = models.ForeignKey(
        Experiment,
        erase_content,
        null=True,
        related_name="sealed_entries",
        verbose_name=_("experiment"),
    )
    sealed_at = models.DateTimeField(_("sealed at"))
    # 32 random bytes in hexadecimal, and canonical JSON; both empty once erased.
    salt = models.CharField(_("salt"), max_length=64, blank=True)
    content = models.TextField(_("content"), blank=True)
    content_digest = models.CharField(_("digest of the content"), max_length=64)
    digest = models.CharField(_("root"), max_length=64)

    objects = SealedEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("sealed entry")
        verbose_name_plural = _("sealed record")
        ordering = ["dojo_id", "index"]
        constraints = [
            models.UniqueConstraint(fields=["dojo", "index"], name="one_sealed_entry_per_index")
        ]

    def __str__(self) -> str:
        return f"{self.index} {self.kind} {self.digest[:16]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValueError("Sealed entries are appended to a chain, and never change.")
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ValueError("Sealed entries go with their Dojo, and their contents with a person.")

    @property
    def is_erased(self) -> bool:
        return not self.salt
