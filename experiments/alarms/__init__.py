"""Leak alarms: a column of a run seems to know the outcome, until a facilitator says why not."""
