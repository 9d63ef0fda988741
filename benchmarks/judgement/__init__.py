"""How far intervals, stated power and verdicts hold, by simulation."""
