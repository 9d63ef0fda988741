"""What mends a leak. Imports no scientific library: pages name them, too."""

from enum import StrEnum


class Repair(StrEnum):
    """What one click does before the split."""

    MARK = "mark"
    DROP = "drop"
    GROUP = "group"
    TIME = "time"
    DUPLICATES = "duplicates"
    CONFLICTS = "conflicts"


OF_A_COLUMN = (Repair.MARK, Repair.DROP)
