"""Find what answers a question among entries that are written down, without a language model."""
