"""The leaderboard: scores with their uncertainty, rigour, freeze and reveal."""
