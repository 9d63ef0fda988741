"""How a file is read: shown, asked where it is open, and corrected."""
