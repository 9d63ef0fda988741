"""Breast cancer Wisconsin (diagnostic), as scikit-learn ships it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bundled.card import BundledDataset, PlantedTrap
from engine.messages import N_

if TYPE_CHECKING:
    import pandas as pd

MEASURES = {
    "radius": N_("Distance from the centre to the edge of the nucleus"),
    "texture": N_("Variation of the grey values"),
    "perimeter": N_("Length of the edge of the nucleus"),
    "area": N_("Area of the nucleus"),
    "smoothness": N_("Local variation of the radius"),
    "compactness": N_("Perimeter² / area − 1"),
    "concavity": N_("Depth of the dents in the edge"),
    "concave points": N_("Number of dents in the edge"),
    "symmetry": N_("Similarity of the two halves"),
    "fractal dimension": N_("Roughness of the edge"),
}


def load_breast_cancer() -> pd.DataFrame:
    """569 tumours, 30 measures and the diagnosis."""
    # In a worker only: the web process lists datasets and loads none.
    from sklearn.datasets import load_breast_cancer as load  # noqa: PLC0415

    bunch = load(as_frame=True)
    frame: pd.DataFrame = bunch.data.rename(columns=lambda name: name.replace(" ", "_"))
    return frame.assign(diagnosis=bunch.target.map({0: "malignant", 1: "benign"}))


def _meanings() -> dict[str, str]:
    meanings = {}
    for measure, meaning in MEASURES.items():
        name = measure.replace(" ", "_")
        for column in (f"mean_{name}", f"{name}_error", f"worst_{name}"):
            meanings[column] = meaning
    return meanings | {"diagnosis": N_("Result of the biopsy")}


BREAST_CANCER = BundledDataset(
    key="breast_cancer",
    title=N_("Breast cancer"),
    summary=N_(
        "569 tumours, each described by 30 measurements of its cell nuclei: is it "
        "malignant? Small, clean and easy; good for a first two-hour Dojo."
    ),
    source=N_("W. Wolberg, N. Street, O. Mangasarian: Breast Cancer Wisconsin (Diagnostic), 1995"),
    licence="CC BY 4.0",
    period=N_("Published in 1995"),
    target="diagnosis",
    positive_class="malignant",
    column_meanings=_meanings(),
    traps=(
        PlantedTrap(
            key="correlated",
            title=N_("Columns that carry the same information"),
            description=N_(
                "Radius, perimeter and area are nearly the same measurement. "
                "Shuffling one changes little because the others replace it: each "
                "looks unimportant, but together they decide."
            ),
            columns=("mean_radius", "mean_perimeter", "mean_area"),
            question=N_(
                "If this column is unimportant, does the model do as well "
                "without the columns correlated with it?"
            ),
        ),
        PlantedTrap(
            key="small_test",
            title=N_("A small test set"),
            description=N_(
                "114 test rows: one more error costs almost one point of accuracy. "
                "Differences between good models here are mostly chance."
            ),
            columns=(),
            question=N_("How many rows is that difference?"),
        ),
    ),
    load=load_breast_cancer,
)
