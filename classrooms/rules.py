"""The rules of a Dojo: what participants may do, and what is fixed once there are runs.

Which experiments there are, a higher app knows. It answers `runs_are_asked_for`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction
from django.dispatch import Signal

from classrooms.exceptions import NotNow
from classrooms.models import Dojo
from classrooms.models.dojos import BaselineRule, Variant, Visibility
from classrooms.models.live import touch
from classrooms.topics import CLOCK, LEADERBOARD, ROOM
from experiments.engine.models import MODELS
from experiments.engine.schema import Costs

BASELINE_MODELS = frozenset(name for name, model in MODELS.items() if model.is_baseline)
# Two hours are for one complete experiment, not for choosing among sixteen models.
MODELS_OF_VARIANT = {Variant.DISCOVERY: ("dummy", "logistic_regression", "decision_tree")}

# Sent with `dojo`; a receiver answers whether there are runs in it.
runs_are_asked_for = Signal()
# Sent with `dojo`, in the transaction that changes its rules.
rules_changed = Signal()


@dataclass(frozen=True)
class Rules:
    """What participants may do, and see of each other.

    Attributes:
        max_experiments: of one person; None for as many as they like.
        allowed_models: names of the engine's models; all where empty.
    """

    visibility: str = Visibility.NAMES
    baseline_rule: str = BaselineRule.ASK
    max_experiments: int | None = None
    max_unfinished_runs: int = 20
    allowed_models: tuple[str, ...] = ()
    uses_ladder: bool = False

    @classmethod
    def of_variant(cls, variant: str) -> Rules:
        """The rules that a variant proposes."""
        return cls(allowed_models=MODELS_OF_VARIANT.get(Variant(variant), ()))

    @classmethod
    def of(cls, dojo: Dojo) -> Rules:
        """The rules of a Dojo."""
        return cls(
            visibility=dojo.visibility,
            baseline_rule=dojo.baseline_rule,
            max_experiments=dojo.max_experiments,
            max_unfinished_runs=dojo.max_unfinished_runs,
            allowed_models=tuple(dojo.allowed_models),
            uses_ladder=dojo.uses_ladder,
        )

    def write_to(self, dojo: Dojo) -> list[str]:
        """Set the Dojo's rules, without saving it.

        Returns:
            The names of the fields that were set.
        """
        fields = asdict(self) | {"allowed_models": list(self.allowed_models)}
        for name, value in fields.items():
            setattr(dojo, name, value)
        return list(fields)


def has_runs(dojo: Dojo) -> bool:
    """Whether something was measured by this Dojo's metric, costs and dataset."""
    return any(answer for _receiver, answer in runs_are_asked_for.send(sender=Dojo, dojo=dojo))


@transaction.atomic
def change_rules(
    dojo: Dojo,
    *,
    primary_metric: str,
    success_threshold: float,
    costs: Costs | None,
    rules: Rules,
) -> None:
    """Let other rules hold from now on.

    Raises:
        NotNow: the metric or the costs are others, and there are runs that were
            measured by those before; or the Dojo has ended.
    """
    dojo = Dojo.objects.select_for_update().get(pk=dojo.pk)
    stored_costs = costs.model_dump() if costs else {}
    measures_otherwise = (dojo.primary_metric, dojo.costs) != (primary_metric, stored_costs)
    if dojo.has_ended or (measures_otherwise and has_runs(dojo)):
        raise NotNow
    dojo.primary_metric, dojo.costs = primary_metric, stored_costs
    dojo.success_threshold = success_threshold
    fields = rules.write_to(dojo)
    dojo.save(update_fields=["primary_metric", "success_threshold", "costs", *fields])
    rules_changed.send(sender=Dojo, dojo=dojo)
    touch(dojo.pk, CLOCK, ROOM, LEADERBOARD)
