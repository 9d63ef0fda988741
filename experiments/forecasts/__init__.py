"""Forecasts: what was said before a run, and what the result makes of it."""
