"""What of a table's values is asked, decided, applied, and told as a recipe."""
