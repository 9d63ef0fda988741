"""From a file that somebody made to a table of texts: detected, strict, bounded."""
