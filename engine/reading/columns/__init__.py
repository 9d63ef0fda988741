"""How the texts of a column are written: numbers with their units, dates, or words."""
