"""Datasets that come with the product. Listing them imports no scientific library."""

from experiments.engine.bundled.breast_cancer import BREAST_CANCER
from experiments.engine.bundled.card import BundledDataset, Trap
from experiments.engine.bundled.churn import CHURN
from experiments.engine.bundled.demand import DEMAND
from experiments.engine.bundled.tickets import TICKETS

BUNDLED = {dataset.key: dataset for dataset in (CHURN, BREAST_CANCER, TICKETS, DEMAND)}

__all__ = ["BUNDLED", "BundledDataset", "Trap"]
