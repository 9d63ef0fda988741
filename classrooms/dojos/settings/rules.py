"""The rules of a Dojo: what participants may do, and what is fixed once there are runs.

Which experiments there are, a higher app knows. It answers `runs_are_asked_for`.
"""

from __future__ import annotations

from django.db import transaction
from django.dispatch import Signal

from classrooms.exceptions import NotNow
from classrooms.models import Dojo, DojoRules
from classrooms.models.dojos import Variant
from classrooms.topics import CLOCK, LEADERBOARD, PARTICIPANTS
from engine.spec.models import MODELS
from engine.spec.schema import Costs
from live.models import touch

BASELINE_MODELS = frozenset(name for name, model in MODELS.items() if model.is_baseline)
# Two hours are for one complete experiment, not for choosing among sixteen models.
MODELS_OF_VARIANT = {Variant.DISCOVERY: ("dummy", "logistic_regression", "decision_tree")}

# Sent with `dojo`; a receiver answers whether there are runs in it.
runs_are_asked_for = Signal()
# Sent with `dojo`, in the transaction that changes its rules.
rules_changed = Signal()


def proposed_rules(variant: str) -> DojoRules:
    """The rules that a variant proposes, of no Dojo yet."""
    return DojoRules(
        allowed_models=list(MODELS_OF_VARIANT.get(Variant(variant), ())),
        # In two hours there is no time to choose the luckiest of many, nor to explain a chain.
        tells_luck=variant != Variant.DISCOVERY,
        seals_record=variant != Variant.DISCOVERY,
        # Nor to read nine checks of each result.
        makes_checks=variant != Variant.DISCOVERY,
        # Nor for enough claims to count.
        tells_claims=variant != Variant.DISCOVERY,
    )


def has_runs(dojo: Dojo) -> bool:
    """Return whether runs already depend on this Dojo's metric, costs and dataset."""
    return any(answer for _receiver, answer in runs_are_asked_for.send(sender=Dojo, dojo=dojo))


@transaction.atomic
def change_rules(
    dojo: Dojo,
    *,
    primary_metric: str,
    success_threshold: float,
    costs: Costs | None,
    rules: DojoRules,
) -> None:
    """Let other rules hold from now on.

    Raises:
        NotNow: the metric, the costs or whether a record is sealed are others, and there are
            runs by those before; or the Dojo has ended.
    """
    dojo = Dojo.objects.select_for_update(no_key=True).get(pk=dojo.pk)
    stored_costs = costs.model_dump() if costs else {}
    measures_otherwise = (dojo.primary_metric, dojo.costs) != (primary_metric, stored_costs)
    seals_otherwise = dojo.rules.seals_record != rules.seals_record
    if dojo.has_ended or ((measures_otherwise or seals_otherwise) and has_runs(dojo)):
        raise NotNow
    dojo.primary_metric, dojo.costs = primary_metric, stored_costs
    dojo.success_threshold = success_threshold
    dojo.save(update_fields=["primary_metric", "success_threshold", "costs"])
    DojoRules.objects.filter(dojo=dojo).update(**rules.chosen)
    rules_changed.send(sender=Dojo, dojo=dojo)
    touch(dojo.pk, CLOCK, PARTICIPANTS, LEADERBOARD)
