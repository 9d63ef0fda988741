"""The leaderboard: scores with their uncertainty, rigour beside them, freeze and reveal."""
