"""Files of text or Parquet, strictly to a table of texts."""
