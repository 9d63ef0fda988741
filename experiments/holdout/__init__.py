"""The hidden rows at the reveal: which claims hold on them, and what production would show."""
