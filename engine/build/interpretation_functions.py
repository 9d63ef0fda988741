"""What the take-home notebook does to look into a model.

The notebook contains the source of these functions as it stands here, so each must read
well on its own; no types, for a learner's code.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shap
from pandas.api.types import is_numeric_dtype


def confident_errors(model, X, y, threshold, count=10):
    """The rows that the model gets most confidently wrong."""
    probability = model.predict_proba(X)[:, 1]
    answers = pd.DataFrame({"actual": y, "probability": probability}, index=X.index)
    wrong = answers[(probability >= threshold) != (y == 1)]
    distance = (wrong["probability"] - threshold).abs()
    surest = distance.sort_values(ascending=False, kind="stable").index[:count]
    return pd.concat([answers.loc[surest], X.loc[surest]], axis=1)


def explain(model, rows, background, orders, seed):
    """SHAP values of any model over its original columns, in probability points.

    shap mixes rows of numbers; here a number says from which row a value is taken, so that
    texts, categories and dates are mixed as well.
    """
    known = pd.concat([background, rows], ignore_index=True)
    numbers = np.tile(np.arange(len(known))[:, None], known.shape[1])

    def probability(mixed):
        places = mixed.astype(int).T
        values = {name: known[name].to_numpy()[at] for name, at in zip(known, places, strict=True)}
        return model.predict_proba(pd.DataFrame(values))[:, 1].astype("float64")

    compared = shap.maskers.Independent(numbers[: len(background)])
    explainer = shap.PermutationExplainer(probability, compared, seed=seed)
    predictions = orders * (2 * known.shape[1] + 1)
    found = explainer(numbers[len(background) :], max_evals=predictions, silent=True)
    # Colours need numbers: of a category its place in the alphabet.
    colours = {
        name: rows[name] if is_numeric_dtype(rows[name]) else pd.factorize(rows[name], sort=True)[0]
        for name in rows
    }
    return shap.Explanation(
        values=found.values,
        base_values=found.base_values,
        data=pd.DataFrame(colours).to_numpy(dtype="float64"),
        display_data=rows.to_numpy(),
        feature_names=list(rows.columns),
    )
