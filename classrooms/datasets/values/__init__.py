"""Values of single columns: spellings that are one, and what may mean "no value"."""
