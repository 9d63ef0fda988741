"""Loading what the coach looks at."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.rules import Facts, facts_of
from classrooms.models import Membership
from experiments.findings import Record, setting_of
from experiments.models import Experiment, Framing
from experiments.selectors import experiments_of


@dataclass(frozen=True)
class Work:
    """A participant's record and framing, loaded once."""

    record: Record
    framing: Framing | None

    def experiment(self, pk: int) -> Experiment:
        return next(one for one in self.record.experiments if one.pk == pk)

    def facts(self, pk: int) -> Facts:
        return facts_of(self.record, self.experiment(pk))


def work_of(membership: Membership) -> Work:
    """Everything of one participant, in a constant number of queries."""
    framing = Framing.objects.filter(membership=membership).first()
    metric = framing.metric if framing else ""
    record = Record(
        setting_of(membership.dojo),
        tuple(experiments_of(membership)),
        framing is not None,
        metric,
    )
    return Work(record, framing)
