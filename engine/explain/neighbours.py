"""The training rows most similar to a row, in the eyes of the model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from engine.explain.features import FeatureModel

# Numbers of prepared train columns that are held at once; more train rows are sampled.
MAX_VALUES = 10_000_000


@dataclass(frozen=True)
class Neighbour:
    """A similar training row.

    Attributes:
        position: in the train table.
        actual: its class, 1 for the positive one.
        distance: Euclidean, in standard deviations of the prepared columns.
    """

    position: int
    actual: int
    distance: float


@dataclass(frozen=True)
class Neighbours:
    """The nearest train rows of each row, nearest first.

    Attributes:
        train_rows: among which they were sought.
    """

    train_rows: int
    rows: tuple[tuple[Neighbour, ...], ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def nearest_rows(
    model: FeatureModel,
    train_table: pd.DataFrame,
    row_table: pd.DataFrame,
    y_train: np.ndarray,
    *,
    k: int = 5,
    seed: int = 0,
) -> Neighbours:
    """The nearest training rows in the space of the encoded features.

    Each column is standardised by train, those of texts are left as they are: scaled
    up, a rare word would outweigh everything. A missing number that the preparation
    leaves missing counts as the mean.

    Args:
        train_table, row_table: features, shapes (n_train, n_features), (n_rows, n_features).
        y_train: classes, shape (n_train,).
        seed: of the sample where train is large.
    """
    positions = np.arange(len(train_table))
    if len(positions) > (most := max(k, MAX_VALUES // len(model.labels))):
        positions = np.sort(np.random.default_rng(seed).choice(positions, most, replace=False))
    train = model.encode(train_table.iloc[positions])
    is_text = np.array([model.kinds[label.feature] == "text" for label in model.labels])
    scaler = StandardScaler().fit(train)
    scaler.scale_[is_text] = 1.0
    places = np.nan_to_num(scaler.transform(train))
    search = NearestNeighbors(n_neighbors=min(k, len(train)), algorithm="brute").fit(places)
    distances, nearest = search.kneighbors(np.nan_to_num(scaler.transform(model.encode(row_table))))
    found = tuple(
        tuple(
            Neighbour(int(positions[place]), int(y_train[positions[place]]), float(distance))
            for place, distance in zip(near, far, strict=True)
        )
        for near, far in zip(nearest, distances, strict=True)
    )
    return Neighbours(len(train), found)
