"""Datasets that come with the product. Listing them imports no scientific library."""

from engine.bundled.breast_cancer import BREAST_CANCER
from engine.bundled.card import BundledDataset, PlantedTrap
from engine.bundled.churn import CHURN
from engine.bundled.demand import DEMAND
from engine.bundled.tickets import TICKETS

BUNDLED = {dataset.key: dataset for dataset in (CHURN, BREAST_CANCER, TICKETS, DEMAND)}

__all__ = ["BUNDLED", "BundledDataset", "PlantedTrap"]
