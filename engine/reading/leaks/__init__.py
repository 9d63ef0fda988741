"""Leaks found before the split: what of a table knows the target, or will stand on both sides."""
