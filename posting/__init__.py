"""Forms on their way: sent once, numbers as people write them, no text overwritten or lost."""
