"""Excel workbooks: what is in one is counted first, and only then opened."""
