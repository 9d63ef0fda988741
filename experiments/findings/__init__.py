"""Findings about how a participant works: issues, notices and strengths.

Pure rules over what is stored; no scientific library. The participants' table, the person's own
workspace and whoever else advises read the same findings.
"""

from experiments.findings.judging import findings_of, held_strengths, most_pressing
from experiments.findings.record import Finding, Record, Setting, Severity, setting_of

__all__ = [
    "Finding",
    "Record",
    "Setting",
    "Severity",
    "findings_of",
    "held_strengths",
    "most_pressing",
    "setting_of",
]
