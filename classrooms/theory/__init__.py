"""The theory: built-in slides, four live questions, and who shows what."""
