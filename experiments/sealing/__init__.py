"""The sealed record: a hash chain of what was registered, found and decided in a Dojo."""
