"""The theory: built-in slides, four live questions, and whose screen follows whom."""
