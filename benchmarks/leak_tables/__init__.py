"""Generated tables with a known truth: clean ones, and the same with one leak planted."""
