"""Whether a result may be believed: no leak and no fault stands behind it."""

from __future__ import annotations

from classrooms.knowledge import record_tells_truths
from classrooms.models import Dojo
from engine.spec.schema import Schema
from experiments.models import Experiment


def leaks_of(dojo: Dojo) -> frozenset[str]:
    """Columns that are known to be written after the fact. Participants do not know them all
    before the end."""
    dataset, marks = dojo.dataset, dojo.column_marks
    traps = dataset.bundled.traps if dataset.bundled else ()
    planted = {name for trap in traps if trap.key == "leak" for name in trap.columns}
    marked = {column["name"] for column in dataset.data_schema["columns"] if column.get("leak")}
    known = planted | marked | set(dataset.leak_columns) | set(marks)
    return frozenset(name for name in known if marks.get(name, True))


def traps_of(dojo: Dojo) -> frozenset[str]:
    """Of `leaks_of`, those that a first experiment has ticked all the same, so that participants
    find them: what was planted for that, unless the facilitator says otherwise."""
    planted = leaks_of(dojo) - set(dojo.dataset.leak_columns) - set(dojo.column_marks)
    left = dojo.column_traps
    return frozenset(name for name in leaks_of(dojo) if left.get(name, name in planted))


def columns_read(experiment: Experiment, schema: Schema | None = None) -> set[str]:
    """Columns that the model reads, those within new features included; a dummy reads none.

    Args:
        schema: of the Dojo, where it is at hand.
    """
    if experiment.config["model"]["name"] == "dummy":
        return set()
    config = experiment.parsed_config
    made_of = {source for feature in config.new_features for source in feature.sources}
    return set(config.columns.chosen(schema or experiment.seat.dojo.schema)) | made_of


def marked_columns_of(experiment: Experiment, schema: Schema, marked: frozenset[str]) -> list[str]:
    """Columns that the model reads although they are marked, in the order of the data.

    Args:
        schema: of the Dojo.
        marked: see `leaks_of`.
    """
    used = columns_read(experiment, schema) & marked
    return [column.name for column in schema.features if column.name in used]


def leaks_told(experiment: Experiment) -> set[str]:
    """Leaking columns of this experiment that its participant may know of: that which they
    claim to leak, and all of them once the Dojo has ended."""
    dojo = experiment.seat.dojo
    if not record_tells_truths(dojo):
        claims = experiment.column_claim == Experiment.ColumnClaim.LEAKS
        return {experiment.claimed_column} & columns_read(experiment) if claims else set()
    known = leaks_of(dojo)
    return columns_read(experiment) & known if known else set()


def has_fault(experiment: Experiment) -> bool:
    """Whether running it again gave other numbers."""
    repeated = experiment.repetition
    return repeated is not None and repeated.has_succeeded and bool(repeated.differences)


def is_believed(experiment: Experiment) -> bool:
    """Not so with an open leak alarm: that there is one is no secret, its column may be."""
    if experiment.run.open_alarms:
        return False
    return not has_fault(experiment) and not leaks_told(experiment)
