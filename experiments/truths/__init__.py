"""Truths of the data, and who found them."""
