"""Base class of the declared models."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from engine.messages import N_
from engine.spec.estimators import EstimatorSpec

ClassWeight = Literal["none", "balanced"]

# XGBoost reads its numbers as 32-bit floats and refuses what is smaller than those hold.
LEAST_POSITIVE = 1e-9


def _zero_or_more_than_tiny(value: float) -> float:
    if 0 < value < LEAST_POSITIVE:
        raise PydanticCustomError(
            "tiny_number", "0 or more than {least}", {"least": LEAST_POSITIVE}
        )
    return value


Regularisation = Annotated[float, AfterValidator(_zero_or_more_than_tiny)]


class ModelSpec(BaseModel):
    """A model and its hyperparameters.

    Class attributes:
        estimator: module and name of the scikit-learn class.
        fixed: arguments that a learner does not set.
        translated: fields whose argument has another name, or several; the others
            are passed on under their own name, and can be searched over.
        is_seeded: whether the estimator takes a `random_state`.
        accepts_missing: whether the estimator takes missing numbers as they are.
        gives_margins: whether its scores are distances, to be calibrated into probabilities.
        max_rows: the `row_limit` of a model that has one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    label: ClassVar[str]
    summary: ClassVar[str]
    estimator: ClassVar[tuple[str, str]]
    fixed: ClassVar[dict[str, Any]] = {}
    translated: ClassVar[frozenset[str]] = frozenset()
    is_baseline: ClassVar[bool] = False
    is_seeded: ClassVar[bool] = True
    accepts_missing: ClassVar[bool] = False
    gives_margins: ClassVar[bool] = False
    max_rows: ClassVar[int | None] = None

    name: str

    @property
    def takes_missing(self) -> bool:
        """Whether it accepts missing numbers."""
        return self.accepts_missing

    @property
    def row_limit(self) -> int | None:
        """More train rows than this would not end in a workshop's time."""
        return self.max_rows

    @property
    def without_effect(self) -> frozenset[str]:
        """Hyperparameters that the other ones leave without effect."""
        return frozenset()

    def spec(self, seed: int) -> EstimatorSpec:
        """The spec of the estimator: one thread, seeded."""
        module, name = self.estimator
        own = {
            key: self.argument(key, value)
            for key, value in self.model_dump().items()
            if key != "name" and key not in self.translated
        }
        if own.get("class_weight", "") is None:
            del own["class_weight"]
        seeded = {"random_state": seed} if self.is_seeded else {}
        return EstimatorSpec(module, name, (), {**own, **seeded, **self.fixed})

    @staticmethod
    def argument(key: str, value: Any) -> Any:
        """The library's own word for an option of ours."""
        if (key, value) in {("class_weight", "none"), ("max_features", "all")}:
            return None
        return value


def class_weight_field() -> ClassWeight:
    field: ClassWeight = Field(
        "none",
        title=N_("Class weight"),
        description=N_("“Balanced” makes errors on the rarer class count more."),
    )
    return field


def depth_field() -> int | None:
    field: int | None = Field(
        None,
        ge=1,
        le=50,
        title=N_("Max depth"),
        description=N_("Max number of questions in a row; empty: no limit."),
    )
    return field


def leaf_rows_field(default: int = 1) -> int:
    field: int = Field(
        default,
        ge=1,
        le=1000,
        title=N_("Min rows per leaf"),
        description=N_("More rows per leaf: simpler trees."),
    )
    return field


def leaves_field() -> int:
    field: int = Field(
        31,
        ge=2,
        le=255,
        title=N_("Max leaves per tree"),
        description=N_("More leaves: more detail, and more overfitting."),
    )
    return field


def learning_rate_field(default: float) -> float:
    field: float = Field(
        default,
        ge=0.001,
        le=1.0,
        title=N_("Learning rate"),
        description=N_("How much each tree corrects; smaller values need more trees."),
    )
    return field


def corrections_field() -> int:
    field: int = Field(
        100,
        ge=5,
        le=1000,
        title=N_("Trees"),
        description=N_("How many corrections, one after another."),
    )
    return field


def l2_field(default: float) -> float:
    field: float = Field(
        default,
        ge=0.0,
        le=1000.0,
        title=N_("L2 regularisation"),
        description=N_("Shrinks the leaves' values towards zero."),
    )
    return field


def early_stopping_field() -> bool:
    field: bool = Field(
        False,
        title=N_("Stop early"),
        description=N_(
            "Sets a tenth of the training rows aside and stops when ten more "
            "rounds don't improve the score on them."
        ),
    )
    return field
