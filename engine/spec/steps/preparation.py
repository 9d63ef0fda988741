"""Preprocessing: one declared class per type of column.

Each says what a learner may set, and the spec of the scikit-learn steps that do it.
Imports no scientific library.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from engine.messages import N_
from engine.spec.columns import STRICT
from engine.spec.estimators import RUNTIME_HELPERS, EstimatorSpec, Function, Named, pipeline_of
from engine.spec.models.ensembles import inner_folds
from engine.spec.steps.stop_words import Language, stop_words

# What can be made of the parts of a date, and the function of `runtime_helpers.py` that does.
DATE_FUNCTIONS = {
    "number": "date_parts",
    "circle": "date_circles",
    "one_hot": "date_categories",
}
# Columns that a part becomes, where it is not one.
WIDTHS = {
    "number": {},
    "circle": dict.fromkeys(("quarter", "month", "day", "day_of_week", "day_of_year", "hour"), 2),
    "one_hot": {"quarter": 4, "month": 12, "day_of_week": 7, "hour": 24},
}

Scale = Literal["standard", "robust", "min_max", "quantile", "power", "none"]
DatePart = Literal["year", "quarter", "month", "day", "day_of_week", "day_of_year", "hour"]


def _first_parts() -> list[DatePart]:
    return ["month", "day_of_week"]


def _imputer(strategy: str, **arguments: Any) -> EstimatorSpec:
    # A column may be empty in one fold only: it is kept, so that no fold runs out of columns.
    kept = {"strategy": strategy, **arguments, "keep_empty_features": True}
    return EstimatorSpec("sklearn.impute", "SimpleImputer", (), kept)


def _scaler(scale: Scale, seed: int) -> list[EstimatorSpec]:
    name, arguments = {
        "none": ("", {}),
        "standard": ("StandardScaler", {}),
        "robust": ("RobustScaler", {}),
        "min_max": ("MinMaxScaler", {}),
        "quantile": (
            "QuantileTransformer",
            {"n_quantiles": 100, "output_distribution": "normal", "random_state": seed},
        ),
        "power": ("PowerTransformer", {}),
    }[scale]
    return [EstimatorSpec("sklearn.preprocessing", name, (), arguments)] if name else []


class NumericPreparation(BaseModel):
    model_config = STRICT

    impute: Literal["median", "mean", "most_frequent", "constant", "none"] = Field(
        "median",
        title=N_("Missing numbers"),
        description=N_("What replaces them. “None” leaves them missing, for trees only."),
    )
    fill_value: float = Field(
        0.0,
        ge=-1e12,
        le=1e12,
        title=N_("Constant"),
        description=N_("The number that replaces missing ones, if you choose a constant."),
    )
    missing_indicator: bool = Field(
        False,
        title=N_("Mark missing values"),
        description=N_(
            "For each column with missing values, adds a column that says whether "
            "the value was missing."
        ),
    )
    scale: Scale = Field(
        "standard",
        title=N_("Scaling"),
        description=N_("Standard: mean 0, deviation 1. Linear models need it, trees do not."),
    )

    def spec(self, seed: int) -> Any:
        steps: list[Any] = []
        indicator = {"add_indicator": True} if self.missing_indicator else {}
        if self.impute == "constant":
            steps.append(_imputer("constant", fill_value=self.fill_value, **indicator))
        elif self.impute != "none":
            steps.append(_imputer(self.impute, **indicator))
        steps += _scaler(self.scale, seed)
        return pipeline_of(*steps) if steps else "passthrough"


class CategoricalPreparation(BaseModel):
    model_config = STRICT

    impute: Literal["constant", "most_frequent"] = Field(
        "constant",
        title=N_("Missing categories"),
        description=N_("A category of its own, or the most frequent one."),
    )
    fill_value: str = Field(
        "missing",
        min_length=1,
        max_length=100,
        title=N_("Category name"),
        description=N_("Name of the category for missing values."),
    )
    encode: Literal["one_hot", "ordinal", "target"] = Field(
        "one_hot",
        title=N_("Encoding"),
        description=N_(
            "One column of 0 and 1 per category; one number per category; or the category's "
            "share of the positive class, learned across folds."
        ),
    )
    max_categories: int = Field(
        50,
        ge=2,
        le=200,
        title=N_("Max categories"),
        description=N_(
            "The rarest categories beyond this number are grouped into one (not with "
            "target encoding)."
        ),
    )
    min_rows: int = Field(
        1,
        ge=1,
        le=1000,
        title=N_("Min rows per category"),
        description=N_("Rarer categories are grouped into one (not with target encoding)."),
    )

    def spec(self, seed: int) -> Any:
        if self.impute == "constant":
            imputer = _imputer("constant", fill_value=self.fill_value)
        else:
            imputer = _imputer("most_frequent")
        return pipeline_of(imputer, self._encoder(seed))

    def _encoder(self, seed: int) -> EstimatorSpec:
        module = "sklearn.preprocessing"
        if self.encode == "target":
            return EstimatorSpec(module, "TargetEncoder", (), {"cv": inner_folds(seed)})
        grouping: dict[str, Any] = {"max_categories": self.max_categories}
        if self.min_rows > 1:
            grouping["min_frequency"] = self.min_rows
        if self.encode == "ordinal":
            unknown = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
            return EstimatorSpec(module, "OrdinalEncoder", (), {**unknown, **grouping})
        unknown = {"handle_unknown": "infrequent_if_exist"}
        return EstimatorSpec(
            module, "OneHotEncoder", (), {**unknown, **grouping, "sparse_output": False}
        )


class BooleanPreparation(BaseModel):
    model_config = STRICT

    impute: Literal["own_category", "most_frequent"] = Field(
        "own_category",
        title=N_("Missing yes/no values"),
        description=N_("A value of its own, or the most frequent one."),
    )

    def spec(self, seed: int) -> Any:
        if self.impute == "own_category":
            imputer = _imputer("constant", fill_value="missing")
        else:
            imputer = _imputer("most_frequent")
        arguments = {"drop": "if_binary", "handle_unknown": "ignore", "sparse_output": False}
        encoder = EstimatorSpec("sklearn.preprocessing", "OneHotEncoder", (), arguments)
        return pipeline_of(imputer, encoder)


class DatePreparation(BaseModel):
    model_config = STRICT

    parts: list[DatePart] = Field(
        default_factory=_first_parts,
        max_length=7,
        title=N_("Date parts"),
        description=N_("Each part becomes a number; Monday is 0."),
    )
    encode: Literal["number", "circle", "one_hot"] = Field(
        "number",
        title=N_("Date part encoding"),
        description=N_(
            "Numbers; points on a circle (sine and cosine), so that 23:00 is next to "
            "0:00; or one column of 0 and 1 per value, so that a linear model can "
            "read the clock."
        ),
    )
    elapsed_days: bool = Field(
        True,
        title=N_("Elapsed time"),
        description=N_("Days since 1 January 2000: lets a model follow a trend."),
    )
    scale: Scale = Field(
        "standard",
        title=N_("Scaling"),
        description=N_("Same as for numbers; a missing date becomes the median date."),
    )

    def spec(self, seed: int) -> Any:
        parts = [*self.parts, *(["elapsed_days"] if self.elapsed_days else [])]
        extract = EstimatorSpec(
            "sklearn.preprocessing",
            "FunctionTransformer",
            (Function(RUNTIME_HELPERS, DATE_FUNCTIONS[self.encode]),),
            {"kw_args": {"parts": parts}},
        )
        return pipeline_of(extract, _imputer("median"), *_scaler(self.scale, seed))

    @property
    def width(self) -> int:
        """Number of columns that a date becomes."""
        return self.elapsed_days + sum(WIDTHS[self.encode].get(part, 1) for part in self.parts)


class TextPreparation(BaseModel):
    model_config = STRICT

    analyzer: Literal["words", "characters"] = Field(
        "words",
        title=N_("Tokens"),
        description=N_("Whole words, or sequences of characters, which tolerate misspellings."),
    )
    ngram_min: int = Field(
        1,
        ge=1,
        le=5,
        title=N_("Min n-gram length"),
        description=N_("Shortest n-gram, in tokens."),
    )
    ngram_max: int = Field(
        1,
        ge=1,
        le=5,
        title=N_("Max n-gram length"),
        description=N_("Longest n-gram; 2 includes word pairs."),
    )
    vocabulary: int = Field(
        300,
        ge=10,
        le=5000,
        title=N_("Max vocabulary size"),
        description=N_("The most frequent n-grams are kept, each as a feature (TF-IDF)."),
    )
    min_rows: int = Field(
        2,
        ge=1,
        le=1000,
        title=N_("Min document frequency"),
        description=N_("N-grams that appear in fewer rows are left out."),
    )
    accents: Literal["keep", "strip"] = Field(
        "keep",
        title=N_("Accents"),
        description=N_("When accents are stripped, “bloqué” and “bloque” are the same word."),
    )
    stop_words: Language = Field(
        "none",
        title=N_("Stop words"),
        description=N_(
            "Leaves out the most common words of a language, including its "
            "negations; only when tokens are words."
        ),
    )
    svd_components: int | None = Field(
        None,
        ge=2,
        le=200,
        title=N_("Components"),
        description=N_("Reduces the vocabulary to this many columns (SVD); empty: no reduction."),
    )

    def spec(self, seed: int) -> Any:
        """For one column: a vectoriser reads one text per row."""
        fill = EstimatorSpec(
            "sklearn.preprocessing",
            "FunctionTransformer",
            (Function(RUNTIME_HELPERS, "missing_to_empty"),),
        )
        arguments = {
            "analyzer": "word" if self.analyzer == "words" else "char_wb",
            "ngram_range": (self.ngram_min, self.ngram_max),
            "max_features": self.vocabulary,
            "min_df": self.min_rows,
            **self._words(),
        }
        steps = [
            fill,
            EstimatorSpec("sklearn.feature_extraction.text", "TfidfVectorizer", (), arguments),
        ]
        if self.svd_components:
            condensed = {"n_components": self.svd_components, "random_state": seed}
            steps.append(EstimatorSpec("sklearn.decomposition", "TruncatedSVD", (), condensed))
        return pipeline_of(*steps)

    def _words(self) -> dict[str, Any]:
        """Arguments for accents and stop words, where they are not as usual."""
        strips = self.accents == "strip"
        arguments: dict[str, Any] = {"strip_accents": "unicode"} if strips else {}
        if self.analyzer == "words" and self.stop_words != "none":
            words = stop_words(self.stop_words, without_accents=strips)
            arguments["stop_words"] = Named(f"{self.stop_words}_stop_words", words)
        return arguments


# --- Per column ---------------------------------------------------------------------
class NumericColumn(NumericPreparation):
    treat_as: Literal["numeric"] = "numeric"


class CategoricalColumn(CategoricalPreparation):
    treat_as: Literal["categorical"] = "categorical"


class BooleanColumn(BooleanPreparation):
    treat_as: Literal["boolean"] = "boolean"


class DateColumn(DatePreparation):
    treat_as: Literal["datetime"] = "datetime"


class TextColumn(TextPreparation):
    treat_as: Literal["text"] = "text"


ColumnPreparation = Annotated[
    NumericColumn | CategoricalColumn | BooleanColumn | DateColumn | TextColumn,
    Field(discriminator="treat_as"),
]
TREATMENTS: dict[str, type[BaseModel]] = {
    "numeric": NumericColumn,
    "categorical": CategoricalColumn,
    "boolean": BooleanColumn,
    "datetime": DateColumn,
    "text": TextColumn,
}


class Preparation(BaseModel):
    """Preprocessing by type of column, with overrides for single columns."""

    model_config = STRICT

    numeric: NumericPreparation = NumericPreparation()
    categorical: CategoricalPreparation = CategoricalPreparation()
    boolean: BooleanPreparation = BooleanPreparation()
    datetime: DatePreparation = DatePreparation()
    text: TextPreparation = TextPreparation()
    columns: dict[str, ColumnPreparation] = Field(
        default_factory=dict,
        max_length=50,
        title=N_("Column overrides"),
        description=N_("Columns that are preprocessed differently from others of their type."),
    )


def numbers_as_names() -> EstimatorSpec:
    """The step that makes categories out of numbers."""
    function = Function(RUNTIME_HELPERS, "numbers_as_names")
    return EstimatorSpec("sklearn.preprocessing", "FunctionTransformer", (function,))


def tolerant(steps: EstimatorSpec) -> EstimatorSpec:
    """The steps of a text, with a column of zeros where no n-gram is frequent enough."""
    found = tuple(
        EstimatorSpec(RUNTIME_HELPERS, "WordsIfAny", step.positional, step.arguments)
        if step.name == "TfidfVectorizer"
        else step
        for step in steps.positional
    )
    return EstimatorSpec(steps.module, steps.name, found, steps.arguments)


def quantile_bins(bins: int) -> Any:
    """The steps that cut a number into bins of equally many rows, one column each."""
    arguments = {
        "encode": "onehot-dense",
        "quantile_method": "averaged_inverted_cdf",
        "subsample": None,
    }
    cut = EstimatorSpec("sklearn.preprocessing", "KBinsDiscretizer", (bins,), arguments)
    return pipeline_of(_imputer("median"), cut)
