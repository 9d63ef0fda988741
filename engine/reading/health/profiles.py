"""Profiles of text and date columns: words that separate the classes, hours and weekdays."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer

TELLING_WORDS = 6
MAX_WORDS = 2_000
# A word of fewer texts may be chance.
MIN_SHARE, MIN_TEXTS = 0.01, 5
# So many times as often in one class as in the other.
TELLING = 2.0
PERIODS = {"hour": 24, "day_of_week": 7}


def rhythms(values: pd.Series, target: np.ndarray) -> dict[str, dict[str, list[int]]]:
    """Rows of each class by hour of the day and by day of the week; Monday is 0.

    Returns:
        By period, "negative" and "positive" counts; no hours where all are the same.
    """
    moments = pd.to_datetime(values.astype(object), format="ISO8601", errors="coerce", utc=True)
    known = moments.notna().to_numpy()
    found = {}
    for period, count in PERIODS.items():
        numbers = getattr(moments.dt, period).to_numpy()[known].astype(int)
        if len(np.unique(numbers)) < 2:
            continue
        classes = target[known]
        found[period] = {
            name: np.bincount(numbers[classes == code], minlength=count).tolist()
            for code, name in enumerate(("negative", "positive"))
        }
    return found


def telling_words(texts: pd.Series, target: np.ndarray) -> dict[str, list[str]]:
    """Words that are clearly more frequent in the texts of one class, the clearest first.

    Returns:
        "positive" and "negative"; empty where no word does.
    """
    least = max(MIN_TEXTS, int(MIN_SHARE * len(texts)))
    counter = CountVectorizer(binary=True, min_df=least, max_features=MAX_WORDS)
    try:
        stands = counter.fit_transform(texts.fillna(""))
    except ValueError:  # no word is frequent enough
        return {}
    rates = [
        (np.asarray(stands[target == code].sum(axis=0)).ravel() + 1) / ((target == code).sum() + 2)
        for code in (0, 1)
    ]
    ratio = np.log(rates[1] / rates[0])
    words = counter.get_feature_names_out()
    order = np.argsort(-ratio, kind="stable")
    ends = {"positive": order, "negative": order[::-1]}
    return {
        name: [
            str(words[place])
            for place in places[:TELLING_WORDS]
            if abs(ratio[place]) >= np.log(TELLING) and (ratio[place] > 0) == (name == "positive")
        ]
        for name, places in ends.items()
    }
