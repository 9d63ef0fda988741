"""How columns become numbers: one declared class per kind of column.

Each says what a learner may set, and the recipe of the scikit-learn steps that do it.
Imports no scientific library.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from experiments.engine.columns import STRICT
from experiments.engine.messages import N_
from experiments.engine.models.ensembles import inner_folds
from experiments.engine.recipe import PORTABLE, Function, Named, Recipe, pipeline_of
from experiments.engine.stop_words import Language, stop_words

# What can be made of the parts of a date, and the function of `portable.py` that does.
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


def _imputer(strategy: str, **arguments: Any) -> Recipe:
    # A column may be empty in one fold only: it is kept, so that no fold runs out of columns.
    kept = {"strategy": strategy, **arguments, "keep_empty_features": True}
    return Recipe("sklearn.impute", "SimpleImputer", (), kept)


def _scaler(scale: Scale, seed: int) -> list[Recipe]:
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
    return [Recipe("sklearn.preprocessing", name, (), arguments)] if name else []


class NumericPreparation(BaseModel):
    model_config = STRICT

    impute: Literal["median", "mean", "most_frequent", "constant", "none"] = Field(
        "median",
        title=N_("Missing numbers"),
        description=N_("What stands in for them. “None”: left as they are, for trees only."),
    )
    fill_value: float = Field(
        0.0,
        ge=-1e12,
        le=1e12,
        title=N_("Constant"),
        description=N_("What stands in for a missing number, where a constant is chosen."),
    )
    missing_indicator: bool = Field(
        False,
        title=N_("Say what was missing"),
        description=N_("Adds a column per column with missing values: was it missing?"),
    )
    scale: Scale = Field(
        "standard",
        title=N_("Scaling"),
        description=N_("Standard: mean 0, deviation 1. Linear models need it, trees do not."),
    )

    def recipe(self, seed: int) -> Any:
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
        description=N_("A category of their own, or the most frequent one."),
    )
    fill_value: str = Field(
        "missing",
        min_length=1,
        max_length=100,
        title=N_("Its name"),
        description=N_("What the category of missing values is called."),
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
        title=N_("Categories at most"),
        description=N_("The rarest beyond it are grouped into one (not for the target encoding)."),
    )
    min_rows: int = Field(
        1,
        ge=1,
        le=1000,
        title=N_("Rows per category at least"),
        description=N_("Rarer ones are grouped into one (not for the target encoding)."),
    )

    def recipe(self, seed: int) -> Any:
        if self.impute == "constant":
            imputer = _imputer("constant", fill_value=self.fill_value)
        else:
            imputer = _imputer("most_frequent")
        return pipeline_of(imputer, self._encoder(seed))

    def _encoder(self, seed: int) -> Recipe:
        module = "sklearn.preprocessing"
        if self.encode == "target":
            return Recipe(module, "TargetEncoder", (), {"cv": inner_folds(seed)})
        grouping: dict[str, Any] = {"max_categories": self.max_categories}
        if self.min_rows > 1:
            grouping["min_frequency"] = self.min_rows
        if self.encode == "ordinal":
            unknown = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
            return Recipe(module, "OrdinalEncoder", (), {**unknown, **grouping})
        unknown = {"handle_unknown": "infrequent_if_exist"}
        return Recipe(module, "OneHotEncoder", (), {**unknown, **grouping, "sparse_output": False})


class BooleanPreparation(BaseModel):
    model_config = STRICT

    impute: Literal["own_category", "most_frequent"] = Field(
        "own_category",
        title=N_("Missing answers"),
        description=N_("An answer of their own, or the most frequent one."),
    )

    def recipe(self, seed: int) -> Any:
        if self.impute == "own_category":
            imputer = _imputer("constant", fill_value="missing")
        else:
            imputer = _imputer("most_frequent")
        arguments = {"drop": "if_binary", "handle_unknown": "ignore", "sparse_output": False}
        encoder = Recipe("sklearn.preprocessing", "OneHotEncoder", (), arguments)
        return pipeline_of(imputer, encoder)


class DatePreparation(BaseModel):
    model_config = STRICT

    parts: list[DatePart] = Field(
        default_factory=_first_parts,
        max_length=7,
        title=N_("Parts of the date"),
        description=N_("Each becomes a number; Monday is 0."),
    )
    encode: Literal["number", "circle", "one_hot"] = Field(
        "number",
        title=N_("Parts become"),
        description=N_(
            "Numbers; places on a circle (sine and cosine), so that hour 23 lies beside hour 0; "
            "or one column of 0 and 1 per value, which lets a linear model read the clock."
        ),
    )
    elapsed_days: bool = Field(
        True,
        title=N_("Elapsed time"),
        description=N_("Days since 1 January 2000: lets a model see a trend."),
    )
    scale: Scale = Field(
        "standard",
        title=N_("Scaling"),
        description=N_("As for numbers; missing dates count as the median date."),
    )

    def recipe(self, seed: int) -> Any:
        parts = [*self.parts, *(["elapsed_days"] if self.elapsed_days else [])]
        extract = Recipe(
            "sklearn.preprocessing",
            "FunctionTransformer",
            (Function(PORTABLE, DATE_FUNCTIONS[self.encode]),),
            {"kw_args": {"parts": parts}},
        )
        return pipeline_of(extract, _imputer("median"), *_scaler(self.scale, seed))

    @property
    def width(self) -> int:
        """How many columns a date becomes."""
        return self.elapsed_days + sum(WIDTHS[self.encode].get(part, 1) for part in self.parts)


class TextPreparation(BaseModel):
    model_config = STRICT

    analyzer: Literal["words", "characters"] = Field(
        "words",
        title=N_("Units"),
        description=N_("Whole words, or runs of characters, which forgive misspellings."),
    )
    ngram_min: int = Field(
        1,
        ge=1,
        le=5,
        title=N_("Shortest run"),
        description=N_("Units in a row, at least."),
    )
    ngram_max: int = Field(
        1,
        ge=1,
        le=5,
        title=N_("Longest run"),
        description=N_("Units in a row, at most; 2 also sees pairs of words."),
    )
    vocabulary: int = Field(
        300,
        ge=10,
        le=5000,
        title=N_("Vocabulary at most"),
        description=N_("The most frequent units are kept, each as a column (TF-IDF)."),
    )
    min_rows: int = Field(
        2,
        ge=1,
        le=1000,
        title=N_("Rows per unit at least"),
        description=N_("Rarer units are left out."),
    )
    accents: Literal["keep", "strip"] = Field(
        "keep",
        title=N_("Accents"),
        description=N_("Stripped, “bloqué” and “bloque” are the same word."),
    )
    stop_words: Language = Field(
        "none",
        title=N_("Stop words"),
        description=N_(
            "The most usual words of a language are left out, its negations among them; only "
            "where units are words."
        ),
    )
    svd_components: int | None = Field(
        None,
        ge=2,
        le=200,
        title=N_("Components"),
        description=N_("Condenses the vocabulary into so many columns (SVD); empty: not."),
    )

    def recipe(self, seed: int) -> Any:
        """For one column: a vectoriser reads one text per row."""
        fill = Recipe(
            "sklearn.preprocessing",
            "FunctionTransformer",
            (Function(PORTABLE, "missing_to_empty"),),
        )
        arguments = {
            "analyzer": "word" if self.analyzer == "words" else "char_wb",
            "ngram_range": (self.ngram_min, self.ngram_max),
            "max_features": self.vocabulary,
            "min_df": self.min_rows,
            **self._words(),
        }
        steps = [fill, Recipe("sklearn.feature_extraction.text", "TfidfVectorizer", (), arguments)]
        if self.svd_components:
            condensed = {"n_components": self.svd_components, "random_state": seed}
            steps.append(Recipe("sklearn.decomposition", "TruncatedSVD", (), condensed))
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
    """By kind of column, and for single columns otherwise."""

    model_config = STRICT

    numeric: NumericPreparation = NumericPreparation()
    categorical: CategoricalPreparation = CategoricalPreparation()
    boolean: BooleanPreparation = BooleanPreparation()
    datetime: DatePreparation = DatePreparation()
    text: TextPreparation = TextPreparation()
    columns: dict[str, ColumnPreparation] = Field(
        default_factory=dict,
        max_length=50,
        title=N_("Single columns"),
        description=N_("Columns that are prepared otherwise than their type."),
    )


def numbers_as_names() -> Recipe:
    """The step that makes categories out of numbers."""
    function = Function(PORTABLE, "numbers_as_names")
    return Recipe("sklearn.preprocessing", "FunctionTransformer", (function,))


def quantile_bins(bins: int) -> Any:
    """The steps that cut a number into bins of equally many rows, one column each."""
    arguments = {
        "encode": "onehot-dense",
        "quantile_method": "averaged_inverted_cdf",
        "subsample": None,
    }
    cut = Recipe("sklearn.preprocessing", "KBinsDiscretizer", (bins,), arguments)
    return pipeline_of(_imputer("median"), cut)
