"""Read a file into a table of texts: format detected, strict, within limits."""
